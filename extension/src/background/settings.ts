/** What the user chose, remembered on this computer. */
import { SENSITIVITIES, type Sensitivity } from "../shared/vocabulary";

export interface Settings {
  /** Whether calls are looked at. */
  enabled: boolean;
  sensitivity: Sensitivity;
  /** Whether the battery is saved at all times; while it is low, it is saved anyway. */
  batterySaver: boolean;
}

export const DEFAULTS: Readonly<Settings> = { enabled: true, sensitivity: "balanced", batterySaver: false };

/** Reads the settings; a value that is absent or makes no sense is the default. */
export async function loadSettings(): Promise<Settings> {
  const stored = await chrome.storage.local.get(Object.keys(DEFAULTS));
  return {
    enabled: typeof stored.enabled === "boolean" ? stored.enabled : DEFAULTS.enabled,
    sensitivity: isSensitivity(stored.sensitivity) ? stored.sensitivity : DEFAULTS.sensitivity,
    batterySaver: typeof stored.batterySaver === "boolean" ? stored.batterySaver : DEFAULTS.batterySaver,
  };
}

export async function saveSettings(settings: Partial<Settings>): Promise<void> {
  await chrome.storage.local.set(settings);
}

export function isSensitivity(value: unknown): value is Sensitivity {
  return SENSITIVITIES.some((sensitivity) => sensitivity === value);
}

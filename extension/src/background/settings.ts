/** What the user chose, remembered on this computer. */
import { SENSITIVITIES, type Sensitivity } from "../shared/vocabulary";

export interface Settings {
  /** Whether calls are looked at. */
  enabled: boolean;
  sensitivity: Sensitivity;
}

export const DEFAULTS: Readonly<Settings> = { enabled: true, sensitivity: "balanced" };

/** Reads the settings; a value that is absent or makes no sense is the default. */
export async function loadSettings(): Promise<Settings> {
  const stored = await chrome.storage.local.get(["enabled", "sensitivity"]);
  return {
    enabled: typeof stored.enabled === "boolean" ? stored.enabled : DEFAULTS.enabled,
    sensitivity: isSensitivity(stored.sensitivity) ? stored.sensitivity : DEFAULTS.sensitivity,
  };
}

export async function saveSettings(settings: Partial<Settings>): Promise<void> {
  await chrome.storage.local.set(settings);
}

export function isSensitivity(value: unknown): value is Sensitivity {
  return SENSITIVITIES.some((sensitivity) => sensitivity === value);
}

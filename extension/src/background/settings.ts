/** What the user chose and what an organisation prescribes, remembered on this computer. */
import type { Policy } from "../shared/channel";
import { DEFAULTS, isTexts, KEYS, PRESCRIBED_KEY, type Settings, valid } from "../shared/settings";

/** Settings as they are in force. */
export interface InForce {
  settings: Settings;
  /** Prescribed: the user's own choice is kept, and back when the prescription goes. */
  locked: (keyof Settings)[];
  policy: Policy;
}

/** The organisation's word for each setting; managed_schema.json describes them to the browser. */
const PRESCRIBED = {
  consented: "consented",
  sensitivity: "sensitivity",
  alarms_per_hour: "alarmsPerHour",
  retention_days: "retentionDays",
  keep_evidence: "keepEvidence",
  notifications: "notifications",
} as const satisfies Record<string, keyof Settings>;

export const UNMANAGED: InForce = {
  settings: { ...DEFAULTS },
  locked: [],
  policy: { blockedSites: [], exportAllowed: true },
};

/**
 * Reads them all; a value that is absent or makes no sense is the default, whichever version wrote it.
 * What was prescribed is remembered, because the browser takes seconds to tell it after its start.
 */
export async function loadSettings(): Promise<InForce> {
  const stored = await chrome.storage.local.get<Record<string, unknown>>([...KEYS, PRESCRIBED_KEY]);
  const managed = asObject(stored[PRESCRIBED_KEY]) ?? (await learnPolicy()).managed;
  const prescribed = prescription(managed);
  return {
    settings: { ...DEFAULTS, ...valid(stored), ...prescribed },
    locked: Object.keys(prescribed) as (keyof Settings)[],
    policy: policyOf(managed),
  };
}

/** Asks the browser what is prescribed, and remembers it; tells whether it is another than was remembered. */
export async function learnPolicy(): Promise<{ managed: Record<string, unknown>; changed: boolean }> {
  const [stored, managed] = await Promise.all([
    chrome.storage.local.get<Record<string, unknown>>(PRESCRIBED_KEY),
    // A browser without any policy may refuse instead of answering nothing.
    chrome.storage.managed.get<Record<string, unknown>>(null).catch((): Record<string, unknown> => ({})),
  ]);
  const changed = JSON.stringify(stored[PRESCRIBED_KEY]) !== JSON.stringify(managed);
  if (changed) await chrome.storage.local.set({ [PRESCRIBED_KEY]: managed });
  return { managed, changed };
}

function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
}

export async function saveSettings(settings: Partial<Settings>): Promise<void> {
  await chrome.storage.local.set(settings);
}

function prescription(managed: Readonly<Record<string, unknown>>): Partial<Settings> {
  const named = Object.entries(PRESCRIBED).map(([key, setting]) => [setting, managed[key]]);
  const prescribed = valid(Object.fromEntries(named));
  // An organisation may say yes for its people; it has blocked_sites to say no.
  if (!prescribed.consented) delete prescribed.consented;
  // A budget of the organisation's own is no preset, and a preset leaves no budget of one's own.
  if (prescribed.alarmsPerHour !== undefined) return { ...prescribed, sensitivity: "own" };
  if (prescribed.sensitivity === "own") delete prescribed.sensitivity;
  return prescribed.sensitivity === undefined ? prescribed : { ...prescribed, alarmsPerHour: DEFAULTS.alarmsPerHour };
}

function policyOf({ allowed_sites, blocked_sites, export_allowed }: Readonly<Record<string, unknown>>): Policy {
  return {
    ...(isTexts(allowed_sites) && { allowedSites: allowed_sites }),
    blockedSites: isTexts(blocked_sites) ? blocked_sites : [],
    exportAllowed: export_allowed !== false,
  };
}

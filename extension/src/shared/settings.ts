/** Everything that the user can choose: its type, its bounds and its default, in one table. */
import { SENSITIVITIES, type Sensitivity } from "./vocabulary";

export const BADGE_SIZES = ["small", "medium", "large"] as const;
export type BadgeSize = (typeof BADGE_SIZES)[number];

/** `auto` is the corner that each platform leaves free. */
export const BADGE_CORNERS = ["auto", "top_left", "top_right", "bottom_left", "bottom_right"] as const;
export type BadgeCorner = (typeof BADGE_CORNERS)[number];

/** `auto` is the browser's own language. */
export const LANGUAGES = ["auto", "en", "de", "ar"] as const;
export type LanguageChoice = (typeof LANGUAGES)[number];

export const SENSITIVITY_CHOICES = [...SENSITIVITIES, "own"] as const;
export type SensitivityChoice = Sensitivity | "own";

export interface Settings {
  /** Whether the user has said yes on the first-run page; until then nobody is looked at. */
  consented: boolean;
  /** Whether calls are looked at. */
  enabled: boolean;
  sensitivity: SensitivityChoice;
  /** False alarms per hour and real participant; in force with sensitivity `own`. */
  alarmsPerHour: number;
  /** Share of all the machine's cores together that looking may take. */
  cpuShare: number;
  /** Whether the battery is saved at all times; while it is low, it is saved anyway. */
  batterySaver: boolean;
  badgeSize: BadgeSize;
  badgeCorner: BadgeCorner;
  /** Whether a desktop notification says that somebody became likely fake. */
  notifications: boolean;
  /** Whether small pictures of what raised suspicion are kept. */
  keepEvidence: boolean;
  /** Whether the host's log tells people's names. */
  logNames: boolean;
  /** How long the host's log keeps a call; 0 keeps none. */
  retentionDays: number;
  /** Match patterns of the manifest's sites that the user switched off. */
  sitesOff: string[];
  language: LanguageChoice;
}

export const DEFAULTS: Readonly<Settings> = {
  consented: false,
  enabled: true,
  sensitivity: "balanced",
  alarmsPerHour: 0.1,
  cpuShare: 0.05,
  batterySaver: false,
  badgeSize: "medium",
  badgeCorner: "auto",
  notifications: true,
  keepEvidence: false,
  logNames: true,
  retentionDays: 30,
  sitesOff: [],
  language: "auto",
};

/** Least and greatest value, as the host takes them. */
export const BOUNDS = {
  alarmsPerHour: [0.001, 10],
  cpuShare: [0.005, 0.5],
  retentionDays: [0, 3650],
} as const satisfies Partial<Record<keyof Settings, readonly [number, number]>>;

const MAX_SITES = 100;

const oneOf =
  <T>(values: readonly T[]) =>
  (value: unknown): value is T =>
    values.some((known) => known === value);
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const within =
  ([least, most]: readonly [number, number], whole = false) =>
  (value: unknown): value is number =>
    typeof value === "number" && value >= least && value <= most && (!whole || Number.isInteger(value));
export const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length <= MAX_SITES && value.every((item) => typeof item === "string");

const IS_VALID: { readonly [K in keyof Settings]: (value: unknown) => value is Settings[K] } = {
  consented: isBoolean,
  enabled: isBoolean,
  sensitivity: oneOf(SENSITIVITY_CHOICES),
  alarmsPerHour: within(BOUNDS.alarmsPerHour),
  cpuShare: within(BOUNDS.cpuShare),
  batterySaver: isBoolean,
  badgeSize: oneOf(BADGE_SIZES),
  badgeCorner: oneOf(BADGE_CORNERS),
  notifications: isBoolean,
  keepEvidence: isBoolean,
  logNames: isBoolean,
  retentionDays: within(BOUNDS.retentionDays, true),
  sitesOff: isTexts,
  language: oneOf(LANGUAGES),
};

/** Key in storage.local of what an organisation prescribed last; absent until the browser has told it for the first time. */
export const PRESCRIBED_KEY = "managed";

export const KEYS = Object.keys(IS_VALID) as (keyof Settings)[];

/** What makes sense of these values, whoever they come from; the rest is left out. */
export function valid(values: Readonly<Record<string, unknown>>): Partial<Settings> {
  return Object.fromEntries(KEYS.flatMap((key) => (IS_VALID[key](values[key]) ? [[key, values[key]]] : [])));
}

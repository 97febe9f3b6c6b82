/**
 * What content scripts, popup and service worker say to each other over their ports.
 * The host decides, the service worker relays, the page shows.
 */
import type { Frame, VerdictItem } from "./protocol";
import type { Advice, Label, Reason, Sensitivity } from "./vocabulary";

/** Name of the port that each content script opens: one a frame of a tab. */
export const TAB_PORT = "veritile.tab";
/** Name of the port that an open popup holds. */
export const POPUP_PORT = "veritile.popup";
/** At most this many batches wait for their verdicts on one port; a frame that is due later is not captured. */
export const MAX_BATCHES_IN_FLIGHT = 2;

/** Why the host cannot be used, each with its own remedy in the popup. */
export type HostFailure =
  | "permission_missing"
  | "not_installed"
  | "forbidden"
  | "exited"
  | "garbled"
  | "unresponsive"
  | "too_old"
  | "model_failed"
  /** Restarted as often as allowed; waits for the user. */
  | "gave_up";

export interface HostState {
  status: "off" | "starting" | "loading" | "ready" | "reconnecting" | "failed";
  failure?: HostFailure;
  /** The browser's or host's own words, for `failed` and `reconnecting`. */
  detail?: string;
  version?: string;
  model?: string;
  provider?: string;
  /** See `Info.least_alarms_per_hour`; known once it is ready. */
  leastAlarmsPerHour?: number | null;
}

export type TileKind = "camera" | "camera_off" | "self" | "screen_share";

/** A tile as the page shows it now, for popup and diagnostics. */
export interface RosterEntry {
  participant: string;
  name?: string;
  kind: TileKind;
  /** What the badge shows; absent where there is none (self). */
  label?: Label;
  reason?: Reason;
  advice?: Advice;
  /** Usable looks at the person, and over how long. */
  frames?: number;
  seconds?: number;
  /** Share of real people who look as fake, where that is known. */
  p?: number;
  score?: number | null;
  confidence?: number;
  /** The newest capture -> badge, ms. */
  latency_ms?: number;
}

/** Figures that a content script measured on itself since it started. */
export interface TabFigures {
  captured: number;
  dropped: number;
  /** Capture to badge, ms; the newest 500. */
  latency_ms: number[];
  /** Per participant: ms from the tile being visible to its first label other than `inconclusive`. */
  first_verdict_ms: Record<string, number>;
  /** CPU time that this script spent on the page's main thread, ms, and over how long, ms. */
  main_thread_ms: number;
  observed_ms: number;
  /** Which rung of the capture ladder is in use. */
  capture: string;
}

/** Content script -> service worker. */
export type FromTab =
  | { kind: "open"; platform: string }
  | { kind: "frames"; batch: number; frames: Frame[] }
  /**
   * `blind`: a call is on, yet no tile has been found for a while (the page may have changed).
   * `lowBattery`: the computer runs on its battery, which is low; service workers are not told.
   */
  | { kind: "roster"; entries: RosterEntry[]; blind?: boolean; lowBattery?: boolean }
  | { kind: "figures"; figures: TabFigures };

/** Service worker -> content script. */
export type ToTab =
  | { kind: "state"; enabled: boolean; host: HostState }
  | { kind: "verdicts"; batch: number; items: VerdictItem[] }
  /** The batch will not be answered: time-out, host lost, or refused. */
  | { kind: "failed"; batch: number; code?: number; text: string };

/** Service worker -> content scripts whose port was lost while it slept: connect again. */
export interface Wake {
  kind: "wake";
}

export interface TabSnapshot {
  tab: number;
  platform: string;
  entries: RosterEntry[];
  blind?: boolean;
  figures?: TabFigures;
}

/** Service worker -> popup, at once and on every change. */
export interface Snapshot {
  kind: "snapshot";
  enabled: boolean;
  sensitivity: Sensitivity;
  /** Whether the user wants the battery saved at all times. */
  batterySaver: boolean;
  /** Whether it is saved now, by the user's wish or because it is low. */
  saving: boolean;
  host: HostState;
  tabs: TabSnapshot[];
}

/** Popup -> service worker. */
export type FromPopup =
  | { kind: "set_enabled"; enabled: boolean }
  | { kind: "set_sensitivity"; sensitivity: Sensitivity }
  | { kind: "set_battery_saver"; batterySaver: boolean }
  /** Try the host again after `failed`. */
  | { kind: "retry" };

/** One-off message to the service worker; answered by a Snapshot. */
export interface SnapshotRequest {
  kind: "snapshot";
}

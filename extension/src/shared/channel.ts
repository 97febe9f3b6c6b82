/**
 * What content scripts, popup and service worker say to each other over their ports.
 * The host decides, the service worker relays, the page shows.
 */
import type { CallRecord, CallTitle } from "./history";
import type { Catalogue } from "./i18n";
import type {
  Challenge,
  ChallengeAnswer,
  ChallengePicture,
  ExportFormat,
  Frame,
  Heatmap,
  LoggedCall,
  VerdictItem,
} from "./protocol";
import type { BadgeCorner, BadgeSize, Settings } from "./settings";
import type { Advice, Label, Reason } from "./vocabulary";

/** Name of the port that each content script opens: one a frame of a tab. */
export const TAB_PORT = "veritile.tab";
/** Name of the port that each of Veritile's own pages holds while it shows the state: popup, options, first run. */
export const POPUP_PORT = "veritile.popup";
/** Name of the port that an open side panel holds. */
export const PANEL_PORT = "veritile.panel";
/** Name of the port that a side panel holds while it leads its user through a challenge; closing it ends that. */
export const CHALLENGE_PORT = "veritile.challenge";
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
  /** Whether verdicts are being written into its log of calls. */
  logging?: boolean;
  /** What is wrong with that log, and what to do: one sentence; absent while all is well. */
  logTrouble?: string;
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
  /** The user took this person's badge off the page. */
  hidden?: boolean;
}

/** Figures that a content script measured on itself since it started. */
export interface TabFigures {
  captured: number;
  dropped: number;
  /** Capture to badge, ms; the newest 500. */
  latency_ms: number[];
  /** Per participant: ms from the tile being visible to its first label, or until it is `undecided`. */
  first_verdict_ms: Record<string, number>;
  /** CPU time that this script spent on the page's main thread, ms, and over how long, ms. */
  main_thread_ms: number;
  observed_ms: number;
  /** Of its tasks there, those of more than 50 ms, and the longest of all, ms. */
  long_tasks: number;
  longest_task_ms: number;
  /** Which rung of the capture ladder is in use. */
  capture: string;
  /** What the platform's adapter found, for diagnostics: counts and short words, never names or addresses. */
  page?: Record<string, number | string | boolean>;
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
  | { kind: "figures"; figures: TabFigures }
  /** The user asks where somebody's score comes from. */
  | { kind: "heatmap"; participant: string };

/** Service worker -> content script. */
export type ToTab =
  | { kind: "state"; enabled: boolean; host: HostState }
  /** After the first `state`, and whenever they change. */
  | { kind: "settings"; settings: PageSettings }
  /** Takes one person's badge off the page, or puts it back. */
  | { kind: "hide"; participant: string; hidden: boolean }
  /** Takes somebody's pictures in full size, and theirs first; null: everybody's as usual. */
  | { kind: "closeup"; participant: string | null }
  /** What was asked for; null where it cannot be had. */
  | { kind: "heatmap"; participant: string; heatmap: Pick<Heatmap, "jpeg" | "captured_at" | "score"> | null }
  /** `alarm`: the evidence from which on the host may raise one. */
  | { kind: "verdicts"; batch: number; items: VerdictItem[]; alarm?: number }
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

/** What a page's badges follow of the settings. */
export interface PageSettings {
  badgeSize: BadgeSize;
  badgeCorner: BadgeCorner;
  /** BCP 47, and its direction. */
  language: string;
  rtl: boolean;
  /** In the language that the user chose; absent where it is the browser's own. */
  words?: Catalogue;
}

/** What an organisation prescribes beside settings. */
export interface Policy {
  /** Patterns of hosts, as "meet.google.com" or "*.zoom.us"; undefined: any. */
  allowedSites?: string[];
  blockedSites: string[];
  exportAllowed: boolean;
}

/** Service worker -> its pages, at once and on every change. */
export interface Snapshot extends Settings {
  kind: "snapshot";
  /** Whether calls are looked at: the user wants it, and has consented. */
  enabled: boolean;
  /** Settings that an organisation prescribes: shown, not changed. */
  locked: (keyof Settings)[];
  policy: Policy;
  /** Whether the battery is saved now, by the user's wish or because it is low. */
  saving: boolean;
  host: HostState;
  tabs: TabSnapshot[];
}

/** Popup, options, first run -> service worker. */
export type FromPopup =
  | { kind: "set"; settings: Partial<Settings> }
  /** Try the host again after `failed`. */
  | { kind: "retry" }
  | { kind: "hide"; tab: number; participant: string; hidden: boolean };

/** Service worker -> side panel: which calls there are, and the one that it watches. */
export type ToPanel =
  | { kind: "calls"; calls: CallTitle[]; exportAllowed: boolean }
  | { kind: "call"; call: CallRecord }
  /** Somebody asked to see this participant. */
  | { kind: "focus"; call: string; participant: string }
  /** Somebody asked to check this participant; without one, whomever the user picks. */
  | { kind: "check"; call?: string; participant?: string }
  | { kind: "earlier"; calls: LoggedCall[]; more: boolean }
  /** A call of the log, ready to be saved. */
  | { kind: "document"; session: string; format: ExportFormat; data: string }
  /** Why the log cannot be read, and what to do. */
  | { kind: "trouble"; text: string };

/** Side panel -> service worker. */
export type FromPanel =
  | { kind: "watch"; call: string }
  /** Forgets a call that is over; of one that goes on, what was seen so far. */
  | { kind: "forget"; call: string }
  /** Asks for the calls in the host's log. */
  | { kind: "earlier" }
  | { kind: "fetch"; session: string; format: ExportFormat };

/** Side panel -> service worker, on the challenge's own port: first `start`, which may be said again. */
export type FromChallenge =
  | { kind: "start"; call: string; participant: string }
  | { kind: "more_time" }
  | { kind: "skip" }
  | { kind: "cancel"; why: "cancelled" | "refused" }
  | { kind: "answer"; answer: ChallengeAnswer; keep: boolean }
  /** Asks for a step's picture; without `step`, for the frontal one. */
  | { kind: "picture"; step?: number };

/** Service worker -> side panel, on the challenge's own port. */
export type ToChallenge =
  | { kind: "challenge"; challenge: Challenge }
  | { kind: "picture"; picture: ChallengePicture }
  /** Nothing more will come; `text` says why the host would not. */
  | { kind: "over"; why: "host_lost" | "call_over" | "not_possible"; text?: string };

/** One-off message to the service worker; answered by a Snapshot. */
export interface SnapshotRequest {
  kind: "snapshot";
}

/** One-off message from a content script, sent while the user's click is handled. */
export interface OpenPanel {
  kind: "open_panel";
  participant: string;
  /** To check them, not just to see more of them. */
  check?: boolean;
}

/** One-off message from the popup: the side panel that it opens is to ask whom to check. */
export interface CheckSomebody {
  kind: "check_somebody";
}

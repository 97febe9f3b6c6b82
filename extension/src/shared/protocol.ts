/**
 * The protocol between the service worker and the native host, version 1.
 * Its specification is host/veritile/native/PROTOCOL.md; these are its types.
 */
import type { Advice, Label, Reason, Sensitivity } from "./vocabulary";

export const PROTOCOL_VERSION = 1;

export interface Frame {
  /** Stable id of the participant within the session; never a name. */
  participant: string;
  name?: string;
  /** Epoch milliseconds at which the picture was taken from the tile. */
  captured_at: number;
  /** JPEG, base64. */
  jpeg: string;
  /** The video's own size in pixels (not the JPEG's, not the tile's). */
  video: { width: number; height: number };
}

export type Request =
  | { type: "hello"; protocols: number[]; client: { name: string; version: string } }
  | { type: "open"; session: string; platform: string }
  | { type: "frames"; session: string; frames: Frame[] }
  | {
      type: "configure";
      session?: string;
      sensitivity?: Sensitivity;
      /** Instead of `sensitivity`: 0.001 to 10. */
      alarms_per_hour?: number;
      /** Of all cores together, 0.005 to 0.5. */
      cpu_share?: number;
      battery_saver?: boolean;
      /** Whether the host logs sessions at all. */
      log?: boolean;
      /** Whether the log tells display names. */
      log_names?: boolean;
      /** How long the host's log keeps a session; 0 keeps none. */
      retention_days?: number;
      /** Whether the host keeps the frames behind an alarm, encrypted. */
      keep_evidence?: boolean;
    }
  | { type: "close"; session: string }
  /** `logged`: those of the log, the newest first. */
  | { type: "sessions"; logged?: boolean }
  | { type: "export"; session: string; format: ExportFormat }
  | {
      type: "challenge";
      session: string;
      participant: string;
      action: ChallengeAction;
      why?: "cancelled" | "refused" | "left" | "camera_off";
      answer?: ChallengeAnswer;
      /** With an answer: into the session log. */
      keep?: boolean;
    }
  /** Without `step`: the frontal reference. */
  | { type: "challenge_picture"; session: string; participant: string; step?: number }
  | { type: "heatmap"; session: string; participant: string }
  | { type: "ping" };

export type ExportFormat = "json" | "csv" | "html";

/** A call in the host's log. */
export interface LoggedCall {
  session: string;
  platform: string;
  /** Epoch ms. */
  opened_at: number;
  closed_at?: number;
  participants: { participant: string; name?: string; label: Label; worst?: Label }[];
}

export type ChallengeAction = "start" | "status" | "more_time" | "skip" | "cancel" | "answer" | "forget";

export const CHALLENGE_STEPS = ["turn_left", "turn_right", "hand", "cheek", "near", "back", "light", "nod"] as const;
/** What somebody is asked to do; left and right are their own. */
export type ChallengeStepName = (typeof CHALLENGE_STEPS)[number];
export const CHALLENGE_HINTS = ["other_side", "further", "come_back", "no_face", "frozen"] as const;
export const CHALLENGE_WATCH = ["edge", "ear", "hand", "eyes", "glasses", "colour"] as const;
/** What a user is to look at. */
export type ChallengeWatch = (typeof CHALLENGE_WATCH)[number];
export const CHALLENGE_ENDS = ["cancelled", "refused", "left", "camera_off", "no_face"] as const;
export const CHALLENGE_FINDINGS = ["not_done", "track_lost", "track_jump", "colour_jump", "outline_jump"] as const;
export const CHALLENGE_VIEWS = ["front", "side"] as const;
export const CHALLENGE_SOURCES = ["answer", "compliance", "model"] as const;
export const CHALLENGE_ANSWERS = ["looks_right", "looks_wrong", "cannot_tell", "refused"] as const;
/** What the user found. */
export type ChallengeAnswer = (typeof CHALLENGE_ANSWERS)[number];
export const CHALLENGE_STATES = ["waiting", "now", "done", "not_done", "skipped"] as const;

export interface ChallengeStep {
  step: ChallengeStepName;
  seconds: number;
  /** Of a turn: towards which side of the picture the nose goes. */
  picture_side?: "left" | "right";
  state: (typeof CHALLENGE_STATES)[number];
  /** How far the movement has got, 0-1. */
  progress: number;
  hint?: (typeof CHALLENGE_HINTS)[number];
  watch: ChallengeWatch[];
  /** Whether there is a picture of it. */
  picture: boolean;
}

export interface ChallengeFinding {
  finding: (typeof CHALLENGE_FINDINGS)[number];
  /** Index. */
  step: number;
  value: number;
  /** Hardly any real head shows so much. */
  unusual: boolean;
}

export interface ChallengeViewed {
  view: (typeof CHALLENGE_VIEWS)[number];
  frames: number;
  /** P(fake), 0-1. */
  score: number;
}

export interface ChallengeJudgement {
  label: Label;
  /** Positive speaks for fake; the sum of its shares. */
  log_odds: number;
  shares: { source: (typeof CHALLENGE_SOURCES)[number]; log_odds: number }[];
}

/** Where a guided challenge stands; pushed whenever a picture was looked at or something changed. */
export interface Challenge {
  type: "challenge";
  session: string;
  participant: string;
  state: "preparing" | "running" | "asking" | "ended" | "judged";
  /** With `ended`. */
  why?: (typeof CHALLENGE_ENDS)[number];
  /** Index of the step that runs. */
  step?: number;
  steps: ChallengeStep[];
  /** Of the step that runs. */
  remaining_ms: number;
  /** Whether there is a frontal picture to compare with. */
  reference: boolean;
  findings: ChallengeFinding[];
  /** What the network says of the face, by where it was seen from. */
  views: ChallengeViewed[];
  judgement?: ChallengeJudgement;
}

/** A whole tile as it was sent, and where the face is in it. */
export interface ChallengePicture {
  type: "challenge_picture";
  session: string;
  participant: string;
  step?: number;
  jpeg: string;
  /** Epoch ms. */
  captured_at: number;
  box?: Box;
  /** Degrees. */
  yaw?: number;
}

/** Where in a face its score comes from. */
export interface Heatmap {
  type: "heatmap";
  session: string;
  participant: string;
  /** The face with the map over it. */
  jpeg: string;
  /** When the picture was taken, epoch ms. */
  captured_at: number;
  /** P(fake) of that picture alone, 0-1. */
  score: number;
}

/** What goes over the wire: a request with its version and number. */
export type ClientMessage = Request & { v: number; id: number };

/** x, y, width, height in pixels of a JPEG. */
export type Box = [number, number, number, number];

/** What a verdict rests on: all usable looks at one face. */
export interface Basis {
  frames: number;
  /** From the first look to the newest. */
  seconds: number;
  quality: number;
  /** The look that spoke most for fake; its time in epoch ms. */
  strongest?: { captured_at: number; score: number; quality: number };
  /** By pose and size of the face in pixels. */
  parts: {
    pose: "frontal" | "turned" | "unknown";
    size: "<100" | "100-200" | ">=200";
    frames: number;
    weight: number;
    score: number;
  }[];
}

export interface VerdictItem {
  participant: string;
  captured_at: number;
  label: Label;
  reason?: Reason;
  advice?: Advice;
  /** P(fake), 0-1; null while there is no evidence. */
  score: number | null;
  confidence: number;
  /** For fake, log-odds from 0; an alarm needs the message's `alarm`. */
  evidence: number;
  /** Share of real people who look as fake; absent without evidence or without people to compare with. */
  p?: number;
  basis: Basis;
  /** Of the face that the verdict is about. */
  box?: Box;
  /** Faces that are followed in the tile. */
  people: number;
  quality: number;
  faces: { box: Box; confidence: number }[];
  next_sample_ms: number;
  /** True when the frame was stale and not looked at; the rest is the current verdict. */
  dropped: boolean;
  timing: { queue_ms: number; decode_ms: number; detect_ms: number; score_ms: number };
  error?: { code: number; text: string };
}

/** The session log. */
export interface Log {
  state: "on" | "off" | "locked" | "full" | "unwritable" | "damaged" | "slow" | "newer";
  path: string;
  /** Whether pictures are kept, and where their key is. */
  pictures: "off" | "starting" | "key_store" | "key_file" | "failed";
  /** What the user can do; absent when all is well. */
  text?: string;
}

export interface Info {
  type: "info";
  versions: { veritile: string; python: string; onnxruntime?: string };
  protocols: number[];
  model: { name: string; version: string; sha256: string };
  provider: string | null;
  state: "loading" | "ready" | "failed";
  /** The strictest budget that can be kept with the real people whom the model was tried on; null without them. */
  least_alarms_per_hour: number | null;
  /** Pushed when it changes. */
  log: Log;
  limits: {
    message_bytes: number;
    reply_bytes: number;
    frame_width: number;
    frame_height: number;
    batch_frames: number;
    batches_in_flight: number;
    sessions: number;
    participants: number;
  };
}

export interface Health {
  type: "health";
  queue: number;
  dropped: number;
  processed: number;
  errors: number;
  sessions: number;
  participants: number;
  rss_bytes: number;
  uptime_ms: number;
  log: Log;
}

export type Reply =
  | Info
  | Health
  | { type: "verdicts"; session: string; alarm: number; items: VerdictItem[] }
  | { type: "pong" }
  /** `more`: there are older ones that found no room. */
  | { type: "sessions"; items: LoggedCall[]; more: boolean }
  | { type: "export"; session: string; format: ExportFormat; data: string }
  | Challenge
  | ChallengePicture
  | Heatmap
  | { type: "error"; code: number; text: string };

/** `re` is the request's id; a message that the host pushes has none. */
export type HostMessage = Reply & { v: number; re?: number };

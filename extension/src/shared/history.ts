/** What was seen of a call: kept by the service worker for as long as the browser runs, drawn by the side panel. */
import type { Explained } from "./explanation";
import type { ChallengeAnswer, ChallengeJudgement, ChallengeStep } from "./protocol";
import type { Label, Reason } from "./vocabulary";

/** What the badge said from `at` on. */
export interface Change {
  /** Epoch ms. */
  at: number;
  label: Label;
  reason?: Reason;
}

/** The evidence over time, oldest first; the three have one length. */
export interface Trace {
  /** Epoch ms. */
  at: number[];
  /** For fake, log-odds from 0. */
  evidence: number[];
  /** P(fake), 0-1. */
  score: (number | null)[];
}

/** A small picture of a face that raised suspicion; only while the user has evidence kept. */
export interface Still {
  /** Epoch ms. */
  at: number;
  score: number;
  /** JPEG, base64. */
  jpeg: string;
}

/** A guided challenge that the user wanted kept. */
export interface ChallengeRecord extends ChallengeJudgement {
  /** Epoch ms. */
  at: number;
  answer: ChallengeAnswer;
  steps: Pick<ChallengeStep, "step" | "state">[];
}

export interface PersonRecord {
  participant: string;
  name?: string;
  /** What the badge says now, and what it rests on. */
  now: Explained & { score?: number | null; confidence?: number };
  /** Epoch ms. */
  firstSeen: number;
  lastSeen: number;
  changes: Change[];
  trace: Trace;
  stills: Still[];
  /** Absent where there was none to keep. */
  challenges?: ChallengeRecord[];
  /** The user was told that this person became likely fake, and that has not passed since. */
  alerted: boolean;
}

/** What a list of calls shows. */
export interface CallTitle {
  call: string;
  tab: number;
  platform: string;
  /** Epoch ms. */
  started: number;
  updated: number;
  /** Whether its page is still open. */
  live: boolean;
}

export interface CallRecord extends CallTitle {
  /** The evidence that allows an alarm, log-odds; unknown before the first verdict. */
  alarm: number | null;
  people: PersonRecord[];
}

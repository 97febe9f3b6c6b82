/** What the service answers, for those who read and check these scripts; no browser loads this. docs/api.md has more. */

export type Label = "likely_real" | "suspect" | "likely_fake" | "inconclusive";

export interface Verdict {
  label: Label;
  score: number | null;
  confidence: number;
  reason: string | null;
}

export interface Frame {
  /** Seconds. */
  t: number;
  score: number | null;
  quality: number;
  /** x, y, width, height in pixels of the frame. */
  face: [number, number, number, number] | null;
  reason: string | null;
}

export interface Segment {
  /** Seconds, as `end` and `worst`. */
  start: number;
  end: number;
  score: number;
  worst: number;
}

export interface Person {
  person: number;
  verdict: Verdict;
  segments: Segment[];
  frames: Frame[];
}

export interface Result {
  path: string;
  verdict: Verdict;
  frames: Frame[];
  /** Of a video, as `video`. */
  people?: Person[];
  model: { name: string; temporal?: { name: string; stretches: number; compared_with: number } };
  video?: { seconds: number | null; fps: number; width: number; height: number };
}

export interface Job {
  id: string;
  name: string;
  state: "queued" | "running" | "done" | "failed" | "cancelled";
  /** 0-1; null when the length is unknown. */
  progress: number | null;
  seconds: number;
  result: Result | null;
  error: { code: number; text: string } | null;
}

export interface Health {
  model: string;
  /** The score from which a face looks swapped. */
  threshold: number;
}

export interface Session {
  kind: string;
  /** Epoch ms. */
  opened_at: number;
  label: Label;
  frames: number;
}

export interface Call {
  session_id: string;
  platform: string;
  opened_at: number;
  closed_at: number | null;
  participants: { participant: string; name: string | null; worst: Label }[];
}

export interface CallDocument {
  platform: string;
  opened_at: number;
  participants: {
    participant: string;
    name: string | null;
    label: Label;
    changes: { at: number; label: Label; reason: string | null; score: number | null }[];
  }[];
}

/** To `/ws`, and from it. */
export type StreamAnswer =
  | { type: "error"; text: string }
  | { type: "analysis_result"; result: { authenticity_score: number | null; label: Label } };

export interface OpenApi {
  paths: Record<string, Record<string, { description?: string }>>;
}

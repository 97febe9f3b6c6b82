/** The words that every part of Veritile uses; the Python side is host/veritile/vocabulary.py. */

export const LABELS = ["likely_real", "suspect", "likely_fake", "inconclusive"] as const;
export type Label = (typeof LABELS)[number];

export const REASONS = [
  "starting",
  "undecided",
  "no_face",
  "face_too_small",
  "blurred",
  "too_dark",
  "frozen",
  "camera_off",
  "screen_share",
  "unsupported",
  "host_lost",
] as const;
/** Why a participant is `inconclusive`. */
export type Reason = (typeof REASONS)[number];

export const ADVICE = ["pin", "light", "sharper", "face_camera"] as const;
/** What would help where a participant cannot be judged, or only slowly. */
export type Advice = (typeof ADVICE)[number];

export const SENSITIVITIES = ["sensitive", "balanced", "conservative"] as const;
export type Sensitivity = (typeof SENSITIVITIES)[number];

/** False alarms per hour and real participant that a call may cost. */
export const BUDGETS: Readonly<Record<Sensitivity, number>> = { sensitive: 1, balanced: 0.1, conservative: 0.01 };

/** Name of the native messaging host, as registered with the browser. */
export const NATIVE_HOST = "com.veritile.host";

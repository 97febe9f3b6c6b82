/** How things are said. */

/** @import { Label, Verdict } from "./answers" */

/** @type {Record<Label, [string, string]>} Sign and words. */
export const LABELS = {
  likely_real: ["✓", "Likely real"],
  suspect: ["!", "Suspect"],
  likely_fake: ["✕", "Likely fake"],
  inconclusive: ["–", "Inconclusive"],
};

/** Why there is no label, or no score. */
export const REASONS = {
  starting: "too few looks yet",
  undecided: "too close to call",
  no_face: "no face in view",
  face_too_small: "face too small",
  blurred: "picture blurred",
  too_dark: "too dark",
  frozen: "picture frozen",
  camera_off: "camera off",
  screen_share: "screen share",
  unsupported: "cannot be read",
  host_lost: "Veritile stopped",
};

/** @param {string} reason */
export const said = (reason) => Object.entries(REASONS).find(([name]) => name === reason)?.[1] ?? reason;

/** @param {Pick<Verdict, "label" | "reason">} told */
export function verdict({ label, reason }) {
  return reason ? `${LABELS[label][1]}: ${said(reason)}` : LABELS[label][1];
}

/**
 * @param {number} seconds
 * @returns {string} 0:00.0
 */
export function clock(seconds) {
  const tenths = Math.round(Math.max(0, seconds) * 10) / 10;
  const minutes = Math.floor(tenths / 60);
  const rest = tenths - 60 * minutes;
  if (minutes < 60) return `${minutes}:${rest.toFixed(1).padStart(4, "0")}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${String(Math.floor(rest)).padStart(2, "0")}`;
}

/** Which of a person's looks is meant. */

/** @import { Frame, Person } from "./answers" */

/**
 * The one that speaks most for fake.
 *
 * @param {Person} person
 * @returns {Frame | undefined}
 */
export const worstLook = ({ frames }) => {
  const judged = frames.filter(({ score }) => score != null);
  return judged.reduce((worst, frame) => ((frame.score ?? -1) > (worst.score ?? -1) ? frame : worst), judged[0]);
};

/** A face is drawn for as long as frames are apart, and not much longer. */
const NEAR_S = 0.75;

/**
 * The one that is shown at a time, if one is near.
 *
 * @param {Frame[]} frames
 * @param {number} t seconds
 * @returns {Frame | undefined}
 */
export function lookAt(frames, t) {
  const nearest = frames.reduce(
    (best, frame) => (Math.abs(frame.t - t) < Math.abs(best.t - t) ? frame : best),
    frames[0],
  );
  return nearest && Math.abs(nearest.t - t) <= NEAR_S ? nearest : undefined;
}

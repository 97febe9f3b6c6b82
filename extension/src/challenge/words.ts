/** What is said about challenges, in the user's language. */
import { text } from "../shared/i18n";
import type { Challenge, ChallengeStep, ChallengeViewed } from "../shared/protocol";

/** A step in a few words, as "Hand across the face". */
export const titleOf = ({ step }: Pick<ChallengeStep, "step">) => text(`challenge_step_${step}`);

/** What the user says to the other person, or writes into the chat. */
export const sentenceOf = ({ step }: Pick<ChallengeStep, "step">) => text(`challenge_say_${step}`);

export const stateOf = ({ state }: Pick<ChallengeStep, "state">) => text(`challenge_state_${state}`);

/** What is still missing of the movement; empty when nothing is. */
export function hintOf({ hint, picture_side: side }: Pick<ChallengeStep, "hint" | "picture_side">): string {
  if (hint) return text(`challenge_hint_${hint}`);
  return side ? text(`challenge_side_${side}`) : "";
}

/** What was measured at one step beside the movement: what hardly any real head shows, or that there is nothing. */
export function findingsOf({ findings }: Pick<Challenge, "findings">, step: number): string[] {
  const measured = findings.filter((one) => one.step === step && one.finding !== "not_done");
  const unusual = measured.filter((one) => one.unusual).map(({ finding }) => text(`challenge_finding_${finding}`));
  return measured.length && !unusual.length ? [text("challenge_finding_usual")] : unusual;
}

/** What the network says of the face from one side, as "speaks for a real face (score 0.31, 12 pictures)". */
export function viewOf({ score, frames }: ChallengeViewed): string {
  const points = pointsTo(Math.log(score / (1 - score)));
  return text("challenge_view_score", points, score.toFixed(2), `${frames}`);
}

/** Which way a share of the evidence points: log-odds, positive for fake. */
export function pointsTo(logOdds: number): string {
  if (Math.abs(logOdds) < SAYS_NOTHING) return text("challenge_share_nothing");
  return text(logOdds > 0 ? "challenge_share_fake" : "challenge_share_real");
}
/** Odds of 1.05 to 1. */
const SAYS_NOTHING = 0.05;

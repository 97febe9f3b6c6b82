/** What a label means for one participant, and what it rests on, in a sentence or two. */
import { text } from "./i18n";
import type { Advice, Label, Reason } from "./vocabulary";

/** Fewer looks are not worth counting. */
const FIRST_LOOKS = 3;
const MINUTE_S = 60;

export interface Explained {
  label: Label;
  reason?: Reason;
  advice?: Advice;
  /** Usable looks, and the time from the first to the newest. */
  frames?: number;
  seconds?: number;
  /** Share of real people who look as fake. */
  p?: number;
}

export function explain({ label, reason, advice, frames = 0, seconds = 0, p }: Explained): string {
  const sentences = [
    label === "inconclusive" ? undecided(reason, frames, seconds) : text(`explain_${label}`, looks(frames, seconds)),
    // How rare it is among real people says how much the evidence is worth; to one digit, for they are few.
    (label === "suspect" || label === "likely_fake") && p
      ? text("explain_rarity", `${Number((1 / p).toPrecision(1))}`)
      : "",
    advice ? text(`advice_${advice}`) : "",
  ];
  return sentences.filter(Boolean).join(" ");
}

function undecided(reason: Reason | undefined, frames: number, seconds: number): string {
  if (reason === "starting" && frames >= FIRST_LOOKS) return text("explain_still_looking", looks(frames, seconds));
  if (reason === "undecided") return text("explain_undecided", looks(frames, seconds));
  return reason ? text(`explain_${reason}`) : "";
}

/** "14 looks in 22 s", "40 looks in 3 min". */
function looks(frames: number, seconds: number): string {
  const time =
    seconds < 2 * MINUTE_S
      ? text("time_seconds", `${Math.max(1, Math.round(seconds))}`)
      : text("time_minutes", `${Math.round(seconds / MINUTE_S)}`);
  return text("explain_looks", `${frames}`, time);
}

/** What a challenge comes to, and what each source adds to it. */
import { text } from "../shared/i18n";
import { element, mark } from "../shared/page/dom";
import type { ChallengeJudgement } from "../shared/protocol";
import { pointsTo } from "./words";

/** A share this large fills its half of the bar: odds of 20 to 1. */
const FULL = 3;

export function verdict({ label, shares }: ChallengeJudgement): HTMLElement {
  return element(
    "div",
    { class: "verdict", "data-label": label },
    element("p", { class: "label" }, mark(label), text(`label_${label}`)),
    element("p", {}, text(`challenge_verdict_${label}`)),
    element(
      "table",
      {},
      element("caption", {}, text("challenge_shares")),
      element(
        "tbody",
        {},
        ...shares.map(({ source, log_odds: logOdds }) =>
          element(
            "tr",
            {},
            element("th", { scope: "row" }, text(`challenge_source_${source}`)),
            element("td", {}, bar(logOdds), `${pointsTo(logOdds)} (${signed(logOdds)})`),
          ),
        ),
      ),
    ),
    element("p", { class: "quiet" }, text("challenge_caution")),
  );
}

/** From the middle towards real or fake. */
function bar(logOdds: number): HTMLElement {
  const half = Math.min(1, Math.abs(logOdds) / FULL) * 50;
  const fill = element("span", { class: logOdds > 0 ? "fake" : "real" });
  fill.style.insetInline = logOdds > 0 ? `50% ${50 - half}%` : `${50 - half}% 50%`;
  return element("span", { class: "share", "aria-hidden": "true" }, fill);
}

const signed = (value: number) => `${value > 0 ? "+" : value < 0 ? "−" : "±"}${Math.abs(value).toFixed(1)}`;

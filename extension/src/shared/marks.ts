/**
 * The mark of each label: one shape a label, so that nobody depends on colour alone.
 * Each is one path for a 20 x 20 viewBox, filled with `currentColor` under the even-odd rule.
 */
import type { Label } from "./vocabulary";

export const MARKS: Readonly<Record<Label, string>> = {
  // Disc with a check.
  likely_real: "M10 1a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM13.3 6.4 8.8 11.3 6.6 9.1 5 10.7 8.9 14.6 14.9 8Z",
  // Triangle with an exclamation mark.
  suspect:
    "M8.7 2.2a1.5 1.5 0 0 1 2.6 0l7.5 13.6a1.5 1.5 0 0 1-1.3 2.2H2.5a1.5 1.5 0 0 1-1.3-2.2ZM8.9 6.8v5.4h2.2V6.8ZM8.9 13.6v2.2h2.2v-2.2Z",
  // Octagon with a cross.
  likely_fake:
    "M6.3 1h7.4L19 6.3v7.4L13.7 19H6.3L1 13.7V6.3ZM7.2 5.6 5.6 7.2 8.4 10 5.6 12.8 7.2 14.4 10 11.6 12.8 14.4 14.4 12.8 11.6 10 14.4 7.2 12.8 5.6 10 8.4Z",
  // Ring with a dash: nothing inside to go by.
  inconclusive: "M10 1a9 9 0 1 1 0 18 9 9 0 0 1 0-18ZM10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM6 9h8v2H6Z",
};

/** Text colour of each label: at least 4.5:1 on a white and on a near-black surface. */
export const COLOURS: Readonly<Record<Label, { light: string; dark: string }>> = {
  likely_real: { light: "#0b6e4f", dark: "#5dd6a4" },
  suspect: { light: "#8a5a00", dark: "#f2b84b" },
  likely_fake: { light: "#b3261e", dark: "#ff8a80" },
  inconclusive: { light: "#5b6472", dark: "#a9b2c0" },
};

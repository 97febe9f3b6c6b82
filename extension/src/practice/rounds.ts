/** What is practised, in which order, and how it went. */

export const SIGNS = ["light", "hand", "turn", "near", "edge"] as const;
/** What gives a swap away. */
export type Sign = (typeof SIGNS)[number];

export interface Round {
  sign: Sign;
  /** Which of the two films is swapped. */
  swapped: 0 | 1;
}

/** Every sign once, from the plainest to the finest, the swap on either side. @param random as Math.random */
export function rounds(random: () => number): Round[] {
  return SIGNS.map((sign) => ({ sign, swapped: random() < 0.5 ? 0 : 1 }));
}

import { beforeEach, describe, expect, it } from "vitest";
import { type BadgeState, badgeState, spoken, wordsFor } from "../../src/content/badge/words";
import { ADVICE, LABELS, REASONS } from "../../src/shared/vocabulary";
import { useStrings } from "./strings";

beforeEach(useStrings);

const basis = { frames: 14, seconds: 21.6, quality: 0.8, parts: [] };

describe("A badge's state", () => {
  it("is none on one's own tile", () => {
    expect(badgeState("self", "ready", { label: "likely_fake", basis }, undefined)).toBeUndefined();
  });

  it.each(["camera_off", "screen_share"] as const)("is quiet on %s, whatever the host said before", (kind) => {
    const state = badgeState(kind, "failed", { label: "likely_fake", basis }, undefined);
    expect(state).toEqual({ label: "inconclusive", reason: kind, quiet: true });
  });

  it.each(["reconnecting", "failed"] as const)("says that Veritile stopped while the host is %s", (host) => {
    const state = badgeState("camera", host, { label: "likely_real", basis }, undefined);
    expect(state).toMatchObject({ label: "inconclusive", reason: "host_lost", reconnecting: host === "reconnecting" });
  });

  it.each(["off", "starting", "loading", "ready"] as const)("is checking before the first verdict, host %s", (host) => {
    expect(badgeState("camera", host, undefined, undefined)).toMatchObject({ reason: "starting" });
  });

  it("puts what is wrong with the picture before an older verdict", () => {
    expect(badgeState("camera", "ready", { label: "likely_real", basis }, "frozen")).toMatchObject({
      reason: "frozen",
    });
  });

  it("is the host's verdict otherwise, with a reason only where there is doubt", () => {
    const verdict = { label: "suspect", reason: "blurred", advice: "pin", p: 0.1, basis } as const;
    expect(badgeState("camera", "ready", verdict, undefined)).toEqual({
      label: "suspect",
      advice: "pin",
      frames: 14,
      seconds: 21.6,
      p: 0.1,
      quiet: false,
    });
  });
});

describe("A badge's words", () => {
  it.each(LABELS)("exist for the label %s", (label) => {
    const words = wordsFor({ label, quiet: false });
    expect(words.title).not.toBe("");
  });

  it.each(REASONS)("exist for the reason %s", (reason) => {
    const words = wordsFor({ label: "inconclusive", reason, quiet: false });
    expect(words.title).not.toBe("");
    expect(words.explanation).toMatch(/\.$/);
  });

  it("are spoken with the name", () => {
    const small = wordsFor({ label: "inconclusive", reason: "face_too_small", quiet: false });
    expect(spoken("Ana", small)).toBe("Ana: Inconclusive — face too small");
    expect(spoken(undefined, wordsFor({ label: "likely_real", quiet: false }))).toBe("Participant: Likely real");
    const lost = wordsFor({ label: "inconclusive", reason: "host_lost", reconnecting: true, quiet: false });
    expect(spoken("Ana", lost)).toBe("Ana: Veritile stopped — reconnecting…");
  });
});

describe("A badge's explanation", () => {
  const said = (state: Omit<BadgeState, "quiet">) => wordsFor({ ...state, quiet: false }).explanation;
  const seen = { frames: 14, seconds: 21.6 };

  it("says what a label rests on", () => {
    expect(said({ label: "likely_real", ...seen })).toBe(
      "In 14 looks in 22 s the face seemed more like a real one. Good swaps can seem so too: this is no proof.",
    );
    expect(said({ label: "likely_fake", frames: 95, seconds: 181 })).toBe(
      "Taken together, 95 looks in 3 min speak for a swapped face. Check who it is another way.",
    );
  });

  it("says how common it is among real people, where it speaks against somebody and that is known", () => {
    const rarity = "To Veritile, about 1 in 8 real people look like that.";
    expect(said({ label: "suspect", ...seen, p: 0.12 })).toMatch(new RegExp(`${rarity}$`));
    expect(said({ label: "likely_fake", ...seen, p: 0.0021 })).toContain("about 1 in 500 real people");
    expect(said({ label: "likely_real", ...seen, p: 0.12 })).not.toContain(rarity);
    expect(said({ label: "suspect", ...seen })).not.toContain("real people");
  });

  it("says why there is no label, and what would help", () => {
    expect(said({ label: "inconclusive", reason: "face_too_small", advice: "pin" })).toBe(
      "The face is too small to judge. Pin or enlarge this participant.",
    );
    expect(said({ label: "inconclusive", reason: "starting", advice: "face_camera", ...seen })).toBe(
      "No clear answer yet in 14 looks in 22 s. Ask them to look into the camera.",
    );
    expect(said({ label: "inconclusive", reason: "undecided", ...seen })).toBe(
      "In 14 looks in 22 s, nothing tells this face from a swapped one, or from a real one. " +
        "When it matters, ask something only the real person knows.",
    );
    expect(said({ label: "inconclusive", reason: "starting", frames: 1, seconds: 0 })).toBe(
      "Looking at the first frames.",
    );
  });

  it.each(ADVICE)("has words for the advice %s", (advice) => {
    expect(said({ label: "suspect", advice, ...seen }).split(". ")).toHaveLength(3);
  });
});

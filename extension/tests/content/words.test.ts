import { beforeEach, describe, expect, it } from "vitest";
import { badgeState, spoken, wordsFor } from "../../src/content/badge/words";
import { LABELS, REASONS } from "../../src/shared/vocabulary";
import { useStrings } from "./strings";

beforeEach(useStrings);

describe("A badge's state", () => {
  it("is none on one's own tile", () => {
    expect(badgeState("self", "ready", { label: "likely_fake" }, undefined)).toBeUndefined();
  });

  it.each(["camera_off", "screen_share"] as const)("is quiet on %s, whatever the host said before", (kind) => {
    const state = badgeState(kind, "failed", { label: "likely_fake" }, undefined);
    expect(state).toEqual({ label: "inconclusive", reason: kind, quiet: true });
  });

  it.each(["reconnecting", "failed"] as const)("says that Veritile stopped while the host is %s", (host) => {
    const state = badgeState("camera", host, { label: "likely_real" }, undefined);
    expect(state).toMatchObject({ label: "inconclusive", reason: "host_lost", reconnecting: host === "reconnecting" });
  });

  it.each(["off", "starting", "loading", "ready"] as const)("is checking before the first verdict, host %s", (host) => {
    expect(badgeState("camera", host, undefined, undefined)).toMatchObject({ reason: "starting" });
  });

  it("puts what is wrong with the picture before an older verdict", () => {
    expect(badgeState("camera", "ready", { label: "likely_real" }, "frozen")).toMatchObject({ reason: "frozen" });
  });

  it("is the host's verdict otherwise, with a reason only where there is doubt", () => {
    expect(badgeState("camera", "ready", { label: "suspect", reason: "blurred" }, undefined)).toEqual({
      label: "suspect",
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

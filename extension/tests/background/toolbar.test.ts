import { beforeEach, expect, test } from "vitest";
import { look } from "../../src/background/toolbar";
import type { HostState, RosterEntry } from "../../src/shared/channel";
import type { Label } from "../../src/shared/vocabulary";
import { fakeChrome } from "../chrome";

beforeEach(() => {
  fakeChrome();
});

const READY: HostState = { status: "ready" };
const people = (...labels: Label[]): RosterEntry[] =>
  labels.map((label, i) => ({ participant: `${i}`, kind: "camera", label }));
const shown = (labels: Label[], host = READY, enabled = true) => look({ enabled, host }, people(...labels));

test("it is quiet while nothing is wrong", () => {
  expect(shown([]).text).toBe("");
  expect(shown(["likely_real", "inconclusive"]).text).toBe("");
  expect(shown(["likely_real"], { status: "reconnecting" }).text).toBe("");
});

test("the worst label counts, and differs in more than colour", () => {
  expect(shown(["likely_real", "suspect"])).toMatchObject({ text: "!", title: "Veritile: 1 suspect in this call" });
  expect(shown(["likely_fake", "suspect", "likely_fake"])).toMatchObject({
    text: "!!",
    title: "Veritile: 2 likely fake in this call",
  });
});

test("it says when Veritile cannot work, and when it is off", () => {
  expect(shown(["likely_fake"], { status: "failed", failure: "gave_up" }).text).toBe("×");
  expect(shown(["likely_fake"], READY, false)).toMatchObject({ text: "", title: "Veritile: detection is off" });
});

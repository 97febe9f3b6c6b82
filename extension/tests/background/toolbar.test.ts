import { beforeEach, expect, test, vi } from "vitest";
import { look, Toolbar } from "../../src/background/toolbar";
import type { HostState, RosterEntry, TabSnapshot } from "../../src/shared/channel";
import { DEFAULTS } from "../../src/shared/settings";
import type { Label } from "../../src/shared/vocabulary";
import { type FakeChrome, fakeChrome, settle } from "../chrome";

let fake: FakeChrome;

beforeEach(() => {
  fake = fakeChrome();
});

const READY: HostState = { status: "ready" };
const people = (...labels: Label[]): RosterEntry[] =>
  labels.map((label, i) => ({ participant: `${i}`, kind: "camera", label }));
const shown = (labels: Label[], host = READY, enabled = true) =>
  look({ consented: true, enabled, host }, people(...labels));

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
  expect(look({ consented: false, enabled: false, host: READY }, []).title).toContain("waits for your yes");
});

test("a call whose tiles cannot be found is marked, and nobody counts whose badge is hidden", () => {
  expect(look({ consented: true, enabled: true, host: READY }, [], true)).toMatchObject({ text: "?" });
  const hidden = people("likely_fake").map((entry) => ({ ...entry, hidden: true }));
  expect(look({ consented: true, enabled: true, host: READY }, hidden).text).toBe("");
});

test("a tab that was closed is forgotten", async () => {
  const toolbar = new Toolbar();
  const show = async (host: HostState, tabs: TabSnapshot[]) => {
    toolbar.show({
      kind: "snapshot",
      ...DEFAULTS,
      consented: true,
      locked: [],
      policy: { blockedSites: [], exportAllowed: true },
      saving: false,
      host,
      tabs,
    });
    await settle();
  };
  fake.tabs.set(7, "https://meet.google.com/abc-defg-hij");
  await show(READY, [{ tab: 7, platform: "meet", entries: people("suspect") }]);
  fake.tabs.delete(7);
  await show(READY, []);
  const shown = vi.mocked(chrome.action.setBadgeText);
  shown.mockClear();
  await show({ status: "failed", failure: "gave_up" }, []);
  expect(shown.mock.calls).toEqual([[{ text: "×" }]]);
});

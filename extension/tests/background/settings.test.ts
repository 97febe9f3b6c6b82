import { beforeEach, expect, test } from "vitest";
import { loadSettings, saveSettings } from "../../src/background/settings";
import { type FakeChrome, fakeChrome } from "../chrome";

let fake: FakeChrome;

beforeEach(() => {
  fake = fakeChrome();
});

test("at first, calls are looked at with balanced sensitivity", async () => {
  expect(await loadSettings()).toEqual({ enabled: true, sensitivity: "balanced", batterySaver: false });
});

test("what the user chose is remembered, each by itself", async () => {
  await saveSettings({ enabled: false });
  await saveSettings({ sensitivity: "conservative" });
  await saveSettings({ batterySaver: true });
  expect(await loadSettings()).toEqual({ enabled: false, sensitivity: "conservative", batterySaver: true });
});

test.each([
  [{ enabled: "no", sensitivity: "paranoid", batterySaver: 1 }],
  [{ enabled: null, sensitivity: 3, batterySaver: null }],
])("what makes no sense is the default: %j", async (stored) => {
  fake.local.values = stored;
  expect(await loadSettings()).toEqual({ enabled: true, sensitivity: "balanced", batterySaver: false });
});

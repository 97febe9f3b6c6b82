import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import schema from "../../managed_schema.json";
import { learnPolicy, loadSettings, saveSettings } from "../../src/background/settings";
import { DEFAULTS } from "../../src/shared/settings";
import { type FakeChrome, fakeChrome } from "../chrome";

let fake: FakeChrome;

beforeEach(() => {
  fake = fakeChrome();
});

/** As when the browser says that what is prescribed is now this. */
async function prescribe(managed: Record<string, unknown>): Promise<void> {
  fake.managed.values = managed;
  await learnPolicy();
}

const inForce = async () => (await loadSettings()).settings;

test("at first nobody is looked at; once the user says yes, with balanced sensitivity, and nothing is kept that need not be", async () => {
  const settings = await inForce();
  expect(settings).toEqual(DEFAULTS);
  expect(settings).toMatchObject({
    consented: false,
    enabled: true,
    sensitivity: "balanced",
    keepEvidence: false,
  });
});

test("what the user chose is remembered, each by itself", async () => {
  await saveSettings({ enabled: false });
  await saveSettings({ sensitivity: "own", alarmsPerHour: 0.02 });
  await saveSettings({ sitesOff: ["https://meet.google.com/*"] });
  expect(await inForce()).toEqual({
    ...DEFAULTS,
    enabled: false,
    sensitivity: "own",
    alarmsPerHour: 0.02,
    sitesOff: ["https://meet.google.com/*"],
  });
});

test("what the first version kept is still understood", async () => {
  fake.local.values = { enabled: false, sensitivity: "conservative", batterySaver: true };
  expect(await inForce()).toEqual({ ...DEFAULTS, enabled: false, sensitivity: "conservative", batterySaver: true });
});

test.each([
  { enabled: "no", sensitivity: "paranoid", batterySaver: 1 },
  { alarmsPerHour: 0, cpuShare: 0.6, retentionDays: 1.5 },
  { alarmsPerHour: Number.NaN, cpuShare: "0.1", retentionDays: -1 },
  { sitesOff: "https://meet.google.com/*", language: "tlh", badgeCorner: "middle" },
  { sitesOff: [1, 2], badgeSize: null },
])("what makes no sense is the default: %j", async (stored) => {
  fake.local.values = stored;
  expect(await inForce()).toEqual(DEFAULTS);
});

test("whatever lies in the storage and in the policy, the settings are of their types", async () => {
  const key = fc.constantFrom(...Object.keys(DEFAULTS), ...Object.keys(schema.properties), "other");
  const stored = fc.dictionary(key, fc.jsonValue() as fc.Arbitrary<unknown>);
  await fc.assert(
    fc.asyncProperty(stored, stored, async (local, managed) => {
      fake.local.values = local;
      await prescribe(managed);
      const { settings, locked, policy } = await loadSettings();
      for (const [name, value] of Object.entries(DEFAULTS))
        expect(typeof settings[name as keyof typeof DEFAULTS]).toBe(typeof value);
      expect(Object.keys(settings).sort()).toEqual(Object.keys(DEFAULTS).sort());
      expect(locked.every((name) => name in DEFAULTS)).toBe(true);
      expect(Array.isArray(policy.blockedSites)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("what an organisation prescribes is in force and locked; the user's own choice is kept for later", async () => {
  await saveSettings({ sensitivity: "sensitive", notifications: true });
  await prescribe({ sensitivity: "conservative", notifications: false, retention_days: 7 });
  const managed = await loadSettings();
  expect(managed.settings).toMatchObject({ sensitivity: "conservative", notifications: false, retentionDays: 7 });
  expect(managed.locked.sort()).toEqual(["alarmsPerHour", "notifications", "retentionDays", "sensitivity"]);
  await prescribe({});
  expect(await loadSettings()).toMatchObject({ settings: { sensitivity: "sensitive" }, locked: [] });
});

test("a prescribed budget takes the place of the presets", async () => {
  await prescribe({ sensitivity: "sensitive", alarms_per_hour: 0.05 });
  const { settings, locked } = await loadSettings();
  expect(settings).toMatchObject({ sensitivity: "own", alarmsPerHour: 0.05 });
  expect(locked).toEqual(expect.arrayContaining(["sensitivity", "alarmsPerHour"]));
});

test("an organisation may say yes for its people, and its no is no answer to that question", async () => {
  await prescribe({ consented: true });
  expect(await loadSettings()).toMatchObject({ settings: { consented: true }, locked: ["consented"] });
  await prescribe({ consented: false });
  expect(await loadSettings()).toMatchObject({ settings: { consented: false }, locked: [] });
});

test("sites and export are the organisation's to limit", async () => {
  expect((await loadSettings()).policy).toEqual({ blockedSites: [], exportAllowed: true });
  await prescribe({ allowed_sites: ["meet.google.com"], blocked_sites: ["*.zoom.us"], export_allowed: false });
  expect((await loadSettings()).policy).toEqual({
    allowedSites: ["meet.google.com"],
    blockedSites: ["*.zoom.us"],
    exportAllowed: false,
  });
});

test("a browser that has no policies at all is one without any", async () => {
  fake.managed.get = async () => {
    throw new Error("No managed storage.");
  };
  expect(await inForce()).toEqual(DEFAULTS);
});

test("the browser is asked before anything is looked at for the first time, and later what it said last holds", async () => {
  fake.managed.values = { sensitivity: "conservative" };
  expect((await inForce()).sensitivity).toBe("conservative");
  fake.managed.get = () => new Promise(() => {});
  expect((await inForce()).sensitivity).toBe("conservative");
});

test("a prescription that has not changed is no news", async () => {
  fake.managed.values = { notifications: false };
  expect((await learnPolicy()).changed).toBe(true);
  expect((await learnPolicy()).changed).toBe(false);
});

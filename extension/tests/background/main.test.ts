// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import {
  type FromPopup,
  type FromTab,
  POPUP_PORT,
  type Snapshot,
  TAB_PORT,
  type ToTab,
} from "../../src/shared/channel";
import type { ClientMessage } from "../../src/shared/protocol";
import type { Settings } from "../../src/shared/settings";
import type { Label } from "../../src/shared/vocabulary";
import { type FakeChrome, FakeEvent, FakeNative, FakePort, fakeChrome, READY, settle } from "../chrome";

/** The service worker as the browser starts it, with a host that has just been greeted. */
let host: FakeNative;
let popup: FakePort<Snapshot, FromPopup>;
let onConnect: FakeEvent<[chrome.runtime.Port]>;
let onMessage: FakeEvent<[unknown, chrome.runtime.MessageSender, (answer: unknown) => void]>;
let onInstalled: FakeEvent<[{ reason: string }]>;
let fake: FakeChrome;

/** @param stored what is in the storage then */
async function start(stored: Partial<Settings>): Promise<void> {
  vi.resetModules();
  fake = fakeChrome();
  fake.local.values = { ...stored };
  host = new FakeNative();
  onConnect = new FakeEvent();
  const none = () => new FakeEvent<[]>();
  onMessage = new FakeEvent();
  onInstalled = new FakeEvent();
  const events = { onConnect, onMessage, onInstalled, onStartup: none() };
  const reasons = { OnInstalledReason: { INSTALL: "install" } };
  Object.assign(chrome.runtime, { ...events, ...reasons, connectNative: () => host.port });
  Object.assign(chrome.permissions, { onAdded: none(), onRemoved: none() });
  await import("../../src/background/main");
  popup = new FakePort(POPUP_PORT, { origin: location.origin });
  onConnect.emit(popup.port);
  await settle();
  host.answer(host.ids("hello")[0] ?? 0, READY);
  await settle();
}

beforeEach(() => start({ consented: true }));

const configured = () =>
  host.sent.filter((message): message is ClientMessage & { type: "configure" } => message.type === "configure");

test("the host is told what the user chose when it is greeted, and whenever that changes", async () => {
  expect(configured()).toMatchObject([{ sensitivity: "balanced", battery_saver: false }]);
  popup.onMessage.emit({ kind: "set", settings: { sensitivity: "conservative" } });
  await settle();
  popup.onMessage.emit({ kind: "set", settings: { batterySaver: true } });
  await settle();
  expect(configured().slice(1)).toMatchObject([
    { sensitivity: "conservative", battery_saver: false },
    { sensitivity: "conservative", battery_saver: true },
  ]);
});

test("a low battery is saved for as long as it is low", async () => {
  const tab = new FakePort<ToTab, FromTab>(TAB_PORT, {
    tab: { id: 1 } as chrome.tabs.Tab,
    url: "https://meet.google.com/abc",
  });
  onConnect.emit(tab.port);
  await settle();
  for (const lowBattery of [true, true, false]) {
    tab.onMessage.emit({ kind: "roster", entries: [], ...(lowBattery && { lowBattery }) });
    await settle();
  }
  expect(configured().map((message) => message.battery_saver)).toEqual([false, true, false]);
});

/** A call with one other person. */
async function call(tab = 1, url = "https://meet.google.com/abc"): Promise<FakePort<ToTab, FromTab>> {
  const port = new FakePort<ToTab, FromTab>(TAB_PORT, { tab: { id: tab } as chrome.tabs.Tab, url, documentId: "D" });
  onConnect.emit(port.port);
  port.onMessage.emit({ kind: "open", platform: "meet" });
  await settle();
  return port;
}

const say = async (port: FakePort<ToTab, FromTab>, label: Label, hidden = false) => {
  port.onMessage.emit({
    kind: "roster",
    entries: [{ participant: "p", name: "Ada", kind: "camera", label, ...(hidden && { hidden }) }],
  });
  await settle();
};
const set = async (settings: Partial<Settings>) => {
  popup.onMessage.emit({ kind: "set", settings });
  await settle();
};
const last = <K extends ToTab["kind"]>(port: FakePort<ToTab, FromTab>, kind: K) =>
  port.sent.findLast((message): message is Extract<ToTab, { kind: K }> => message.kind === kind);

test("a budget of one's own, the share of the machine and what is kept reach the host", async () => {
  await set({
    sensitivity: "own",
    alarmsPerHour: 0.02,
    cpuShare: 0.1,
    retentionDays: 7,
    keepEvidence: true,
    logNames: false,
  });
  const told = configured().at(-1);
  expect(told).toMatchObject({
    alarms_per_hour: 0.02,
    cpu_share: 0.1,
    retention_days: 7,
    keep_evidence: true,
    log_names: false,
  });
  expect(told).not.toHaveProperty("sensitivity");
});

test("what makes no sense, or is prescribed, is not taken", async () => {
  fake.managed.values = { sensitivity: "conservative" };
  fake.managed.onChanged.emit();
  for (let turn = 0; turn < 4; turn++) await settle();
  await set({ sensitivity: "sensitive", cpuShare: 7, retentionDays: 3 } as Partial<Settings>);
  expect(configured().at(-1)).toMatchObject({ sensitivity: "conservative", cpu_share: 0.05, retention_days: 3 });
  expect(fake.local.values).toEqual({ consented: true, retentionDays: 3, managed: { sensitivity: "conservative" } });
});

test("a site that the user switches off is told to stop, and to go on", async () => {
  const port = await call();
  expect(last(port, "state")).toMatchObject({ enabled: true });
  await set({ sitesOff: ["https://meet.google.com/*"] });
  await settle();
  expect(last(port, "state")).toMatchObject({ enabled: false });
  await set({ sitesOff: [] });
  await settle();
  expect(last(port, "state")).toMatchObject({ enabled: true });
});

test("an organisation's word about sites reaches the calls that are on", async () => {
  const port = await call();
  fake.managed.values = { allowed_sites: ["*.zoom.us"] };
  fake.managed.onChanged.emit();
  for (let turn = 0; turn < 4; turn++) await settle();
  expect(last(port, "state")).toMatchObject({ enabled: false });
});

test("badges speak the language that the user chose, in its direction", async () => {
  const port = await call();
  expect(last(port, "settings")?.settings).toMatchObject({ language: "en", rtl: false });
  await set({ language: "ar", badgeSize: "large" });
  const settings = last(port, "settings")?.settings;
  expect(settings).toMatchObject({ language: "ar", rtl: true, badgeSize: "large" });
  expect(settings?.words).toHaveProperty("label_likely_fake");
  expect(settings?.words).not.toHaveProperty("options_title");
});

test("somebody who becomes likely fake is told of once; a click leads to the call and to them", async () => {
  const port = await call(7);
  fake.tabs.set(7, "https://meet.google.com/abc");
  for (const label of ["suspect", "likely_fake", "inconclusive", "likely_fake"] as const) await say(port, label);
  expect(fake.notified).toHaveLength(1);
  expect(fake.notified[0]?.options).toMatchObject({ title: "Ada: likely fake" });
  fake.clicked.emit(fake.notified[0]?.id ?? "");
  await settle();
  expect(fake.panels).toEqual([7]);
  expect(fake.notified).toEqual([]);
});

test("nobody is told of whom the user has hidden, nor anybody where notifications are off", async () => {
  const port = await call();
  await say(port, "likely_fake", true);
  expect(fake.notified).toEqual([]);
  await set({ notifications: false });
  await say(port, "likely_real");
  await say(port, "likely_fake");
  expect(fake.notified).toEqual([]);
});

test("a badge's button opens the panel beside its tab, and no other page's word does more", async () => {
  const sender = { tab: { id: 3 } as chrome.tabs.Tab, documentId: "D", origin: "https://meet.google.com" };
  const respond = vi.fn();
  onMessage.emit({ kind: "open_panel", participant: "p" }, sender, respond);
  expect(fake.panels).toEqual([3]);
  onMessage.emit({ kind: "snapshot" }, sender, respond);
  await settle();
  expect(respond).not.toHaveBeenCalled();
});

test("nothing begins before the user has said yes: whoever switches it on is led to the page that asks", async () => {
  await start({});
  const port = await call();
  await say(port, "suspect");
  port.onMessage.emit({ kind: "frames", batch: 1, frames: [] });
  await settle();
  expect(last(port, "state")).toMatchObject({ enabled: false });
  expect(host.sent).toEqual([]);
  await set({ enabled: true });
  expect(fake.pages).toEqual(["welcome.html#consent"]);
  expect(last(port, "state")).toMatchObject({ enabled: false });
  await set({ consented: true, enabled: true });
  expect(last(port, "state")).toMatchObject({ enabled: true });
  expect(host.ids("hello")).toHaveLength(1);
  expect(fake.pages).toHaveLength(1);
});

test("an organisation's yes is enough", async () => {
  await start({});
  const port = await call();
  fake.managed.values = { consented: true };
  fake.managed.onChanged.emit();
  for (let turn = 0; turn < 4; turn++) await settle();
  expect(last(port, "state")).toMatchObject({ enabled: true });
});

test("the first-run page is opened when Veritile is installed, not when it is updated", async () => {
  onInstalled.emit({ reason: "update" });
  expect(fake.pages).toEqual([]);
  onInstalled.emit({ reason: "install" });
  expect(fake.pages).toEqual(["welcome.html"]);
});

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
import { FakeEvent, FakeNative, FakePort, fakeChrome, READY, settle } from "../chrome";

/** The service worker as the browser starts it, with a host that has just been greeted. */
let host: FakeNative;
let popup: FakePort<Snapshot, FromPopup>;
let onConnect: FakeEvent<[chrome.runtime.Port]>;

beforeEach(async () => {
  vi.resetModules();
  fakeChrome();
  host = new FakeNative();
  onConnect = new FakeEvent();
  const none = () => new FakeEvent<[]>();
  const events = { onConnect, onMessage: none(), onInstalled: none(), onStartup: none() };
  Object.assign(chrome.runtime, { ...events, connectNative: () => host.port });
  Object.assign(chrome.permissions, { onAdded: none(), onRemoved: none() });
  await import("../../src/background/main");
  popup = new FakePort(POPUP_PORT, { origin: location.origin });
  onConnect.emit(popup.port);
  await settle();
  host.answer(host.ids("hello")[0] ?? 0, READY);
  await settle();
});

const configured = () =>
  host.sent.filter((message): message is ClientMessage & { type: "configure" } => message.type === "configure");

test("the host is told what the user chose when it is greeted, and whenever that changes", async () => {
  expect(configured()).toMatchObject([{ sensitivity: "balanced", battery_saver: false }]);
  popup.onMessage.emit({ kind: "set_sensitivity", sensitivity: "conservative" });
  await settle();
  popup.onMessage.emit({ kind: "set_battery_saver", batterySaver: true });
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

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Panels } from "../../src/background/panels";
import type { FromPanel, ToPanel } from "../../src/shared/channel";
import type { CallRecord } from "../../src/shared/history";
import { FakePort, fakeChrome, settle } from "../chrome";

type Panel = FakePort<ToPanel, FromPanel>;

const RECORD: CallRecord = {
  call: "D",
  tab: 7,
  platform: "meet",
  started: 1,
  updated: 2,
  live: true,
  alarm: null,
  people: [],
};
const history = { titles: () => [RECORD], get: (call: string) => (call === "D" ? RECORD : undefined), forget: vi.fn() };
let panels: Panels;
let exportAllowed = true;
const ask = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  fakeChrome();
  exportAllowed = true;
  ask.mockReset();
  panels = new Panels(history, () => exportAllowed, { ask });
});

afterEach(() => {
  vi.useRealTimers();
});

function open(): Panel {
  const port: Panel = new FakePort("veritile.panel");
  panels.accept(port.port);
  return port;
}

const kinds = (port: Panel) => port.sent.map(({ kind }) => kind);

test("a panel is told the calls at once, and the one that it watches", () => {
  const port = open();
  expect(port.sent).toEqual([{ kind: "calls", calls: [RECORD], exportAllowed: true }]);
  port.onMessage.emit({ kind: "watch", call: "D" });
  expect(port.sent[1]).toEqual({ kind: "call", call: RECORD });
});

test("changes that come together are told once, to those who watch", () => {
  const [watching, other] = [open(), open()];
  watching.onMessage.emit({ kind: "watch", call: "D" });
  for (let change = 0; change < 20; change++) panels.changed("D");
  vi.advanceTimersByTime(500);
  expect(kinds(watching)).toEqual(["calls", "call", "calls", "call"]);
  expect(kinds(other)).toEqual(["calls", "calls"]);
});

test("a panel that was opened for somebody is led to them once it is there", () => {
  panels.lead({ kind: "focus", call: "D", participant: "p" });
  expect(kinds(open())).toEqual(["calls", "focus"]);
  const second = open();
  expect(kinds(second)).toEqual(["calls"]);
  panels.lead({ kind: "focus", call: "D", participant: "q" });
  expect(second.sent.at(-1)).toEqual({ kind: "focus", call: "D", participant: "q" });
});

test("a panel that is opened long after is led nowhere", () => {
  panels.lead({ kind: "focus", call: "D", participant: "p" });
  vi.advanceTimersByTime(10_000);
  expect(kinds(open())).toEqual(["calls"]);
});

test("whether export is allowed is told when it changes; forgetting is passed on", () => {
  const port = open();
  exportAllowed = false;
  panels.refresh();
  expect(port.sent.at(-1)).toMatchObject({ kind: "calls", exportAllowed: false });
  port.onMessage.emit({ kind: "forget", call: "D" });
  expect(history.forget).toHaveBeenCalledWith("D");
});

test("calls of the log are asked for and come back, or the reason why not", async () => {
  const port = open();
  ask.mockResolvedValueOnce({ type: "sessions", items: [], more: true });
  port.onMessage.emit({ kind: "earlier" });
  await settle();
  expect(ask).toHaveBeenLastCalledWith({ type: "sessions", logged: true });
  expect(port.sent.at(-1)).toEqual({ kind: "earlier", calls: [], more: true });
  ask.mockRejectedValueOnce(new Error("The log is locked: close the other program."));
  port.onMessage.emit({ kind: "earlier" });
  await settle();
  expect(port.sent.at(-1)).toEqual({ kind: "trouble", text: "The log is locked: close the other program." });
});

test("a call of the log is only read out where saving is allowed, and only to a panel that is still there", async () => {
  const port = open();
  ask.mockResolvedValue({ type: "export", session: "s", format: "csv", data: "a,b" });
  exportAllowed = false;
  port.onMessage.emit({ kind: "fetch", session: "s", format: "csv" });
  await settle();
  expect(ask).not.toHaveBeenCalled();
  exportAllowed = true;
  port.onMessage.emit({ kind: "fetch", session: "s", format: "csv" });
  await settle();
  expect(port.sent.at(-1)).toEqual({ kind: "document", session: "s", format: "csv", data: "a,b" });
  const before = port.sent.length;
  port.onMessage.emit({ kind: "fetch", session: "s", format: "csv" });
  port.drop();
  await settle();
  expect(port.sent).toHaveLength(before);
});

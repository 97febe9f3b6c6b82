import { beforeEach, expect, type Mock, test, vi } from "vitest";
import { RequestError } from "../../src/background/native";
import { Tabs, type Witness } from "../../src/background/tabs";
import type { FromTab, ToTab } from "../../src/shared/channel";
import type { Frame, Reply, Request } from "../../src/shared/protocol";
import { FakePort, fakeChrome, LIMITS, READY, settle } from "../chrome";

type Tab = FakePort<ToTab, FromTab>;

/** A host whose answers the test gives by hand. */
class FakeHost {
  info: typeof READY | undefined = READY;
  asked: { request: Request; resolve(reply: Reply): void; reject(error: Error): void }[] = [];
  request = ((request: Request) =>
    new Promise<Reply>((resolve, reject) => this.asked.push({ request, resolve, reject }))) as never;
  get types(): string[] {
    return this.asked.map(({ request }) => request.type);
  }
  /** Loses every request, as a host that dies. */
  lose(): void {
    for (const { reject } of this.asked.splice(0)) reject(new RequestError("closed", "Native host has exited."));
    this.info = undefined;
  }
}

let host: FakeHost;
let tabs: Tabs;
let granted: (url: string) => boolean;
let witness: { [K in keyof Witness]: Mock<Witness[K]> };

beforeEach(() => {
  fakeChrome();
  host = new FakeHost();
  granted = () => true;
  witness = { roster: vi.fn(), verdicts: vi.fn(), left: vi.fn() };
  tabs = new Tabs(
    host,
    async (url) => granted(url),
    () => {},
    witness,
  );
  tabs.update(true, { status: "ready" });
});

async function join(tab = 7, url = "https://meet.google.com/abc-defg-hij"): Promise<Tab> {
  const port: Tab = new FakePort("veritile.tab", { tab: { id: tab } as chrome.tabs.Tab, url });
  tabs.accept(port.port);
  port.onMessage.emit({ kind: "open", platform: "meet" });
  await settle();
  return port;
}

const frame = (fields: Partial<Frame> = {}): Frame => ({
  participant: "p",
  captured_at: 0,
  jpeg: "AAAA",
  video: { width: 640, height: 360 },
  ...fields,
});

const send = (port: Tab, batch: number, frames = [frame()]) => port.onMessage.emit({ kind: "frames", batch, frames });
const got = (port: Tab, kind: ToTab["kind"]) => port.sent.filter((message) => message.kind === kind);

test("a tab learns at once how things are, and again only when they change", async () => {
  const port = await join();
  tabs.update(true, { status: "ready" });
  tabs.update(false, { status: "off" });
  expect(port.sent).toEqual([
    { kind: "state", enabled: true, host: { status: "ready" } },
    { kind: "state", enabled: false, host: { status: "off" } },
  ]);
});

test("the session is opened before its first frames, and verdicts go back under the batch's number", async () => {
  const port = await join();
  send(port, 41);
  expect(host.types).toEqual(["open", "frames"]);
  host.asked[1]?.resolve({ type: "verdicts", session: "s", alarm: 10.49, items: [] });
  await settle();
  expect(got(port, "verdicts")).toMatchObject([{ batch: 41, items: [] }]);
});

test("a third batch in flight is refused at once, and there is room again after an answer", async () => {
  const port = await join();
  for (const batch of [1, 2, 3]) send(port, batch);
  expect(got(port, "failed")).toMatchObject([{ batch: 3 }]);
  host.asked[1]?.resolve({ type: "verdicts", session: "s", alarm: 10.49, items: [] });
  await settle();
  send(port, 4);
  expect(got(port, "failed")).toHaveLength(1);
  expect(host.types).toEqual(["open", "frames", "frames", "frames"]);
});

test("the limit is each tab's own, and so is the session", async () => {
  const [one, other] = [await join(1), await join(2)];
  send(one, 1);
  send(one, 2);
  send(other, 1);
  expect(got(other, "failed")).toHaveLength(0);
  const sessions = host.asked.flatMap(({ request }) => (request.type === "open" ? [request.session] : []));
  expect(new Set(sessions).size).toBe(2);
});

test("a batch that is too large for the host is refused", async () => {
  const port = await join();
  send(port, 1, [frame({ jpeg: "A".repeat(LIMITS.message_bytes) })]);
  send(
    port,
    2,
    Array.from({ length: LIMITS.batch_frames + 1 }, () => frame()),
  );
  expect(got(port, "failed")).toMatchObject([{ batch: 1 }, { batch: 2 }]);
  expect(host.asked).toHaveLength(0);
});

test("a name that would have the host refuse everybody's frames is mended", async () => {
  const port = await join();
  send(port, 1, [frame({ name: "half \ud83d" }), frame({ name: "x".repeat(300) }), frame()]);
  const { request } = host.asked[1] ?? {};
  const names = request?.type === "frames" ? request.frames.map(({ name }) => name) : [];
  expect(names).toEqual(["half �", "x".repeat(256), undefined]);
});

test("when the host dies, every open batch fails", async () => {
  const port = await join();
  send(port, 1);
  send(port, 2);
  host.lose();
  await settle();
  expect(got(port, "failed")).toMatchObject([
    { batch: 1, text: "Native host has exited." },
    { batch: 2, text: "Native host has exited." },
  ]);
});

test("without a host, or turned off, frames are refused and none is kept for later", async () => {
  const port = await join();
  host.lose();
  send(port, 1);
  host.info = READY;
  tabs.update(false, { status: "off" });
  send(port, 2);
  await settle();
  expect(got(port, "failed")).toMatchObject([{ batch: 1 }, { batch: 2 }]);
  expect(host.asked).toHaveLength(0);
});

test("a new host is told of the sessions before frames flow", async () => {
  const port = await join();
  port.onMessage.emit({ kind: "roster", entries: [{ participant: "p", kind: "camera" }] });
  tabs.reopen();
  host.lose();
  await settle();
  host.info = READY;
  tabs.reopen();
  send(port, 1);
  expect(host.types).toEqual(["open", "frames"]);
});

test("the host's refusal reaches the tab with its number, and a session that it forgot is opened again", async () => {
  const port = await join();
  send(port, 1);
  host.asked[1]?.reject(new RequestError("refused", "The session is not open.", 301));
  await settle();
  expect(got(port, "failed")).toEqual([{ kind: "failed", batch: 1, code: 301, text: "The session is not open." }]);
  send(port, 2);
  expect(host.types).toEqual(["open", "frames", "open", "frames"]);
});

test("the host is needed while somebody else is in a call", async () => {
  const port = await join();
  expect(tabs.needHost).toBe(false);
  port.onMessage.emit({ kind: "roster", entries: [{ participant: "me", kind: "self" }] });
  expect(tabs.needHost).toBe(false);
  port.onMessage.emit({ kind: "roster", entries: [{ participant: "p", kind: "camera" }] });
  expect(tabs.needHost).toBe(true);
  port.drop();
  expect(tabs.needHost).toBe(false);
});

test("a tab that leaves closes its session, and late verdicts go nowhere", async () => {
  const port = await join();
  send(port, 1);
  port.drop();
  expect(host.types).toEqual(["open", "frames", "close"]);
  host.asked[1]?.resolve({ type: "verdicts", session: "s", alarm: 10.49, items: [] });
  await settle();
  expect(got(port, "verdicts")).toHaveLength(0);
  expect(tabs.snapshot()).toEqual([]);
});

test("a site that the user took back is told to stop, until it is granted again", async () => {
  const [kept, removed] = [await join(1), await join(2, "https://call.example/room")];
  granted = (url) => url.startsWith("https://meet.google.com/");
  await tabs.recheck();
  expect(removed.sent.at(-1)).toEqual({ kind: "state", enabled: false, host: { status: "ready" } });
  tabs.update(true, { status: "loading" });
  expect(removed.sent.at(-1)).toMatchObject({ enabled: false });
  expect(kept.sent.at(-1)).toMatchObject({ enabled: true });
  send(removed, 1);
  expect(host.asked).toHaveLength(0);
  expect(tabs.snapshot().map(({ tab }) => tab)).toEqual([1]);
  granted = () => true;
  await tabs.recheck();
  expect(removed.sent.at(-1)).toMatchObject({ enabled: true });
});

const PAGE = { badgeSize: "large", badgeCorner: "top_right", language: "en", rtl: false } as const;

test("a page learns how its badges are to look once it knows how things are, and again only when that changes", async () => {
  const early = await join(1);
  tabs.dress(PAGE);
  const late = await join(2);
  tabs.dress({ ...PAGE });
  for (const port of [early, late]) {
    expect(port.sent.map(({ kind }) => kind)).toEqual(["state", "settings"]);
    expect(port.sent[1]).toEqual({ kind: "settings", settings: PAGE });
  }
  tabs.dress({ ...PAGE, badgeSize: "small" });
  expect(got(late, "settings")).toHaveLength(2);
});

test("one person's badge is hidden in their tab alone", async () => {
  const [here, elsewhere] = [await join(1), await join(2)];
  tabs.hide(1, "p", true);
  expect(got(here, "hide")).toEqual([{ kind: "hide", participant: "p", hidden: true }]);
  expect(got(elsewhere, "hide")).toEqual([]);
});

test("the record of calls hears what is shown, what was judged and that the page is gone", async () => {
  const port: Tab = new FakePort("veritile.tab", {
    tab: { id: 7 } as chrome.tabs.Tab,
    url: "https://meet.google.com/abc-defg-hij",
    documentId: "D",
  });
  tabs.accept(port.port);
  port.onMessage.emit({ kind: "open", platform: "meet" });
  await settle();
  const place = { call: "D", tab: 7, platform: "meet" };
  const entries = [{ participant: "p", kind: "camera", label: "suspect" }] as const;
  port.onMessage.emit({ kind: "roster", entries: [...entries] });
  expect(witness.roster.mock.calls).toEqual([[place, entries]]);
  send(port, 1);
  host.asked[1]?.resolve({ type: "verdicts", session: "s", alarm: 10.49, items: [] });
  await settle();
  expect(witness.verdicts.mock.calls).toEqual([[place, [frame()], [], 10.49]]);
  tabs.update(false, { status: "off" });
  port.onMessage.emit({ kind: "roster", entries: [...entries] });
  expect(witness.roster).toHaveBeenCalledTimes(1);
  port.drop();
  expect(witness.left.mock.calls).toEqual([["D"]]);
});

test("a script that was left in a site that the user took back stays off when it connects again", async () => {
  granted = () => false;
  const port = await join(2, "https://call.example/room");
  expect(port.sent).toEqual([{ kind: "state", enabled: false, host: { status: "ready" } }]);
  port.onMessage.emit({ kind: "roster", entries: [{ participant: "p", kind: "camera" }] });
  send(port, 1);
  await settle();
  expect(host.asked).toHaveLength(0);
  expect(tabs.needHost).toBe(false);
});

test("the host forgets a call whose site the user took back", async () => {
  const port = await join();
  send(port, 1);
  granted = () => false;
  await tabs.recheck();
  expect(host.types).toEqual(["open", "frames", "close"]);
});

test("a service worker that has just started does not tell a call that it is off", async () => {
  tabs = new Tabs(
    host,
    async () => true,
    () => {},
    witness,
  );
  const port = await join();
  expect(port.sent).toEqual([]);
  tabs.update(true, { status: "off" });
  expect(port.sent).toEqual([{ kind: "state", enabled: true, host: { status: "off" } }]);
});

test("labels from before it was turned off are not shown after", async () => {
  const port = await join();
  port.onMessage.emit({ kind: "roster", entries: [{ participant: "p", kind: "camera", label: "likely_fake" }] });
  tabs.update(false, { status: "off" });
  expect(tabs.snapshot()).toEqual([{ tab: 7, platform: "meet", entries: [] }]);
  expect(tabs.needHost).toBe(true);
});

test("the snapshot holds what each tab shows", async () => {
  const port = await join(3);
  const entry = { participant: "p", kind: "camera", label: "suspect" } as const;
  port.onMessage.emit({ kind: "roster", entries: [entry] });
  expect(tabs.snapshot()).toEqual([{ tab: 3, platform: "meet", entries: [entry] }]);
});

test("only tabs are served", () => {
  const port: Tab = new FakePort("veritile.tab", {});
  tabs.accept(port.port);
  expect(port.sent).toEqual([]);
});

test("a call that knows of a low battery is heard, until it says otherwise or ends", async () => {
  const [one, other] = [await join(1), await join(2)];
  const tell = (port: Tab, lowBattery: boolean) =>
    port.onMessage.emit({ kind: "roster", entries: [], ...(lowBattery && { lowBattery }) });
  tell(one, false);
  expect(tabs.lowBattery).toBe(false);
  tell(other, true);
  expect(tabs.lowBattery).toBe(true);
  tell(other, false);
  expect(tabs.lowBattery).toBe(false);
  tell(other, true);
  other.drop();
  expect(tabs.lowBattery).toBe(false);
});

test("a tab that asks where a score comes from is told, also when the host does not tell", async () => {
  const port = await join();
  send(port, 1);
  const ask = () => port.onMessage.emit({ kind: "heatmap", participant: "p" });
  ask();
  const told = { jpeg: "AAAA", captured_at: 5, score: 0.6 };
  expect(host.asked[2]?.request).toMatchObject({ type: "heatmap", participant: "p" });
  host.asked[2]?.resolve({ type: "heatmap", session: "s", participant: "p", ...told });
  await settle();
  ask();
  host.asked[3]?.reject(new RequestError("refused", "No face of this participant could be judged yet.", 305));
  await settle();
  expect(got(port, "heatmap")).toEqual([
    { kind: "heatmap", participant: "p", heatmap: told },
    { kind: "heatmap", participant: "p", heatmap: null },
  ]);
});

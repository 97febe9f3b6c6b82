// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Ladder } from "../../src/content/capture/ladder";
import { NoPicture } from "../../src/content/capture/picture";
import { Session } from "../../src/content/session";
import type { FromTab, HostState, ToTab } from "../../src/shared/channel";
import { FakePort } from "../chrome";
import { play, stage } from "./stage";
import { getMessage } from "./strings";

const badges = vi.hoisted(() => vi.fn());
// Bundled by esbuild alone; happy-dom has no pixels to encode either, nor popovers to show badges in.
vi.mock("../../src/content/capture/blob_worker", () => ({ BlobWorker: class {} }));
vi.mock("../../src/content/badge/overlay", () => ({
  Overlay: class {
    set = badges;
    hide = () => {};
    remove = () => {};
    refresh = () => {};
    hideOrphans = () => {};
    close = () => {};
  },
}));

const ports: FakePort<FromTab, ToTab>[] = [];
const port = () => ports.at(-1) as FakePort<FromTab, ToTab>;
const say = (status: HostState["status"], enabled = true) =>
  port().onMessage.emit({ kind: "state", enabled, host: { status } });
const sent = (kind: FromTab["kind"]) => port().sent.filter((message) => message.kind === kind);
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const capture = vi.fn();
let life: AbortController;

const event = { addListener: () => {}, removeListener: () => {} };
const connect = () => {
  ports.push(new FakePort());
  return port();
};

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(HTMLElement.prototype, { showPopover() {}, hidePopover() {} });
  ports.length = 0;
  stage("<video></video>", "https://call.example/");
  Object.assign(globalThis, { chrome: { runtime: { id: "x", connect, onMessage: event } } });
  Object.assign(HTMLVideoElement.prototype, { getVideoPlaybackQuality: () => ({ totalVideoFrames: Math.random() }) });
  capture.mockReset().mockRejectedValue(new NoPicture("no pixels here"));
  vi.spyOn(Ladder.prototype, "capture").mockImplementation(capture);
  life = new AbortController();
});
afterEach(() => {
  life.abort();
  vi.useRealTimers();
});

const begin = () => new Session(document, () => life.abort(), life.signal);

it("takes pictures while a host is there to judge them, and at no other time", async () => {
  play("video");
  begin();
  await pass(3000);
  expect(capture).not.toHaveBeenCalled();
  say("ready");
  await pass(100);
  expect(capture).toHaveBeenCalledOnce();
  say("reconnecting");
  const taken = capture.mock.calls.length;
  await pass(10_000);
  expect(capture).toHaveBeenCalledTimes(taken);
});

it("takes no picture on the word of an old port: it may have been switched off between two calls", async () => {
  const video = play("video");
  begin();
  say("ready");
  await pass(100);
  video.remove();
  await pass(70_000);
  expect(port().connected).toBe(false);
  const taken = capture.mock.calls.length;
  document.body.append(video);
  await pass(3000);
  expect(ports).toHaveLength(2);
  expect(capture).toHaveBeenCalledTimes(taken);
  say("off", false);
  await pass(3000);
  expect(capture).toHaveBeenCalledTimes(taken);
});

it("takes no picture while the service worker is away", async () => {
  play("video");
  begin();
  say("ready");
  await pass(100);
  chrome.runtime.connect = () => {
    ports.push(new FakePort());
    queueMicrotask(() => port().drop());
    return port().port;
  };
  port().drop();
  const taken = capture.mock.calls.length;
  await pass(10_000);
  expect(capture).toHaveBeenCalledTimes(taken);
});

it("lets the service worker sleep while one is alone, and wakes it when somebody joins", async () => {
  play("video", "camera");
  begin();
  say("off");
  await pass(500);
  port().drop();
  const before = ports.length;
  await pass(120_000);
  expect(ports).toHaveLength(before);
  expect(sent("figures")).toEqual([]);
  document.body.append(document.createElement("video"));
  play("video:last-of-type");
  await pass(3000);
  expect(ports).toHaveLength(before + 1);
  expect(sent("roster").at(-1)).toMatchObject({ entries: [{ kind: "self" }, { kind: "camera" }] });
});

it("connects anew when the page comes back from the browser's memory", async () => {
  play("video");
  begin();
  say("ready");
  await pass(100);
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
  await pass(500);
  expect(ports).toHaveLength(1);
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await pass(500);
  expect(ports).toHaveLength(2);
  expect(ports[0]?.connected).toBe(false);
  expect(sent("open")).toHaveLength(1);
});

it("does not show an earlier host's verdict while the next one starts", async () => {
  capture.mockImplementation(async () => ({
    jpeg: "AAAA",
    video: { width: 640, height: 360 },
    capturedAt: Date.now(),
    takenAt: performance.now(),
  }));
  play("video");
  begin();
  say("ready");
  await pass(200);
  const [batch] = sent("frames");
  if (batch?.kind !== "frames") throw new Error("no frames were sent");
  const [{ participant = "", captured_at = 0 } = {}] = batch.frames;
  const verdict = { label: "likely_fake", score: 0.9, confidence: 0.9, quality: 1, dropped: false } as const;
  const basis = { frames: 9, seconds: 12, quality: 1, parts: [] };
  const timing = { queue_ms: 0, decode_ms: 0, detect_ms: 0, score_ms: 0 };
  port().onMessage.emit({
    kind: "verdicts",
    batch: batch.batch,
    items: [
      { participant, captured_at, next_sample_ms: 5000, faces: [], evidence: 12, basis, people: 1, timing, ...verdict },
    ],
  });
  await pass(200);
  expect(sent("roster").at(-1)).toMatchObject({
    entries: [{ label: "likely_fake", score: 0.9, frames: 9, seconds: 12 }],
  });
  port().drop();
  await pass(150);
  say("off");
  say("starting");
  await pass(200);
  expect(sent("roster").at(-1)).toMatchObject({ entries: [{ label: "inconclusive", reason: "starting" }] });
});

it("takes the next picture at once when the video has become larger, or is somebody else's", async () => {
  capture.mockImplementation(async () => ({ jpeg: "AAAA", capturedAt: Date.now(), takenAt: performance.now() }));
  const video = play("video");
  const grow = (width: number) => Object.defineProperty(video, "videoWidth", { value: width, configurable: true });
  Object.defineProperty(video, "videoHeight", { value: 90 });
  grow(160);
  begin();
  say("ready");
  await pass(200);
  const settle = () => {
    const last = sent("frames").at(-1);
    if (last?.kind !== "frames") throw new Error("no frames were sent");
    const items = last.frames.map(({ participant }) => ({ participant, label: "likely_real", next_sample_ms: 30_000 }));
    const basis = { frames: 9, seconds: 12, quality: 1, parts: [] };
    port().onMessage.emit({
      kind: "verdicts",
      batch: last.batch,
      items: items.map((item) => ({ ...item, basis })) as never,
    });
  };
  settle();
  await pass(5000);
  expect(capture).toHaveBeenCalledTimes(1);
  grow(320);
  video.dispatchEvent(new Event("resize"));
  await pass(500);
  expect(capture).toHaveBeenCalledTimes(2);
  settle();
  await pass(5000);
  expect(capture).toHaveBeenCalledTimes(2);
});

it("tells that the battery is low while it is discharging, and when it is charged again", async () => {
  const battery = Object.assign(new EventTarget(), { charging: false, level: 0.5 });
  Object.assign(navigator, { getBattery: async () => battery });
  play("video");
  begin();
  say("ready");
  const told = async (change: Partial<typeof battery>) => {
    Object.assign(battery, change).dispatchEvent(new Event("levelchange"));
    battery.dispatchEvent(new Event("chargingchange"));
    await pass(200);
    return sent("roster").at(-1);
  };
  expect(await told({})).not.toHaveProperty("lowBattery");
  expect(await told({ level: 0.2 })).toMatchObject({ lowBattery: true });
  expect(await told({ charging: true })).not.toHaveProperty("lowBattery");
  Reflect.deleteProperty(navigator, "getBattery");
});

it("takes the larger of two tiles of one person, one picture for both, and puts a badge on each", async () => {
  document.body.innerHTML = `<video id="small" data-size="160x90"></video><video id="large" data-size="1280x720"></video>`;
  const { srcObject } = play("#small");
  Object.defineProperty(play("#large"), "srcObject", { value: srcObject });
  begin();
  say("ready");
  await pass(3000);
  expect(new Set(capture.mock.calls.map(([{ element }]) => element.id))).toEqual(new Set(["large"]));
  expect(sent("roster").at(-1)).toMatchObject({ entries: [{ kind: "camera" }] });
  const [participant, places] = badges.mock.lastCall ?? [];
  expect(places).toMatchObject([
    { element: { id: "large" }, width: 1280 },
    { element: { id: "small" }, width: 160 },
  ]);
  expect(sent("roster").at(-1)).toMatchObject({ entries: [{ participant }] });
});

it("tells the user within 20 s that a call is on and nobody can be found, and takes it back", async () => {
  stage("<main><video></video></main>", "https://meet.google.com/abc-defg-hij");
  Object.assign(globalThis.chrome, { runtime: { id: "x", connect, onMessage: event }, i18n: { getMessage } });
  play("video");
  begin();
  await pass(20_000);
  say("off");
  expect(document.querySelector("veritile-note")).not.toBeNull();
  await pass(100);
  expect(sent("roster").at(-1)).toMatchObject({ blind: true });
  document.querySelector("main")?.setAttribute("data-participant-id", "spaces/abc/devices/1");
  await pass(3000);
  expect(document.querySelector("veritile-note")).toBeNull();
  expect(sent("roster").at(-1)).not.toHaveProperty("blind");
});

it("says nothing of that to whoever has switched off", async () => {
  stage("<main><video></video></main>", "https://meet.google.com/abc-defg-hij");
  Object.assign(globalThis.chrome, { runtime: { id: "x", connect, onMessage: event } });
  play("video");
  begin();
  await pass(20_000);
  say("off", false);
  await pass(30_000);
  expect(document.querySelector("veritile-note")).toBeNull();
});

it("takes somebody's badge away, remembers it while they are gone, and says so", async () => {
  play("video");
  begin();
  say("ready");
  await pass(200);
  const [entry] = (sent("roster").at(-1) as Extract<FromTab, { kind: "roster" }>).entries;
  if (!entry) throw new Error("somebody is there");
  port().onMessage.emit({ kind: "hide", participant: entry.participant, hidden: true });
  await pass(1200);
  expect(sent("roster").at(-1)).toMatchObject({ entries: [{ hidden: true }] });
  badges.mockClear();
  await pass(6000);
  expect(badges).not.toHaveBeenCalled();
  port().onMessage.emit({ kind: "hide", participant: entry.participant, hidden: false });
  expect(badges).toHaveBeenCalled();
});

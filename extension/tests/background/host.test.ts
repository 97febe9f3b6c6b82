import { beforeEach, expect, type Mock, test, vi } from "vitest";
import { Host, type HostMemory, NO_MEMORY } from "../../src/background/host";
import type { Challenge } from "../../src/shared/protocol";
import { FakeNative, fakeChrome, INFO, READY, settle } from "../chrome";

let natives: FakeNative[];
let memory: HostMemory;
let connected: Mock<() => void>;
let challenge: Mock<(challenge: Challenge) => void>;
let host: Host;

const newest = () => natives.at(-1) as FakeNative;

beforeEach(() => {
  vi.useFakeTimers();
  fakeChrome();
  natives = [];
  memory = NO_MEMORY;
  connected = vi.fn();
  challenge = vi.fn();
  host = makeHost();
});

function makeHost(): Host {
  return new Host(
    () => {
      natives.push(new FakeNative());
      return newest().port;
    },
    { name: "test", version: "0" },
    { changed: () => {}, connected, remember: (now) => (memory = now), challenge },
  );
}

/** The newest host answers hello, and is ready unless told otherwise. */
async function greet(info = READY): Promise<void> {
  newest().answer(1, info);
  await settle();
}

async function die(words = "Native host has exited."): Promise<void> {
  newest().drop(words);
  await settle();
}

test("nothing is started until a host is needed", () => {
  expect(natives).toHaveLength(0);
  host.need(true);
  expect(host.state).toEqual({ status: "starting" });
  expect(newest().sent).toEqual([
    { type: "hello", v: 1, id: 1, protocols: [1], client: { name: "test", version: "0" } },
  ]);
});

test("what is wrong with the log is told while it lasts", async () => {
  const log = { path: "/log/calls.db", pictures: "off" } as const;
  host.need(true);
  await greet({ ...READY, log: { ...log, state: "full", text: "The disk is full." } });
  expect(host.state).toMatchObject({ logging: false, logTrouble: "The disk is full." });
  newest().push({ ...READY, log: { ...log, state: "on" } });
  expect(host.state).toMatchObject({ logging: true });
  expect(host.state).not.toHaveProperty("logTrouble");
});

test("it is loading, then ready, and connected once", async () => {
  host.need(true);
  await greet(INFO);
  expect(host.state).toEqual({ status: "loading", version: "0.1.0", model: "mesonet", logging: true });
  expect(connected).toHaveBeenCalledOnce();
  newest().push(READY);
  expect(host.state).toEqual({
    status: "ready",
    version: "0.1.0",
    model: "mesonet",
    provider: "CPUExecutionProvider",
    logging: true,
    leastAlarmsPerHour: null,
  });
  expect(connected).toHaveBeenCalledOnce();
});

test("it stays 30 s after nobody needs it, and a need in between keeps it", async () => {
  host.need(true);
  await greet();
  host.need(false);
  await answerPings(20_000);
  host.need(true);
  await answerPings(40_000);
  expect(host.state.status).toBe("ready");
  host.need(false);
  await answerPings(30_000);
  expect(host.state).toEqual({ status: "off" });
  expect(newest().connected).toBe(false);
  expect(natives).toHaveLength(1);
});

/** Lets time pass with a host that answers every ping at once. */
async function answerPings(duration: number): Promise<void> {
  for (let passed = 0; passed < duration; passed += 500) {
    await vi.advanceTimersByTimeAsync(500);
    for (const native of natives) {
      for (const id of native.ids("ping")) native.answer(id, { type: "pong" });
    }
    await settle();
  }
}

test.each([
  ["Specified native messaging host not found.", "not_installed"],
  ["Access to the specified native messaging host is forbidden.", "forbidden"],
  ["Native host has exited.", "exited"],
  ["Error when communicating with the native messaging host.", "garbled"],
])("a host that never answered is not started again: %s", async (words, failure) => {
  host.need(true);
  await die(words);
  expect(host.state).toEqual({ status: "failed", failure, detail: words });
  await vi.advanceTimersByTimeAsync(120_000);
  expect(natives).toHaveLength(1);
});

test("a host that does not answer hello is unresponsive, and let go", async () => {
  host.need(true);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(host.state).toMatchObject({ status: "failed", failure: "unresponsive" });
  expect(newest().connected).toBe(false);
});

test("without the permission nothing is tried", () => {
  vi.stubGlobal("chrome", { runtime: {} });
  host.need(true);
  expect(host.state).toMatchObject({ status: "failed", failure: "permission_missing" });
});

test("versions without a common protocol are too old, whichever side says so", async () => {
  host.need(true);
  await greet({ ...READY, protocols: [2] });
  expect(host.state).toMatchObject({ status: "failed", failure: "too_old" });
  host.retry();
  newest().answer(1, { type: "error", code: 203, text: "Update the older one." });
  await settle();
  expect(host.state).toEqual({ status: "failed", failure: "too_old", detail: "Update the older one." });
});

test("a model that cannot be loaded is told in the host's words", async () => {
  host.need(true);
  await greet(INFO);
  newest().push({ type: "error", code: 502, text: "Get the model again." });
  newest().push({ ...INFO, state: "failed" });
  expect(host.state).toEqual({ status: "failed", failure: "model_failed", detail: "Get the model again." });
  expect(newest().connected).toBe(false);
});

test("five deaths within a minute are mended, the sixth is the end until the user asks", async () => {
  host.need(true);
  await greet();
  for (const wait of [250, 500, 1000, 2000, 2000]) {
    await die();
    expect(host.state).toMatchObject({ status: "reconnecting", failure: "exited" });
    const before = natives.length;
    await vi.advanceTimersByTimeAsync(wait - 1);
    expect(natives).toHaveLength(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(natives).toHaveLength(before + 1);
    expect(host.state.status).toBe("reconnecting");
    await greet();
    expect(host.state.status).toBe("ready");
  }
  await die();
  expect(host.state).toMatchObject({ status: "failed", failure: "gave_up" });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(natives).toHaveLength(6);
  host.retry();
  await greet();
  expect(host.state.status).toBe("ready");
  await die();
  expect(host.state.status).toBe("reconnecting");
});

test("a host that was taken away is not looked for again and again", async () => {
  host.need(true);
  await greet();
  await die();
  await vi.advanceTimersByTimeAsync(250);
  await die("Specified native messaging host not found.");
  expect(host.state).toMatchObject({ status: "failed", failure: "not_installed" });
  // But the next call looks whether it is there by now.
  host.need(false);
  host.need(true);
  expect(natives).toHaveLength(3);
});

test("a host that hangs is replaced within three seconds of its last word", async () => {
  host.need(true);
  await greet();
  await vi.advanceTimersByTimeAsync(1000);
  expect(newest().ids("ping")).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(2000);
  expect(natives[0]?.connected).toBe(false);
  expect(host.state).toMatchObject({ status: "reconnecting", failure: "unresponsive" });
  await vi.advanceTimersByTimeAsync(250);
  expect(natives).toHaveLength(2);
});

test("a host that talks is not pinged", async () => {
  host.need(true);
  await greet();
  for (let i = 0; i < 10; i++) {
    await vi.advanceTimersByTimeAsync(500);
    newest().push(READY);
  }
  expect(newest().ids("ping")).toHaveLength(0);
});

/** Lets time pass for a host that answers pings, and nothing else. */
async function pongs(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    for (const id of newest().ids("ping")) newest().answer(id, { type: "pong" });
    await vi.advanceTimersByTimeAsync(500);
  }
}

test("a host that is slow on a busy computer, and says so, is left to work", async () => {
  host.need(true);
  await greet();
  const asked = host.request({ type: "frames", session: "s", frames: [] });
  await pongs(8000);
  newest().answer(newest().ids("frames")[0] ?? 0, { type: "verdicts", session: "s", alarm: 10.49, items: [] });
  expect(await asked).toMatchObject({ items: [] });
  expect(natives).toHaveLength(1);
});

test("frames that are never answered count as a hang too", async () => {
  host.need(true);
  await greet();
  const asked = host.request({ type: "frames", session: "s", frames: [] });
  const rejected = expect(asked).rejects.toMatchObject({ kind: "timeout" });
  await pongs(10_000);
  await rejected;
  expect(host.state).toMatchObject({ status: "reconnecting", failure: "unresponsive" });
});

test("a loading host is given more time", async () => {
  host.need(true);
  await greet(INFO);
  await vi.advanceTimersByTimeAsync(14_000);
  expect(host.state.status).toBe("loading");
});

test("turned off, it ends at once, stays off, and its failures are forgotten", async () => {
  host.need(true);
  await greet();
  await die();
  host.reset();
  expect(host.state).toEqual({ status: "off" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(natives).toHaveLength(1);
  expect(memory).toEqual({ answered: true, restarts: [], halted: null });
});

test("a service worker that was stopped does not give a broken host new tries", async () => {
  host.need(true);
  await greet();
  for (let i = 0; i < 6; i++) {
    await die();
    await vi.advanceTimersByTimeAsync(2000);
    if (host.state.status !== "failed") await greet();
  }
  const before = natives.length;
  host = makeHost();
  host.restore(memory);
  host.need(true);
  expect(host.state).toMatchObject({ status: "failed", failure: "gave_up" });
  expect(natives).toHaveLength(before);
});

test("without a host, requests are refused at once", async () => {
  await expect(host.request({ type: "ping" })).rejects.toMatchObject({ kind: "closed" });
  host.need(true);
  await expect(host.request({ type: "ping" })).rejects.toMatchObject({ kind: "closed" });
});

test("an answer to hello that lacks what it must have is a failure, not a start that never ends", async () => {
  host.need(true);
  newest().onMessage.emit({ v: 1, re: 1, type: "info", versions: {} });
  await settle();
  expect(host.state).toMatchObject({ status: "failed", failure: "garbled" });
});

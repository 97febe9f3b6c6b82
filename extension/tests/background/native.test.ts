import { beforeEach, expect, test, vi } from "vitest";
import { type NativeEvents, NativePort, RequestError } from "../../src/background/native";
import { FakeNative, fakeChrome, INFO } from "../chrome";

const events = { pushed: vi.fn<NativeEvents["pushed"]>(), closed: vi.fn<NativeEvents["closed"]>() };
let peer: FakeNative;
let native: NativePort;

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  fakeChrome();
  peer = new FakeNative();
  native = new NativePort(peer.port, events);
});

test("a request carries version and number, and gets the reply with its number", async () => {
  const first = native.request({ type: "ping" }, 1000);
  const second = native.request({ type: "close", session: "s" }, 1000);
  expect(peer.sent).toEqual([
    { type: "ping", v: 1, id: 1 },
    { type: "close", session: "s", v: 1, id: 2 },
  ]);
  peer.answer(2, { type: "error", code: 301, text: "The session is not open." });
  peer.answer(1, { type: "pong" });
  await expect(first).resolves.toMatchObject({ type: "pong" });
  await expect(second).rejects.toMatchObject({ kind: "refused", code: 301, message: "The session is not open." });
});

test("a request that is not answered in time is rejected, and its late reply is ignored", async () => {
  const late = native.request({ type: "ping" }, 2000);
  const rejected = expect(late).rejects.toMatchObject({ kind: "timeout" });
  await vi.advanceTimersByTimeAsync(1999);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  await rejected;
  peer.answer(1, { type: "pong" });
  expect(events.pushed).not.toHaveBeenCalled();
});

test("a reply of the wrong type is no answer", async () => {
  const asked = native.request({ type: "ping" }, 1000);
  peer.answer(1, INFO);
  await expect(asked).rejects.toMatchObject({ kind: "refused" });
});

test("what answers no request is passed on; what is no message is not", () => {
  peer.push(INFO);
  for (const junk of [null, 7, "pong", [], {}, { type: 3 }]) peer.onMessage.emit(junk);
  expect(events.pushed.mock.calls).toEqual([[{ v: 1, ...INFO }]]);
});

test("when the browser closes the port, every open request is rejected and the words are passed on", async () => {
  const asked = native.request({ type: "ping" }, 1000);
  peer.drop("Native host has exited.");
  await expect(asked).rejects.toMatchObject({ kind: "closed" });
  expect(events.closed.mock.calls).toEqual([["Native host has exited."]]);
  await expect(native.request({ type: "ping" }, 1000)).rejects.toBeInstanceOf(RequestError);
  expect(vi.getTimerCount()).toBe(0);
});

test("closing it ourselves is no news", async () => {
  const asked = native.request({ type: "ping" }, 1000);
  native.close();
  await expect(asked).rejects.toMatchObject({ kind: "closed" });
  expect(peer.connected).toBe(false);
  expect(events.closed).not.toHaveBeenCalled();
});

test("a message that the browser refuses to carry is a refusal", async () => {
  peer.postMessage = () => {
    throw new Error("Message length exceeded maximum allowed length.");
  };
  await expect(native.request({ type: "ping" }, 1000)).rejects.toMatchObject({ kind: "refused" });
});

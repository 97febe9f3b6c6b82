import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Link } from "../../src/content/link";
import type { FromTab, HostState, ToTab, Wake } from "../../src/shared/channel";
import { FakePort } from "../chrome";

type Port = FakePort<FromTab, ToTab>;
const ports: Port[] = [];
let wake: ((message: Wake) => void) | undefined;
const runtime: { id?: string; connect(): Port; onMessage: object } = {
  onMessage: {
    addListener: (listener: typeof wake) => (wake = listener),
    removeListener: () => (wake = undefined),
  },
  connect: () => {
    const port: Port = new FakePort();
    ports.push(port);
    return port;
  },
};
const handlers = { message: vi.fn(), down: vi.fn(), orphaned: vi.fn() };
const state = (enabled: boolean, status: HostState["status"] = "ready"): ToTab => ({
  kind: "state",
  enabled,
  host: { status },
});
const last = () => ports.at(-1) as Port;
let stop: AbortController;
let link: Link;

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  ports.length = 0;
  runtime.id = "x";
  Object.assign(globalThis, { chrome: { runtime } });
  stop = new AbortController();
  link = new Link(handlers, stop.signal);
});
afterEach(() => vi.useRealTimers());

describe("Link", () => {
  it("opens one port, and says which platform it is for", () => {
    link.open("meet");
    link.open("meet");
    expect(ports).toHaveLength(1);
    expect(last().sent).toEqual([{ kind: "open", platform: "meet" }]);
  });

  it("comes back when the service worker was stopped, ever more slowly", () => {
    link.open("meet");
    last().drop();
    expect(handlers.down).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(100);
    expect(ports).toHaveLength(2);
    for (let i = 0; i < 20; i++) {
      last().drop();
      vi.advanceTimersByTime(5000);
    }
    const before = ports.length;
    last().drop();
    vi.advanceTimersByTime(4900);
    expect(ports).toHaveLength(before);
    vi.advanceTimersByTime(100);
    expect(ports).toHaveLength(before + 1);
  });

  it("comes back at once again after it has worked", () => {
    link.open("meet");
    for (let i = 0; i < 6; i++) {
      last().drop();
      vi.advanceTimersByTime(5000);
    }
    last().onMessage.emit(state(true));
    last().drop();
    const before = ports.length;
    vi.advanceTimersByTime(100);
    expect(ports).toHaveLength(before + 1);
  });

  it.each([
    ["it is switched off", state(false)],
    ["nobody else is in the call", state(true, "off")],
    ["the host cannot be used", state(true, "failed")],
  ])("lets the service worker sleep while %s, until it calls", (_, said) => {
    link.open("meet");
    last().onMessage.emit(said);
    last().drop();
    vi.advanceTimersByTime(3_600_000);
    expect(ports).toHaveLength(1);
    expect(handlers.down).not.toHaveBeenCalled();
    wake?.({ kind: "wake" });
    wake?.({ kind: "wake" });
    expect(ports).toHaveLength(2);
  });

  it("wakes the service worker when there is something to say", () => {
    link.open("meet");
    last().onMessage.emit(state(true, "off"));
    last().drop();
    expect(link.send({ kind: "roster", entries: [] })).toBe(true);
    expect(ports).toHaveLength(2);
    expect(last().sent.map(({ kind }) => kind)).toEqual(["open", "roster"]);
  });

  it("is not woken before there is a call", () => {
    wake?.({ kind: "wake" });
    expect(ports).toHaveLength(0);
  });

  it("says so when the extension is gone, and tries no more", () => {
    link.open("meet");
    delete runtime.id;
    last().drop();
    expect(handlers.orphaned).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(60_000);
    expect(ports).toHaveLength(1);
  });

  it("takes a port that throws for one that is gone", () => {
    link.open("meet");
    last().connected = false;
    expect(link.send({ kind: "roster", entries: [] })).toBe(false);
    expect(handlers.down).toHaveBeenCalledOnce();
    expect(link.isUp).toBe(false);
  });

  it("hears nothing from a port that it has left", () => {
    link.open("generic");
    const old = last();
    link.close();
    link.open("peercalls");
    old.onMessage.emit(state(true));
    old.drop();
    expect(handlers.message).not.toHaveBeenCalled();
    expect(handlers.down).not.toHaveBeenCalled();
  });

  it("leaves nothing behind", () => {
    link.open("meet");
    stop.abort();
    expect(last().connected).toBe(false);
    expect(wake).toBeUndefined();
    vi.advanceTimersByTime(60_000);
    expect(ports).toHaveLength(1);
  });
});

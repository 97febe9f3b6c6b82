import { beforeEach, expect, test, vi } from "vitest";
import type { Host } from "../../src/background/host";
import { Log } from "../../src/background/log";
import type { HostState } from "../../src/shared/channel";
import { READY, settle } from "../chrome";

const host = { request: vi.fn(), info: undefined as typeof READY | undefined, state: { status: "off" } as HostState };
const changed = vi.fn();
let log: Log;

beforeEach(() => {
  Object.assign(host, { info: undefined, state: { status: "off" } });
  host.request.mockReset().mockResolvedValue({ type: "pong" });
  log = new Log(host as Pick<Host, "request" | "info" | "state">, changed);
});

const follow = (state: HostState, info = host.info) => {
  Object.assign(host, { state, info });
  log.follow(state);
};

test("the host is needed while somebody waits for the log, and asked once it is there", async () => {
  const answer = log.ask({ type: "ping" });
  expect(log.needHost).toBe(true);
  follow({ status: "starting" });
  await settle();
  expect(host.request).not.toHaveBeenCalled();
  follow({ status: "loading" }, READY);
  expect(await answer).toEqual({ type: "pong" });
  expect(log.needHost).toBe(false);
  expect(changed).toHaveBeenCalled();
});

test("a host that is there is asked at once", async () => {
  follow({ status: "ready" }, READY);
  expect(await log.ask({ type: "ping" })).toEqual({ type: "pong" });
});

test("whoever waits is told when the host cannot be had, now or from the start", async () => {
  const answer = log.ask({ type: "ping" });
  follow({ status: "failed", failure: "not_installed", detail: "Specified native messaging host not found." });
  await expect(answer).rejects.toThrow("host not found");
  await expect(log.ask({ type: "ping" })).rejects.toThrow("host not found");
  expect(log.needHost).toBe(false);
});

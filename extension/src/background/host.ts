/**
 * The native host as the rest of the worker sees it: started when needed, greeted, watched, started again
 * when it is lost, and stopped for good when that does not help.
 */
import type { HostFailure, HostState } from "../shared/channel";
import { type Challenge, type Info, PROTOCOL_VERSION, type Reply, type Request } from "../shared/protocol";
import { classify, isFinal } from "./failure";
import { NativePort, type ReplyTo, RequestError } from "./native";
import { nextRestart } from "./reconnect";

/** A cold start of Python on a busy machine; most answer within 0.2 s. */
const HELLO_TIMEOUT_MS = 10_000;
/** While the model loads, frames wait in the host. */
const LOADING_TIMEOUT_MS = 15_000;
/** A host that hangs is found by its silence, below; this is for one that talks and yet gets no work done. */
const READY_TIMEOUT_MS = 10_000;
/** A host that has not been heard for this long is asked for a sign of life. */
const QUIET_MS = 1_000;
const PING_TIMEOUT_MS = 2_000;
/** How long the host stays after nobody needs it: the next call then starts at once. */
const LINGER_MS = 30_000;

/** The host's number for "no protocol version is common to both sides". */
const UNSUPPORTED_VERSION = 203;

/** What outlives the service worker, so that being stopped at idle does not grant a broken host new restarts. */
export interface HostMemory {
  /** Epoch ms. */
  restarts: number[];
  /** Whether a host has ever answered: one that never did is not started again by itself. */
  answered: boolean;
  /** Set when only the user can go on. */
  halted: { failure: HostFailure; detail: string } | null;
}

export const NO_MEMORY: HostMemory = { restarts: [], answered: false, halted: null };

export interface HostEvents {
  changed(state: HostState): void;
  /** Greeted: sessions can be opened, and have to be opened again after a restart. */
  connected(): void;
  remember(memory: HostMemory): void;
  /** A challenge has moved on. */
  challenge(challenge: Challenge): void;
}

type Timer = ReturnType<typeof setTimeout> | undefined;

export class Host {
  state: HostState = { status: "off" };
  /** Of the host that is connected. */
  info: Info | undefined;
  private port: NativePort | undefined;
  private needed = false;
  private memory = NO_MEMORY;
  private restartTimer: Timer;
  private lingerTimer: Timer;
  private watchTimer: Timer;
  /** The last error that the host reported by itself: it says why a model failed. */
  private reported = "";

  constructor(
    private readonly connect: () => chrome.runtime.Port,
    private readonly client: { name: string; version: string },
    private readonly events: HostEvents,
  ) {}

  /** Takes up what an earlier life of the service worker knew. */
  restore(memory: HostMemory): void {
    this.memory = memory;
    if (memory.halted) this.change({ status: "failed", ...memory.halted });
  }

  /** Starts the host when it is needed, and lets it go some time after it is not. */
  need(needed: boolean): void {
    if (needed === this.needed) return;
    this.needed = needed;
    clearTimeout(this.lingerTimer);
    if (!needed) this.lingerTimer = setTimeout(() => this.stop(), LINGER_MS);
    // Looking for a host that was not there costs nothing, and by now it may have been installed.
    else if (this.state.failure === "not_installed") this.retry();
    else if (this.state.status === "off") this.start();
  }

  /** Tries again after `failed`; nothing counts against the host any more. */
  retry(): void {
    if (this.state.status !== "failed") return;
    this.remember({ restarts: [], halted: null });
    this.change({ status: "off" });
    if (this.needed) this.start();
  }

  /** Ends the host at once and forgets its failures. */
  reset(): void {
    this.needed = false;
    clearTimeout(this.lingerTimer);
    this.remember({ restarts: [], halted: null });
    this.stop();
    this.change({ status: "off" });
  }

  /**
   * Asks the host. Rejects with RequestError; a request that is not answered in its time means
   * that the host hangs, and has it replaced.
   */
  async request<R extends Request>(request: R): Promise<ReplyTo<R>> {
    if (!this.port || !this.info) throw new RequestError("closed", "Veritile's host is not running.");
    return this.ask(this.port, request, this.state.status === "ready" ? READY_TIMEOUT_MS : LOADING_TIMEOUT_MS);
  }

  private start(): void {
    if (typeof chrome.runtime.connectNative !== "function") {
      this.fail("permission_missing", "The browser does not let Veritile talk to programs on this computer.");
      return;
    }
    if (this.state.status !== "reconnecting") this.change({ status: "starting" });
    this.reported = "";
    const port = new NativePort(this.connect(), {
      pushed: (reply) => this.port === port && this.pushed(reply),
      closed: (lastError) => this.port === port && this.lost(classify(lastError), lastError ?? ""),
    });
    this.port = port;
    this.ask(port, { type: "hello", protocols: [PROTOCOL_VERSION], client: this.client }, HELLO_TIMEOUT_MS)
      .then((info) => this.port === port && this.greeted(info))
      .catch((error: Error) => {
        // A port that closed or timed out has been reported by itself. An info that lacks what it must have throws.
        const tooOld = error instanceof RequestError && error.code === UNSUPPORTED_VERSION;
        if (this.port === port) this.fail(tooOld ? "too_old" : "garbled", error.message);
      });
  }

  private async ask<R extends Request>(port: NativePort, request: R, timeout: number): Promise<ReplyTo<R>> {
    try {
      return await port.request(request, timeout);
    } catch (error) {
      if (error instanceof RequestError && error.kind === "timeout" && this.port === port)
        this.lost("unresponsive", error.message);
      throw error;
    }
  }

  private greeted(info: Info): void {
    if (!info.protocols.includes(PROTOCOL_VERSION)) {
      this.fail("too_old", `Veritile's program is version ${info.versions.veritile}.`);
      return;
    }
    this.remember({ answered: true });
    this.take(info);
    if (!this.port) return;
    this.watch(this.port);
    this.events.connected();
  }

  private pushed(reply: Reply): void {
    if (reply.type === "error") this.reported = reply.text;
    else if (reply.type === "info" && this.info) this.take(reply);
    else if (reply.type === "challenge") this.events.challenge(reply);
  }

  private take(info: Info): void {
    if (info.state === "failed") {
      this.fail("model_failed", this.reported);
      return;
    }
    this.info = info;
    const provider = info.provider === null ? {} : { provider: info.provider };
    const logTrouble = info.log?.text;
    this.change({
      status: info.state,
      version: info.versions.veritile,
      model: info.model.name,
      ...provider,
      ...(info.log && { logging: info.log.state === "on" }),
      ...(logTrouble !== undefined && { logTrouble }),
      ...(info.state === "ready" && { leastAlarmsPerHour: info.least_alarms_per_hour }),
    });
  }

  /** Asks for a sign of life whenever there has been none for a while. */
  private watch(port: NativePort): void {
    const wait = Math.max(0, port.heardAt + QUIET_MS - Date.now());
    this.watchTimer = setTimeout(async () => {
      if (Date.now() - port.heardAt >= QUIET_MS) {
        const timeout = this.state.status === "ready" ? PING_TIMEOUT_MS : LOADING_TIMEOUT_MS;
        await this.ask(port, { type: "ping" }, timeout).catch(() => {});
      }
      if (this.port === port) this.watch(port);
    }, wait);
  }

  private lost(failure: HostFailure, detail: string): void {
    this.disconnect();
    // A host that never worked will not work the next time either.
    if (isFinal(failure) || !this.memory.answered) {
      this.fail(failure, detail);
      return;
    }
    const next = nextRestart(this.memory.restarts, Date.now());
    if (!next) {
      this.fail("gave_up", detail);
      return;
    }
    this.remember({ restarts: next.restarts });
    this.change({ status: "reconnecting", failure, detail });
    this.restartTimer = setTimeout(() => this.start(), next.wait);
  }

  private fail(failure: HostFailure, detail: string): void {
    this.disconnect();
    this.remember({ halted: { failure, detail } });
    this.change({ status: "failed", failure, detail });
  }

  private stop(): void {
    this.disconnect();
    if (this.state.status !== "failed") this.change({ status: "off" });
  }

  private disconnect(): void {
    clearTimeout(this.restartTimer);
    clearTimeout(this.watchTimer);
    const { port } = this;
    this.port = undefined;
    this.info = undefined;
    port?.close();
  }

  private remember(memory: Partial<HostMemory>): void {
    this.memory = { ...this.memory, ...memory };
    this.events.remember(this.memory);
  }

  private change(state: HostState): void {
    this.state = state;
    this.events.changed(state);
  }
}

/** One native port: requests matched to their replies by `re`, a time-out on each, pushes passed on. */
import { type HostMessage, PROTOCOL_VERSION, type Reply, type Request } from "../shared/protocol";

/** Why a request has no result. */
export class RequestError extends Error {
  constructor(
    readonly kind: "refused" | "timeout" | "closed",
    text: string,
    /** The host's number when it refused; see PROTOCOL.md. */
    readonly code?: number,
  ) {
    super(text);
  }
}

/** What answers each request, other than an error. */
const ANSWERS = {
  hello: "info",
  open: "health",
  frames: "verdicts",
  configure: "health",
  close: "health",
  ping: "pong",
  sessions: "sessions",
  export: "export",
  challenge: "challenge",
  challenge_picture: "challenge_picture",
  heatmap: "heatmap",
} as const satisfies Record<Request["type"], Reply["type"]>;

export type ReplyTo<R extends Request> = Extract<Reply, { type: (typeof ANSWERS)[R["type"]] }>;

/** What the owner of a port is told. */
export interface NativeEvents {
  /** A message that answers no request. */
  pushed(reply: Reply): void;
  /** The browser closed the port; `lastError` holds its words. Not called after `close()`. */
  closed(lastError: string | undefined): void;
}

interface Waiting {
  type: Request["type"];
  resolve(reply: Reply): void;
  reject(error: RequestError): void;
  timer: ReturnType<typeof setTimeout>;
}

export class NativePort {
  /** When the host was last heard, epoch ms. */
  heardAt = Date.now();
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private open = true;

  constructor(
    private readonly port: chrome.runtime.Port,
    private readonly events: NativeEvents,
  ) {
    port.onMessage.addListener((message: unknown) => this.receive(message));
    port.onDisconnect.addListener(() => {
      // Read at once: lastError is only set while this listener runs.
      const lastError = chrome.runtime.lastError?.message;
      if (!this.open) return;
      this.end(lastError ?? "The host closed the connection.");
      this.events.closed(lastError);
    });
  }

  /** Sends a request; rejects with RequestError when it is refused, not answered within `timeout` ms, or the port closes. */
  request<R extends Request>(request: R, timeout: number): Promise<ReplyTo<R>> {
    return new Promise<Reply>((resolve, reject) => {
      if (!this.open) throw new RequestError("closed", "The host is not connected.");
      const id = ++this.lastId;
      const timer = setTimeout(() => {
        this.waiting.delete(id);
        reject(new RequestError("timeout", `The host did not answer "${request.type}" within ${timeout / 1000} s.`));
      }, timeout);
      this.waiting.set(id, { type: request.type, resolve, reject, timer });
      try {
        this.port.postMessage({ ...request, v: PROTOCOL_VERSION, id });
      } catch (error) {
        // Over the browser's limit for one message, or the port closed this very moment.
        this.settle(id)?.reject(new RequestError("refused", String(error)));
      }
    }) as Promise<ReplyTo<R>>;
  }

  /** Lets the host go; open requests are rejected. */
  close(): void {
    if (!this.open) return;
    this.end("The connection to the host was closed.");
    this.port.disconnect();
  }

  private receive(message: unknown): void {
    if (!this.open || !isHostMessage(message)) return;
    this.heardAt = Date.now();
    if (message.re === undefined) {
      this.events.pushed(message);
      return;
    }
    const waiting = this.settle(message.re);
    if (!waiting) return; // too late: its request was given up
    if (message.type === "error") waiting.reject(new RequestError("refused", message.text, message.code));
    else if (message.type === ANSWERS[waiting.type]) waiting.resolve(message);
    else waiting.reject(new RequestError("refused", `The host answered "${waiting.type}" with "${message.type}".`));
  }

  private settle(id: number): Waiting | undefined {
    const waiting = this.waiting.get(id);
    if (waiting) {
      this.waiting.delete(id);
      clearTimeout(waiting.timer);
    }
    return waiting;
  }

  private end(text: string): void {
    this.open = false;
    for (const id of [...this.waiting.keys()]) this.settle(id)?.reject(new RequestError("closed", text));
  }
}

function isHostMessage(message: unknown): message is HostMessage {
  return typeof message === "object" && message !== null && "type" in message && typeof message.type === "string";
}

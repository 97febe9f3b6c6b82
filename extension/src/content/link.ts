/** The port to the service worker: opened on demand, opened again when the worker was stopped and is needed. */
import { type FromTab, TAB_PORT, type ToTab, type Wake } from "../shared/channel";

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5000;

export interface LinkHandlers {
  message(message: ToTab): void;
  /** The port is gone; batches in flight will not be answered. */
  down(): void;
  /** The extension itself is gone: reloaded, updated or removed. */
  orphaned(): void;
}

export class Link {
  readonly #handlers: LinkHandlers;
  #port: chrome.runtime.Port | undefined;
  #platform: string | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #delay = FIRST_RETRY_MS;
  /** No host is at work for this call: the service worker may sleep, and wakes us when there is something to hear. */
  #idle = false;
  readonly #woken = (message: Wake) => {
    if (message.kind === "wake") this.#wake();
  };

  constructor(handlers: LinkHandlers, signal: AbortSignal) {
    this.#handlers = handlers;
    chrome.runtime.onMessage.addListener(this.#woken);
    signal.addEventListener("abort", () => {
      this.close();
      if (isAlive()) chrome.runtime.onMessage.removeListener(this.#woken);
    });
  }

  get isUp(): boolean {
    return this.#port !== undefined;
  }

  /** Connects and stays connected. */
  open(platform: string): void {
    if (this.#platform === platform) return;
    this.close();
    this.#platform = platform;
    this.#connect();
  }

  /** Wakes the service worker if need be; false when the message could not be sent. */
  send(message: FromTab): boolean {
    if (this.#idle) this.#wake();
    try {
      this.#port?.postMessage(message);
      return this.#port !== undefined;
    } catch {
      this.#lost();
      return false;
    }
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#platform = undefined;
    this.#idle = false;
    const port = this.#port;
    this.#port = undefined;
    // Throws nothing, and raises no event on this side.
    port?.disconnect();
  }

  /** The port is closed at the other end, and nobody told this one. */
  renew(): void {
    if (!this.#port) return;
    this.#port.disconnect();
    this.#lost();
  }

  #wake(): void {
    if (this.#platform !== undefined && !this.#port) this.#connect();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    if (this.#platform === undefined) return;
    const port = connect();
    if (!port) {
      this.#handlers.orphaned();
      return;
    }
    this.#port = port;
    port.onMessage.addListener((message: ToTab) => {
      if (port !== this.#port) return;
      this.#delay = FIRST_RETRY_MS;
      if (message.kind === "state") this.#idle = isIdle(message);
      this.#handlers.message(message);
    });
    port.onDisconnect.addListener(() => {
      if (port === this.#port) this.#lost();
    });
    this.send({ kind: "open", platform: this.#platform });
  }

  #lost(): void {
    this.#port = undefined;
    if (!isAlive()) {
      this.#handlers.orphaned();
      return;
    }
    if (this.#idle) return;
    this.#handlers.down();
    if (this.#platform === undefined) return;
    this.#retry ??= setTimeout(() => this.#connect(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_RETRY_MS);
  }
}

function isIdle({ enabled, host }: Extract<ToTab, { kind: "state" }>): boolean {
  return !enabled || host.status === "off" || host.status === "failed";
}

/** Undefined when the extension is gone. */
function connect(): chrome.runtime.Port | undefined {
  try {
    return isAlive() ? chrome.runtime.connect({ name: TAB_PORT }) : undefined;
  } catch {
    return undefined;
  }
}

/** False once this extension was reloaded, updated or removed while this script goes on. */
export function isAlive(): boolean {
  return chrome.runtime?.id !== undefined;
}

/** The port to the service worker: opened on demand, opened again when the worker was stopped. */
import { type FromTab, TAB_PORT, type ToTab } from "../shared/channel";

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
  /** Off by the user's choice: the service worker may sleep, and a change of settings tells when to ask again. */
  #off = false;
  readonly #settingsChanged = () => {
    if (this.#platform !== undefined && !this.#port) this.#connect();
  };

  constructor(handlers: LinkHandlers, signal: AbortSignal) {
    this.#handlers = handlers;
    chrome.storage.local.onChanged.addListener(this.#settingsChanged);
    signal.addEventListener("abort", () => {
      this.close();
      if (isAlive()) chrome.storage.local.onChanged.removeListener(this.#settingsChanged);
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

  send(message: FromTab): boolean {
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
    const port = this.#port;
    this.#port = undefined;
    // Throws nothing, and raises no event on this side.
    port?.disconnect();
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
      if (message.kind === "state") this.#off = !message.enabled;
      this.#handlers.message(message);
    });
    port.onDisconnect.addListener(() => {
      if (port === this.#port) this.#lost();
    });
    this.send({ kind: "open", platform: this.#platform });
  }

  #lost(): void {
    this.#port = undefined;
    this.#handlers.down();
    if (!isAlive()) {
      this.#handlers.orphaned();
      return;
    }
    if (this.#off || this.#platform === undefined) return;
    this.#retry ??= setTimeout(() => this.#connect(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_RETRY_MS);
  }
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

/** The open side panels: each is told which calls there are, and everything about the one that it watches. */
import type { FromPanel, ToPanel } from "../shared/channel";
import type { History } from "./history";
import type { Log } from "./log";

/** A panel is looked at by people: what changes within this time is told at once. */
const DELAY_MS = 500;
/** A panel that was asked for is open by then. */
const FOCUS_MS = 10_000;

/** What a panel is opened for. */
type Errand = Extract<ToPanel, { kind: "focus" | "check" }>;

export class Panels {
  /** What each watches. */
  private readonly watched = new Map<chrome.runtime.Port, string | undefined>();
  private readonly changes = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** For the panel that is about to open. */
  private asked: { errand: Errand; until: number } | undefined;

  constructor(
    private readonly history: Pick<History, "titles" | "get" | "forget">,
    private readonly exportAllowed: () => boolean,
    private readonly log: Pick<Log, "ask">,
  ) {}

  accept(port: chrome.runtime.Port): void {
    this.watched.set(port, undefined);
    port.onMessage.addListener((message: FromPanel) => this.receive(port, message));
    port.onDisconnect.addListener(() => this.watched.delete(port));
    this.tellCalls(port);
    if (this.asked && Date.now() < this.asked.until) port.postMessage(this.asked.errand);
    this.asked = undefined;
  }

  /** Something about this call is different. */
  changed(call: string): void {
    if (this.watched.size === 0) return;
    this.changes.add(call);
    this.timer ??= setTimeout(() => this.tell(), DELAY_MS);
  }

  /** What holds for all calls is different. */
  refresh(): void {
    for (const port of this.watched.keys()) this.tellCalls(port);
  }

  /** Sends every panel, or one that is about to open, on this errand. */
  lead(errand: Errand): void {
    for (const port of this.watched.keys()) port.postMessage(errand);
    if (this.watched.size === 0) this.asked = { errand, until: Date.now() + FOCUS_MS };
  }

  private receive(port: chrome.runtime.Port, message: FromPanel): void {
    switch (message.kind) {
      case "forget":
        this.history.forget(message.call);
        break;
      case "watch":
        this.watched.set(port, message.call);
        this.tellCall(port, message.call);
        break;
      case "earlier":
        void this.answer(port, async () => {
          const { items, more } = await this.log.ask({ type: "sessions", logged: true });
          return { kind: "earlier", calls: items, more };
        });
        break;
      case "fetch": {
        const { session, format } = message;
        if (!this.exportAllowed()) return;
        void this.answer(port, async () => {
          const { data } = await this.log.ask({ type: "export", session, format });
          return { kind: "document", session, format, data };
        });
      }
    }
  }

  /** Tells the panel what `ask` comes to, or why it came to nothing. */
  private async answer(port: chrome.runtime.Port, ask: () => Promise<ToPanel>): Promise<void> {
    const message = await ask().catch((error: Error): ToPanel => ({ kind: "trouble", text: error.message }));
    if (this.watched.has(port)) port.postMessage(message);
  }

  private tell(): void {
    this.timer = undefined;
    for (const [port, call] of this.watched) {
      this.tellCalls(port);
      if (call !== undefined && this.changes.has(call)) this.tellCall(port, call);
    }
    this.changes.clear();
  }

  private tellCalls(port: chrome.runtime.Port): void {
    const message: ToPanel = { kind: "calls", calls: this.history.titles(), exportAllowed: this.exportAllowed() };
    port.postMessage(message);
  }

  private tellCall(port: chrome.runtime.Port, id: string): void {
    const call = this.history.get(id);
    const message: ToPanel | undefined = call && { kind: "call", call };
    if (message) port.postMessage(message);
  }
}

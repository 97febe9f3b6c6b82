/**
 * The calls: one port for each frame of a tab that has a call, one session of the host for each port.
 * Frames go to the host and verdicts come back; what cannot go at once is refused, never queued.
 */
import {
  type FromTab,
  type HostState,
  MAX_BATCHES_IN_FLIGHT,
  type PageSettings,
  type RosterEntry,
  type TabFigures,
  type TabSnapshot,
  type ToTab,
} from "../shared/channel";
import type { Frame, VerdictItem } from "../shared/protocol";
import type { Place } from "./history";
import type { Host } from "./host";
import { RequestError } from "./native";

/** The host's number for a session that it does not know (any more). */
const UNKNOWN_SESSION = 301;
/** Longest name that the host takes. */
const NAME_CHARS = 256;
/** What a batch's JSON needs beside its pictures, generously. */
const ENVELOPE_BYTES = 64 << 10;

/** Whoever keeps a record of the calls. */
export interface Witness {
  roster(place: Place, entries: readonly RosterEntry[]): void;
  verdicts(place: Place, frames: readonly Frame[], items: readonly VerdictItem[], alarm: number): void;
  /** No script of that page is connected any more. */
  left(call: string): void;
}

interface Call {
  tab: number;
  /** The page that it is in: the browser's id of the document, which outlives the port. */
  document: string;
  url: string;
  session: string;
  /** Unknown until the content script has said so. */
  platform: string | undefined;
  roster: RosterEntry[];
  /** A call is on, but its tiles cannot be found. */
  blind: boolean;
  /** The computer runs on its battery, which is low. */
  lowBattery: boolean;
  figures: TabFigures | undefined;
  inFlight: number;
  /** Whether the host that is connected now knows the session. */
  opened: boolean;
  /** Somebody else is in the call: the host is needed. */
  active: boolean;
  /** Whether the user lets Veritile look at this site; unknown until the browser has been asked. */
  granted: boolean | undefined;
  /** The state and the settings that it was told last, as JSON. */
  told: string;
  toldSettings: string;
}

export class Tabs {
  private readonly calls = new Map<chrome.runtime.Port, Call>();
  /** Unknown until the settings are loaded: a call that goes on must not be told that it is off. */
  private enabled: boolean | undefined;
  private state: HostState = { status: "off" };
  private page: PageSettings | undefined;

  /**
   * @param isGranted whether the user lets Veritile look at this address
   * @param changed called when the snapshot, the need for a host, or a tab's worst label may have changed
   */
  constructor(
    private readonly host: Pick<Host, "request" | "info">,
    private readonly isGranted: (url: string) => Promise<boolean>,
    private readonly changed: () => void,
    private readonly witness: Witness,
  ) {}

  /** Takes a content script's port. */
  accept(port: chrome.runtime.Port): void {
    const tab = port.sender?.tab?.id;
    if (tab === undefined) return;
    const call: Call = {
      tab,
      document: port.sender?.documentId ?? crypto.randomUUID(),
      url: port.sender?.url ?? "",
      session: crypto.randomUUID(),
      platform: undefined,
      roster: [],
      blind: false,
      lowBattery: false,
      figures: undefined,
      inFlight: 0,
      opened: false,
      active: false,
      granted: undefined,
      told: "",
      toldSettings: "",
    };
    this.calls.set(port, call);
    port.onMessage.addListener((message: FromTab) => this.receive(port, call, message));
    port.onDisconnect.addListener(() => {
      this.calls.delete(port);
      this.close(call);
      this.witness.left(call.document);
      this.changed();
    });
    // A script outlives the permission that brought it into the page, and may connect again after it is gone.
    void this.check(port, call);
  }

  /** Tells every call what holds now. */
  update(enabled: boolean, state: HostState): void {
    this.enabled = enabled;
    this.state = state;
    for (const [port, call] of this.calls) {
      // What the badges said before is not true of the time after.
      if (!enabled) call.roster = [];
      this.tell(port, call);
    }
  }

  /** Tells every call what its badges are to look like. */
  dress(page: PageSettings): void {
    this.page = page;
    for (const [port, call] of this.calls) this.tell(port, call);
  }

  /** Takes one person's badge off their page, or puts it back. */
  hide(tab: number, participant: string, hidden: boolean): void {
    for (const [port, call] of this.calls) if (call.tab === tab) this.post(port, { kind: "hide", participant, hidden });
  }

  /** The host's session of a page's call, while the host knows it. */
  sessionOf(call: string): string | undefined {
    return [...this.calls.values()].find(({ document, opened }) => opened && document === call)?.session;
  }

  /** Has one person's pictures taken in full size, or nobody's. */
  closeUp(call: string, participant: string | null): void {
    for (const [port, { document }] of this.calls)
      if (document === call) this.post(port, { kind: "closeup", participant });
  }

  /** A host was greeted, which knows none of the sessions: opens them before frames flow. */
  reopen(): void {
    for (const call of this.calls.values()) {
      call.opened = false;
      if (call.active) this.open(call);
    }
  }

  /** Stops the calls of sites that are no longer granted, and lets those go on that are again. */
  async recheck(): Promise<void> {
    await Promise.all([...this.calls].map(([port, call]) => this.check(port, call)));
  }

  /** Whether a call with somebody else in it is open. */
  get needHost(): boolean {
    return [...this.calls.values()].some((call) => call.active);
  }

  /** Whether a call knows that the computer's battery is low. */
  get lowBattery(): boolean {
    return [...this.calls.values()].some((call) => call.lowBattery);
  }

  snapshot(): TabSnapshot[] {
    return [...this.calls.values()].flatMap(({ tab, platform, roster, blind, figures, granted }) =>
      platform === undefined || granted === false
        ? []
        : [{ tab, platform, entries: roster, ...(blind && { blind }), ...(figures && { figures }) }],
    );
  }

  private receive(port: chrome.runtime.Port, call: Call, message: FromTab): void {
    if (call.granted === false) return;
    switch (message.kind) {
      case "open":
        call.platform = message.platform;
        break;
      case "roster":
        // It may have crossed the word that it is off.
        call.roster = this.enabled === false ? [] : message.entries;
        call.blind = message.blind === true;
        call.lowBattery = message.lowBattery === true;
        call.active = message.entries.some(({ kind }) => kind !== "self");
        if (this.enabled) this.witness.roster(placeOf(call), call.roster);
        break;
      case "figures":
        call.figures = message.figures;
        break;
      case "heatmap":
        void this.explain(port, call, message.participant);
        return;
      case "frames":
        void this.relay(port, call, message.batch, message.frames);
        if (call.active) return;
        call.active = true;
        break;
    }
    this.changed();
  }

  private async check(port: chrome.runtime.Port, call: Call): Promise<void> {
    call.granted = await this.isGranted(call.url);
    if (!call.granted) {
      call.active = false;
      call.roster = [];
      this.close(call);
    }
    this.tell(port, call);
    this.changed();
  }

  private async relay(port: chrome.runtime.Port, call: Call, batch: number, frames: Frame[]): Promise<void> {
    const refusal = this.refusal(call, frames);
    if (refusal) {
      this.post(port, { kind: "failed", batch, text: refusal });
      return;
    }
    call.inFlight++;
    try {
      if (!call.opened) this.open(call);
      const { items, alarm } = await this.host.request({
        type: "frames",
        session: call.session,
        frames: frames.map(tidy),
      });
      this.post(port, { kind: "verdicts", batch, items, alarm });
      this.witness.verdicts(placeOf(call), frames, items, alarm);
    } catch (error) {
      const { message, code } = error instanceof RequestError ? error : { message: String(error), code: undefined };
      if (code === UNKNOWN_SESSION) call.opened = false;
      this.post(port, { kind: "failed", batch, text: message, ...(code !== undefined && { code }) });
    } finally {
      call.inFlight--;
    }
  }

  private async explain(port: chrome.runtime.Port, call: Call, participant: string): Promise<void> {
    // A host that cannot tell, or does not know how to, says so; the card does without.
    const told = await this.host.request({ type: "heatmap", session: call.session, participant }).catch(() => null);
    const heatmap = told && { jpeg: told.jpeg, captured_at: told.captured_at, score: told.score };
    this.post(port, { kind: "heatmap", participant, heatmap });
  }

  /** Why a batch cannot go now, or null. */
  private refusal(call: Call, frames: Frame[]): string | null {
    if (!this.enabled || !call.granted) return "Detection is off.";
    const limits = this.host.info?.limits;
    if (!limits) return "Veritile's host is not running.";
    if (call.inFlight >= MAX_BATCHES_IN_FLIGHT)
      return `${MAX_BATCHES_IN_FLIGHT} batches are on their way already; capture again when one is answered.`;
    if (frames.length > limits.batch_frames) return `A batch holds at most ${limits.batch_frames} frames.`;
    const bytes = frames.reduce((sum, { jpeg }) => sum + jpeg.length, ENVELOPE_BYTES);
    if (bytes > limits.message_bytes) return `A batch holds at most ${limits.message_bytes} bytes.`;
    return null;
  }

  /** The host reads in order, so frames may follow without waiting for the answer. */
  private open(call: Call): void {
    call.opened = true;
    this.host.request({ type: "open", session: call.session, platform: call.platform ?? "unknown" }).catch(() => {
      call.opened = false;
    });
  }

  private close(call: Call): void {
    if (!call.opened) return;
    call.opened = false;
    this.host.request({ type: "close", session: call.session }).catch(() => {});
  }

  private tell(port: chrome.runtime.Port, call: Call): void {
    if (this.enabled === undefined || call.granted === undefined) return;
    const message: ToTab = { kind: "state", enabled: this.enabled && call.granted, host: this.state };
    const words = JSON.stringify(message);
    if (words !== call.told) this.post(port, message);
    call.told = words;
    const settings = JSON.stringify(this.page);
    if (this.page && settings !== call.toldSettings) this.post(port, { kind: "settings", settings: this.page });
    call.toldSettings = settings;
  }

  private post(port: chrome.runtime.Port, message: ToTab): void {
    if (this.calls.has(port)) port.postMessage(message);
  }
}

function placeOf({ document, tab, platform = "unknown" }: Call): Place {
  return { call: document, tab, platform };
}

/**
 * A name is whatever somebody typed into the meeting. Half a character in it would have the host refuse the
 * whole message without being able to say which, and one that is too long the whole batch.
 */
function tidy(frame: Frame): Frame {
  return frame.name === undefined ? frame : { ...frame, name: frame.name.slice(0, NAME_CHARS).toWellFormed() };
}

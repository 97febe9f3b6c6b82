/** One frame of a tab, from its tiles to their badges. Wires the parts together and switches them on and off. */
import type { HostState, OpenPanel, PageSettings, ToTab } from "../shared/channel";
import { text, useWords } from "../shared/i18n";
import { lookOf } from "./badge/look";
import { Note } from "./badge/note";
import { Battery } from "./battery";
import { BlobWorker } from "./capture/blob_worker";
import { FrameWorker } from "./capture/frame_worker";
import { Ladder } from "./capture/ladder";
import { PageCanvas } from "./capture/page_canvas";
import { pageFacts } from "./diagnostics";
import { Figures } from "./figures";
import { Link } from "./link";
import { People, type Urgency } from "./people";
import { platformOf } from "./platforms";
import type { Platform } from "./platforms/tile";
import { Sampler } from "./sampler";
import { Roster, type Scan, TileWatcher } from "./tiles";

/** A service worker that was stopped is back within this; a longer silence is shown. */
const LINK_GRACE_MS = 1200;
/** A call without a tile for this long: the page has changed. */
const BLIND_MS = 15_000;
/** After this long without a tile the port is let go, and with it the host. */
const LET_GO_MS = 60_000;
const FIGURES_MS = 2000;
/** Counting what is on the page costs more than the figures themselves, and changes less. */
const FACTS_MS = 10_000;
const WORKERS = { blob: BlobWorker, frame: FrameWorker };
const ANNOUNCE_MS: Record<Urgency, number> = { soon: 50, later: 1000 };

/** What lives while a platform is at work: made when its tiles are looked for, closed when the user switches off. */
interface Work {
  platform: Platform;
  roster: Roster;
  people: People;
  ladder: Ladder;
  sampler: Sampler;
}

export class Session {
  readonly #document: Document;
  readonly #figures = new Figures();
  readonly #link: Link;
  readonly #battery: Battery;
  #work: Work | undefined;
  #watcher: TileWatcher | undefined;
  #watching: AbortController | undefined;
  /** Unknown until the service worker has spoken: tiles are looked for, nothing is taken or shown. */
  #enabled: boolean | undefined;
  #host: HostState["status"] = "starting";
  #linkTimer: ReturnType<typeof setTimeout> | undefined;
  #announceTimer: ReturnType<typeof setTimeout> | undefined;
  #announceDue = Infinity;
  #tilesAt = 0;
  #blind = false;
  readonly #note = new Note();
  readonly #hidden = new Set<string>();
  #settings: PageSettings | undefined;
  #scan: Scan | undefined;
  #factsAt = -Infinity;

  /** `orphaned` is called when the extension is gone; aborting `signal` removes every trace. */
  constructor(document: Document, orphaned: () => void, signal: AbortSignal) {
    this.#document = document;
    this.#link = new Link(
      {
        message: (message) => this.#figures.measure(() => this.#received(message)),
        down: () => this.#linkDown(),
        orphaned,
      },
      signal,
    );
    this.#battery = new Battery(() => this.#announce("soon"), signal);
    const figures = setInterval(() => this.#report(), FIGURES_MS);
    document.addEventListener("visibilitychange", () => this.#work?.sampler.rearm(), { signal });
    // A page that the browser kept while another was shown comes back with its port closed, without an event.
    const shown = ({ persisted }: PageTransitionEvent) => persisted && this.#link.renew();
    addEventListener("pageshow", shown, { signal });
    signal.addEventListener("abort", () => {
      clearInterval(figures);
      clearTimeout(this.#linkTimer);
      this.#stop();
    });
    this.#start();
  }

  #start(): void {
    this.#watching = new AbortController();
    this.#tilesAt = performance.now();
    this.#watcher = new TileWatcher(this.#document, {
      platformOf,
      onScan: (scan) => this.#scanned(scan),
      onRemoved: () => this.#work?.people.hideOrphans(),
      measure: this.#figures.measure,
      signal: this.#watching.signal,
    });
  }

  /** No picture is taken and nothing is shown from here on. */
  #stop(): void {
    this.#watching?.abort();
    this.#watching = undefined;
    this.#endWork();
    this.#blind = false;
    this.#note.clear();
    clearTimeout(this.#announceTimer);
    this.#announceDue = Infinity;
  }

  #beginWork(platform: Platform): Work {
    const { measure } = this.#figures;
    const roster = new Roster();
    const people = new People({
      look: lookOf(this.#settings, platform.corner),
      figures: this.#figures,
      hidden: this.#hidden,
      changed: (urgency) => this.#announce(urgency),
      details: (participant) => openPanel(participant, false),
      check: (participant) => openPanel(participant, true),
      explain: (participant) => this.#link.send({ kind: "heatmap", participant }),
    });
    const workers = platform.workers.map((kind) => new WORKERS[kind](measure));
    const ladder = new Ladder([...workers, new PageCanvas()], measure);
    const sampler = new Sampler({
      ladder,
      figures: this.#figures,
      seen: (participant) => {
        const seen = roster.present.get(participant);
        return seen?.tile.kind === "camera" ? seen : undefined;
      },
      send: (batch, frames) => this.#link.send({ kind: "frames", batch, frames }),
      onVerdict: (item, takenAt, alarm) => people.judged(item, takenAt, alarm),
      onTrouble: (participant, trouble) => people.troubled(participant, trouble),
      onStale: () => this.#watcher?.poke(),
    });
    this.#work = { platform, roster, people, ladder, sampler };
    this.#apply();
    return this.#work;
  }

  #endWork(): void {
    this.#work?.sampler.run(false);
    this.#work?.sampler.failAll();
    this.#work?.ladder.close();
    this.#work?.people.close();
    this.#work = undefined;
  }

  #received(message: ToTab): void {
    clearTimeout(this.#linkTimer);
    switch (message.kind) {
      case "verdicts":
        this.#work?.sampler.answered(message.batch, message.items, message.alarm);
        break;
      case "failed":
        this.#work?.sampler.failed(message.batch);
        break;
      case "state":
        this.#setState(message.enabled, message.host.status);
        break;
      case "settings":
        this.#setSettings(message.settings);
        break;
      case "closeup":
        this.#work?.sampler.closeUp(message.participant ?? undefined);
        break;
      case "heatmap":
        void this.#work?.people.explained(message.participant, message.heatmap);
        break;
      case "hide":
        if (this.#work) this.#work.people.setHidden(message.participant, message.hidden);
        break;
    }
  }

  #setSettings(settings: PageSettings): void {
    const corner = this.#work?.platform.corner ?? "top_left";
    const seen = (of: PageSettings | undefined) => JSON.stringify([lookOf(of, corner), of?.words]);
    const isNews = seen(settings) !== seen(this.#settings);
    this.#settings = settings;
    useWords(settings.words);
    // All badges are made anew, which a large call feels.
    if (isNews) this.#work?.people.setLook(lookOf(settings, corner));
  }

  #setState(enabled: boolean, host: HostState["status"]): void {
    const isNews = enabled !== this.#enabled;
    this.#enabled = enabled;
    this.#host = host;
    if (!enabled) this.#stop();
    else if (!this.#watching) this.#start();
    this.#apply();
    if (isNews) this.#sayBlind();
    // The port may be new, and know nobody yet.
    if (enabled) this.#announce("soon");
  }

  /** Brings what is at work in line with what the service worker said last. */
  #apply(): void {
    if (!this.#enabled || !this.#work) return;
    this.#work.sampler.run(this.#isSampling);
    this.#work.people.setHost(this.#host);
  }

  #linkDown(): void {
    this.#work?.sampler.closeUp(undefined);
    this.#work?.sampler.run(false);
    this.#work?.sampler.failAll();
    clearTimeout(this.#linkTimer);
    this.#linkTimer = setTimeout(() => {
      this.#host = "reconnecting";
      this.#apply();
    }, LINK_GRACE_MS);
  }

  #scanned(scan: Scan): void {
    const { platform, tiles } = scan;
    const now = performance.now();
    this.#scan = scan;
    if (this.#work && this.#work.platform !== platform) {
      // The page turned out to be another platform's, as when its call begins: its tiles are named anew.
      this.#endWork();
      this.#letGo();
    }
    this.#watchForBlindness(platform, tiles.length, now);
    if (tiles.length === 0 && !this.#work) return;
    const { roster, people, sampler } = this.#work ?? this.#beginWork(platform);
    const { gone, renewed } = roster.update(tiles, now);
    for (const participant of gone) {
      people.forget(participant);
      sampler.remove(participant);
    }
    for (const participant of renewed) sampler.hurry(participant);
    people.see(roster.present, now);
    for (const [participant, { tile }] of roster.present) {
      if (tile.kind === "camera") sampler.add(participant);
      else sampler.remove(participant);
    }
  }

  #watchForBlindness(platform: Platform, tiles: number, now: number): void {
    if (tiles > 0) this.#tilesAt = now;
    const missing = now - this.#tilesAt;
    const blind = tiles === 0 && missing >= BLIND_MS && platform.inCall(this.#document);
    if (tiles > 0 || blind) this.#link.open(platform.name);
    else if (missing >= LET_GO_MS) this.#letGo();
    if (blind !== this.#blind) {
      this.#blind = blind;
      this.#sayBlind();
      this.#announce("soon");
    }
  }

  /** Loudly, since the user would take the silence for a good sign; but not before it is known that they want it. */
  #sayBlind(): void {
    if (this.#blind && this.#enabled) this.#note.say(text("note_blind"), this.#settings?.rtl ?? false);
    else this.#note.clear();
  }

  /** What was said on the old port may be otherwise when the next one is opened: the user may have switched off. */
  #letGo(): void {
    this.#link.close();
    this.#enabled = undefined;
    this.#work?.sampler.run(false);
  }

  /** Tells the popup who is here, in a moment: changes come together. */
  #announce(urgency: Urgency): void {
    const due = performance.now() + ANNOUNCE_MS[urgency];
    if (due >= this.#announceDue) return;
    clearTimeout(this.#announceTimer);
    this.#announceDue = due;
    this.#announceTimer = setTimeout(() => {
      this.#announceDue = Infinity;
      const entries = this.#work?.people.entries() ?? [];
      const blind = this.#blind && { blind: true };
      const lowBattery = this.#battery.isLow && { lowBattery: true };
      if (this.#enabled) this.#link.send({ kind: "roster", entries, ...blind, ...lowBattery });
    }, ANNOUNCE_MS[urgency]);
  }

  /** A host is there to judge. */
  get #isSampling(): boolean {
    return this.#link.isUp && (this.#host === "loading" || this.#host === "ready");
  }

  #report(): void {
    // At other times nothing is measured that matters, and the service worker may sleep.
    if (this.#enabled && ((this.#work && this.#isSampling) || this.#blind)) {
      const now = performance.now();
      const { platform, tiles } = this.#scan ?? {};
      if (platform && tiles && now - this.#factsAt >= FACTS_MS) {
        this.#factsAt = now;
        this.#figures.page = this.#figures.measure(() => pageFacts(this.#document, platform, tiles));
      }
      this.#link.send({ kind: "figures", figures: this.#figures.snapshot() });
    }
  }
}

/** In the click's own handler, or the browser refuses; and for nothing where the extension is gone. */
function openPanel(participant: string, check: boolean): void {
  const message: OpenPanel = { kind: "open_panel", participant, ...(check && { check }) };
  void chrome.runtime?.sendMessage(message).catch(() => {});
}

/** The guided challenge in the side panel: whom, the steps, the sheet, what it comes to; and a clear end to each. */
import { CHALLENGE_PORT, type FromChallenge, type ToChallenge } from "../shared/channel";
import { text } from "../shared/i18n";
import { button, element } from "../shared/page/dom";
import type { Challenge, ChallengePicture } from "../shared/protocol";
import { Course } from "./course";
import { question, REFERENCE, Sheet } from "./sheet";
import { verdict } from "./verdict";

export interface Subject {
  call: string;
  participant: string;
  name: string;
}

/** Where the host may be told an answer. */
const ANSWERED: readonly Challenge["state"][] = ["asking", "ended"];

export class ChallengeView {
  private port: chrome.runtime.Port | undefined;
  private subject: Subject | undefined;
  private course: Course | undefined;
  private sheet: Sheet | undefined;
  private challenge: Challenge | undefined;
  private readonly pictures = new Map<number, ChallengePicture>();
  private readonly asked = new Set<number>();
  /** What is shown in the place of the course, so that it is not built twice. */
  private page = "";

  /** @param closed called when the user is done */
  constructor(
    private readonly root: HTMLElement,
    private readonly closed: () => void,
  ) {}

  /** Asks whom to check, where there is a choice. */
  choose(people: readonly Subject[]): void {
    this.close();
    const [only] = people;
    if (only && people.length === 1) {
      this.offer(only);
      return;
    }
    const words = text(people.length ? "challenge_choose" : "challenge_nobody");
    const choices = people.map((one) => button(one.name, { class: "plain" }, () => this.offer(one)));
    this.build([heading(words), element("div", { class: "choices-list" }, ...choices), this.back()]);
  }

  /** Says what will come, and begins when the user wants it. */
  offer(subject: Subject): void {
    this.close();
    this.subject = subject;
    this.build([
      heading(text("challenge_title", subject.name)),
      element("p", {}, text("challenge_offer")),
      element("p", { class: "quiet" }, text("challenge_offer_polite")),
      element(
        "div",
        { class: "controls" },
        button(text("challenge_start"), { class: "primary" }, () => this.start()),
        practise(),
        this.back(),
      ),
    ]);
    this.root.querySelector<HTMLElement>("button.primary")?.focus();
  }

  /** Whether somebody is being checked, or looked at. */
  get isOpen(): boolean {
    return this.page !== "";
  }

  close(): void {
    this.port?.disconnect();
    this.port = undefined;
    this.forget();
    this.page = "";
    this.root.replaceChildren();
    this.root.hidden = true;
  }

  private start(): void {
    const { subject } = this;
    if (!subject) return;
    this.forget();
    const { call, participant, name } = subject;
    this.port ??= this.connect();
    this.send({ kind: "start", call, participant });
    this.course = new Course(name, {
      moreTime: () => this.send({ kind: "more_time" }),
      skip: () => this.send({ kind: "skip" }),
      refused: () => this.send({ kind: "cancel", why: "refused" }),
      cancel: () => this.send({ kind: "cancel", why: "cancelled" }),
    });
    this.build([this.course.element]);
    this.course.title.focus();
  }

  private connect(): chrome.runtime.Port {
    const port = chrome.runtime.connect({ name: CHALLENGE_PORT });
    port.onMessage.addListener((message: ToChallenge) => {
      if (port === this.port) this.receive(message);
    });
    // The service worker was ended; what it led is gone with it.
    port.onDisconnect.addListener(() => {
      if (port !== this.port) return;
      this.port = undefined;
      if (this.challenge?.state !== "judged") this.showOver("host_lost");
    });
    return port;
  }

  private receive(message: ToChallenge): void {
    if (message.kind === "over") this.showOver(message.why, message.text);
    else if (message.kind === "picture") {
      this.pictures.set(message.picture.step ?? REFERENCE, message.picture);
      this.showSheet();
    } else this.show(message.challenge);
  }

  private show(challenge: Challenge): void {
    this.challenge = challenge;
    this.gather(challenge);
    const { state, why, judgement } = challenge;
    if (state === "preparing" || state === "running") this.course?.show(challenge);
    else if (state === "judged" && judgement)
      this.open("judged", text("challenge_result", this.name), [verdict(judgement)]);
    else if (state === "asking") this.open("asking", text("challenge_sheet", this.name), []);
    else if (state === "ended" && why) this.open(`ended ${why}`, text(`challenge_end_${why}`, this.name), []);
    this.showSheet();
  }

  /** Pictures are asked for as soon as they are there: a host that dies takes them with it. */
  private gather({ state, steps, reference }: Challenge): void {
    if (state === "judged") return;
    if (reference) this.ask(REFERENCE);
    const settled = state === "asking" || state === "ended";
    for (const [at, step] of steps.entries()) if (step.picture && (settled || step.state !== "now")) this.ask(at);
  }

  private ask(at: number): void {
    if (this.asked.has(at)) return;
    this.asked.add(at);
    this.send(at === REFERENCE ? { kind: "picture" } : { kind: "picture", step: at });
  }

  private showOver(why: Extract<ToChallenge, { kind: "over" }>["why"], words?: string): void {
    const said = words ? [element("p", {}, words)] : [];
    this.open(`over ${why}`, text(`challenge_over_${why}`, this.name), said);
  }

  /** What comes after the steps: a title, what it says, all that was gathered, and what can be done now. */
  private open(page: string, title: string, says: Node[]): void {
    if (page === this.page) return;
    const { challenge } = this;
    const gathered = challenge?.steps.some(({ state }) => state !== "waiting") ?? false;
    const asks = !page.startsWith("over") && challenge && ANSWERED.includes(challenge.state) && gathered;
    this.sheet = gathered ? new Sheet() : undefined;
    const focused = heading(title);
    this.build(
      [
        focused,
        ...says,
        ...(asks ? [element("p", { class: "quiet" }, text("challenge_sheet_text"))] : []),
        ...(this.sheet ? [this.sheet.element] : []),
        ...(asks && this.subject
          ? [question(this.name, (answer, keep) => this.send({ kind: "answer", answer, keep }))]
          : []),
        element(
          "div",
          { class: "controls" },
          button(text("challenge_again"), { class: "plain" }, () => this.start()),
          this.back(),
        ),
      ],
      page,
    );
    this.showSheet();
    focused.focus();
  }

  private showSheet(): void {
    if (this.challenge) this.sheet?.show(this.challenge, this.pictures);
  }

  private build(parts: Node[], page = "course"): void {
    this.page = page;
    this.root.hidden = false;
    this.root.replaceChildren(...parts);
  }

  private back(): HTMLButtonElement {
    return button(text("challenge_back"), { class: "link" }, () => {
      this.close();
      this.closed();
    });
  }

  /** No picture is kept. */
  private forget(): void {
    this.pictures.clear();
    this.asked.clear();
    this.challenge = undefined;
    this.course = undefined;
    this.sheet = undefined;
  }

  private get name(): string {
    return this.subject?.name ?? text("popup_someone");
  }

  private send(message: FromChallenge): void {
    this.port?.postMessage(message);
  }
}

const heading = (words: string) => element("h2", { tabindex: "-1" }, words);

function practise(): HTMLAnchorElement {
  return element("a", { href: "practice.html", target: "_blank" }, text("challenge_practise"));
}

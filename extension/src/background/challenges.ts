/**
 * Guided challenges: one for each port of a side panel. What the panel asks goes to the host under its call's session,
 * what the host says comes back, and what ends a challenge from outside is noticed here.
 */
import type { FromChallenge, RosterEntry, ToChallenge } from "../shared/channel";
import type { ChallengeRecord } from "../shared/history";
import type { Challenge, ChallengeAnswer, Request } from "../shared/protocol";
import type { Host } from "./host";
import { RequestError } from "./native";
import type { Tabs } from "./tabs";

/** The host has no clock of its own: where no picture can be sent, this has its time pass. */
const STATUS_MS = 1000;
/** Meeting pages mount a tile anew now and then: somebody who is gone for less has not left. */
const GONE_MS = 4000;
/** The host's number for a challenge, or a picture of it, or a person, that is not there. */
const NO_CHALLENGE = 304;
/** A host that has just come back sees somebody within this: until then it is asked again. */
const SEEN_MS = 5000;

type Action = Omit<Extract<Request, { type: "challenge" }>, "type" | "session" | "participant">;

interface Course {
  call: string;
  participant: string;
  session: string;
  /** Epoch ms. */
  began: number;
  /** The host has not seen them yet, and is to be asked anew. */
  unseen: boolean;
  /** What the user said and wants kept. */
  keeps: ChallengeAnswer | undefined;
  /** Of the host's last word. */
  state: Challenge["state"] | undefined;
  clock: ReturnType<typeof setInterval> | undefined;
  gone: ReturnType<typeof setTimeout> | undefined;
}

export class Challenges {
  private readonly courses = new Map<chrome.runtime.Port, Course>();

  /** @param keep called with what a challenge came to, where the user wants it kept */
  constructor(
    private readonly host: Pick<Host, "request" | "info">,
    private readonly tabs: Pick<Tabs, "sessionOf" | "closeUp">,
    private readonly keep: (call: string, participant: string, record: ChallengeRecord) => void,
  ) {}

  accept(port: chrome.runtime.Port): void {
    port.onMessage.addListener((message: FromChallenge) => {
      if (message.kind === "start") this.start(port, message.call, message.participant);
      else this.receive(port, message);
    });
    // A panel that is closed has nobody who waits for the outcome.
    port.onDisconnect.addListener(() => this.drop(port));
  }

  /** The host says by itself where a challenge stands. */
  pushed(challenge: Challenge): void {
    for (const [port, course] of this.courses) {
      if (course.session !== challenge.session || course.participant !== challenge.participant) continue;
      this.take(port, course, challenge);
    }
  }

  /** To be told of every change of the host: with it, everything that it knew of a challenge is gone. */
  follow(): void {
    if (this.host.info) return;
    for (const [port, { state }] of [...this.courses]) {
      // The last word was spoken before.
      if (state === "judged") this.end(port);
      else this.over(port, { why: "host_lost" });
    }
  }

  /** Who is in a call now. */
  roster(call: string, entries: readonly RosterEntry[]): void {
    for (const [port, course] of this.courses) {
      if (course.call !== call || !isOn(course)) continue;
      const entry = entries.find(({ participant }) => participant === course.participant);
      if (entry?.kind === "camera") {
        clearTimeout(course.gone);
        course.gone = undefined;
      } else {
        const why = entry ? "camera_off" : "left";
        course.gone ??= setTimeout(() => this.tell(port, course, { action: "cancel", why }), GONE_MS);
      }
    }
  }

  /** A call's page is closed, and with it its session. */
  left(call: string): void {
    for (const [port, course] of [...this.courses]) if (course.call === call) this.over(port, { why: "call_over" });
  }

  private start(port: chrome.runtime.Port, call: string, participant: string): void {
    this.drop(port);
    const session = this.tabs.sessionOf(call);
    if (session === undefined) {
      port.postMessage({ kind: "over", why: this.host.info ? "call_over" : "host_lost" } satisfies ToChallenge);
      return;
    }
    const course: Course = {
      call,
      participant,
      session,
      began: Date.now(),
      unseen: false,
      keeps: undefined,
      state: undefined,
      clock: undefined,
      gone: undefined,
    };
    this.courses.set(port, course);
    course.clock = setInterval(() => {
      if (isOn(course)) this.tell(port, course, { action: course.unseen ? "start" : "status" });
      course.unseen = false;
    }, STATUS_MS);
    this.tabs.closeUp(call, participant);
    this.tell(port, course, { action: "start" });
  }

  private receive(port: chrome.runtime.Port, message: Exclude<FromChallenge, { kind: "start" }>): void {
    const course = this.courses.get(port);
    if (!course) return;
    if (message.kind === "picture") this.picture(port, course, message.step);
    else if (message.kind === "cancel") this.tell(port, course, { action: "cancel", why: message.why });
    else if (message.kind === "answer") {
      const { answer, keep } = message;
      course.keeps = keep ? answer : undefined;
      this.tell(port, course, { action: "answer", answer, keep });
    } else this.tell(port, course, { action: message.kind });
  }

  private tell(port: chrome.runtime.Port, course: Course, action: Action): void {
    const { session, participant } = course;
    this.host.request({ type: "challenge", session, participant, ...action }).then(
      (challenge) => this.take(port, course, challenge),
      (error: Error) => {
        // A word that crossed the end of the challenge is no trouble; a host that is lost is told of by itself.
        const refused = error instanceof RequestError && error.kind === "refused";
        if (!refused || this.courses.get(port) !== course) return;
        if (error.code === NO_CHALLENGE) {
          course.unseen = !course.state && Date.now() - course.began < SEEN_MS;
          if (course.state || course.unseen) return;
        }
        this.over(port, { why: "not_possible", text: error.message });
      },
    );
  }

  private picture(port: chrome.runtime.Port, course: Course, step: number | undefined): void {
    const { session, participant } = course;
    const which = step === undefined ? {} : { step };
    this.host.request({ type: "challenge_picture", session, participant, ...which }).then(
      (picture) => this.courses.get(port) === course && port.postMessage({ kind: "picture", picture }),
      () => {}, // the sheet does without
    );
  }

  private take(port: chrome.runtime.Port, course: Course, challenge: Challenge): void {
    if (this.courses.get(port) !== course) return;
    const wasOn = isOn(course);
    course.state = challenge.state;
    if (wasOn && !isOn(course)) this.rest(course);
    port.postMessage({ kind: "challenge", challenge } satisfies ToChallenge);
    const { keeps: answer } = course;
    if (!challenge.judgement || answer === undefined) return;
    course.keeps = undefined;
    const steps = challenge.steps.map(({ step, state }) => ({ step, state }));
    this.keep(course.call, course.participant, { at: Date.now(), answer, steps, ...challenge.judgement });
  }

  /** Pictures as usual from here on. */
  private rest({ call, clock, gone }: Course): void {
    clearInterval(clock);
    clearTimeout(gone);
    this.tabs.closeUp(call, null);
  }

  private over(port: chrome.runtime.Port, { why, text }: Omit<Extract<ToChallenge, { kind: "over" }>, "kind">): void {
    this.end(port);
    port.postMessage({ kind: "over", why, ...(text && { text }) } satisfies ToChallenge);
  }

  private end(port: chrome.runtime.Port): void {
    const course = this.courses.get(port);
    if (!course) return;
    this.courses.delete(port);
    this.rest(course);
  }

  /** Has the host forget what it gathered. */
  private drop(port: chrome.runtime.Port): void {
    const course = this.courses.get(port);
    if (!course) return;
    this.end(port);
    const { session, participant } = course;
    this.host.request({ type: "challenge", session, participant, action: "forget" }).catch(() => {});
  }
}

/** Somebody is being asked to do something, or is about to be. */
function isOn({ state }: Pick<Course, "state">): boolean {
  return state === undefined || state === "preparing" || state === "running";
}

import { afterEach, beforeEach, describe, expect, type Mock, test, vi } from "vitest";
import { Challenges } from "../../src/background/challenges";
import { RequestError } from "../../src/background/native";
import type { FromChallenge, RosterEntry, ToChallenge } from "../../src/shared/channel";
import type { Challenge, Reply, Request } from "../../src/shared/protocol";
import { FakePort, fakeChrome, READY, settle } from "../chrome";

type Panel = FakePort<ToChallenge, FromChallenge>;

let asked: { request: Request; resolve(reply: Reply): void; reject(error: Error): void }[];
let host: { info: typeof READY | undefined; request: never };
let closeUp: ReturnType<typeof vi.fn<(call: string, participant: string | null) => void>>;
let keep: Mock<ConstructorParameters<typeof Challenges>[2]>;
let challenges: Challenges;
let panel: Panel;

beforeEach(() => {
  vi.useFakeTimers();
  fakeChrome();
  asked = [];
  const request = (request: Request) =>
    new Promise<Reply>((resolve, reject) => asked.push({ request, resolve, reject }));
  host = { info: READY, request: request as never };
  closeUp = vi.fn();
  keep = vi.fn();
  challenges = new Challenges(host, { sessionOf: (call) => (call === "D" ? "s" : undefined), closeUp }, keep);
  panel = new FakePort("veritile.challenge");
  challenges.accept(panel.port);
});

afterEach(() => {
  vi.useRealTimers();
});

const said = (fields: Partial<Challenge> = {}): Challenge => ({
  type: "challenge",
  session: "s",
  participant: "p",
  state: "running",
  steps: [],
  remaining_ms: 0,
  reference: false,
  findings: [],
  views: [],
  ...fields,
});
const start = () => panel.onMessage.emit({ kind: "start", call: "D", participant: "p" });
const actions = () => asked.map(({ request }) => (request.type === "challenge" ? request.action : request.type));
const camera = (kind: RosterEntry["kind"] = "camera"): RosterEntry[] => [{ participant: "p", kind }];

test("the host begins under the call's session, and the person's pictures are taken in full size", () => {
  start();
  expect(asked[0]?.request).toEqual({ type: "challenge", session: "s", participant: "p", action: "start" });
  expect(closeUp).toHaveBeenLastCalledWith("D", "p");
});

test("what the host says reaches the panel that leads through it, and no other", () => {
  const other: Panel = new FakePort("veritile.challenge");
  challenges.accept(other.port);
  start();
  challenges.pushed(said());
  challenges.pushed(said({ participant: "q" }));
  expect(panel.sent).toEqual([{ kind: "challenge", challenge: said() }]);
  expect(other.sent).toEqual([]);
});

test("time passes for the host while no picture can be sent, and only while somebody is being asked", () => {
  start();
  vi.advanceTimersByTime(3000);
  expect(actions()).toEqual(["start", "status", "status", "status"]);
  challenges.pushed(said({ state: "asking" }));
  vi.advanceTimersByTime(3000);
  expect(actions()).toHaveLength(4);
});

test("pictures are taken as usual again once the steps are over", () => {
  start();
  challenges.pushed(said({ state: "asking" }));
  expect(closeUp).toHaveBeenLastCalledWith("D", null);
});

test.each(["more_time", "skip"] as const)("%s is passed on", (kind) => {
  start();
  panel.onMessage.emit({ kind });
  expect(actions()).toEqual(["start", kind]);
});

test("an answer is passed on with whether to keep it, a refusal with its name, and pictures come back", async () => {
  start();
  panel.onMessage.emit({ kind: "cancel", why: "refused" });
  panel.onMessage.emit({ kind: "answer", answer: "looks_wrong", keep: true });
  panel.onMessage.emit({ kind: "picture", step: 2 });
  expect(asked.slice(1).map(({ request }) => request)).toMatchObject([
    { action: "cancel", why: "refused" },
    { action: "answer", answer: "looks_wrong", keep: true },
    { type: "challenge_picture", step: 2 },
  ]);
  const picture = { type: "challenge_picture", session: "s", participant: "p", step: 2, jpeg: "", captured_at: 0 };
  asked[3]?.resolve(picture as Reply);
  await settle();
  expect(panel.sent).toEqual([{ kind: "picture", picture }]);
});

test("what it comes to is kept where the user says so, once, and not otherwise", () => {
  const judgement = { label: "suspect", log_odds: 1.4, shares: [{ source: "answer", log_odds: 1.4 }] } as const;
  const judged = said({ state: "judged", judgement: { ...judgement, shares: [...judgement.shares] } });
  start();
  panel.onMessage.emit({ kind: "answer", answer: "looks_wrong", keep: false });
  challenges.pushed(judged);
  expect(keep).not.toHaveBeenCalled();
  start();
  panel.onMessage.emit({ kind: "answer", answer: "looks_wrong", keep: true });
  challenges.pushed(judged);
  challenges.pushed(judged);
  expect(keep).toHaveBeenCalledExactlyOnceWith(
    "D",
    "p",
    expect.objectContaining({ answer: "looks_wrong", ...judgement }),
  );
});

describe("ends", () => {
  test("a closed panel has the host forget everything", () => {
    start();
    panel.drop();
    expect(actions()).toEqual(["start", "forget"]);
    expect(closeUp).toHaveBeenLastCalledWith("D", null);
  });

  test("a host that dies is told of once, except when the last word was spoken", async () => {
    start();
    host.info = undefined;
    challenges.follow();
    challenges.follow();
    asked[0]?.reject(new RequestError("closed", "Native host has exited."));
    await settle();
    expect(panel.sent).toEqual([{ kind: "over", why: "host_lost" }]);
    host.info = READY;
    start();
    challenges.pushed(said({ state: "judged" }));
    host.info = undefined;
    challenges.follow();
    expect(panel.sent.at(-1)).toMatchObject({ kind: "challenge" });
  });

  test("a camera that is turned off, and somebody who leaves, end it; a tile that is gone for a moment does not", () => {
    start();
    challenges.roster("D", []);
    vi.advanceTimersByTime(2000);
    challenges.roster("D", camera());
    vi.advanceTimersByTime(9000);
    expect(actions()).not.toContain("cancel");
    challenges.roster("D", camera("camera_off"));
    vi.advanceTimersByTime(5000);
    expect(asked.at(-2)?.request).toMatchObject({ action: "cancel", why: "camera_off" });
    start();
    challenges.roster("D", []);
    vi.advanceTimersByTime(4000);
    expect(asked.filter(({ request }) => "why" in request).at(-1)?.request).toMatchObject({ why: "left" });
  });

  test("a call's page that is closed ends it at once", () => {
    start();
    challenges.left("E");
    expect(panel.sent).toEqual([]);
    challenges.left("D");
    expect(panel.sent).toEqual([{ kind: "over", why: "call_over" }]);
  });

  test("a host that refuses is quoted; a word that crosses the end is not", async () => {
    start();
    asked[0]?.reject(new RequestError("refused", "Unknown session.", 301));
    await settle();
    expect(panel.sent).toEqual([{ kind: "over", why: "not_possible", text: "Unknown session." }]);
    start();
    challenges.pushed(said({ state: "ended", why: "refused" }));
    panel.onMessage.emit({ kind: "skip" });
    asked.at(-1)?.reject(new RequestError("refused", "No challenge.", 304));
    await settle();
    expect(panel.sent.at(-1)).toMatchObject({ kind: "challenge" });
  });

  test("a host that has just come back is asked again until it has seen them, but not for ever", async () => {
    const unseen = async () => {
      asked.at(-1)?.reject(new RequestError("refused", "Not looked at yet.", 304));
      await settle();
    };
    start();
    await unseen();
    vi.advanceTimersByTime(1000);
    expect(actions()).toEqual(["start", "start"]);
    expect(panel.sent).toEqual([]);
    vi.advanceTimersByTime(5000);
    await unseen();
    expect(panel.sent).toEqual([{ kind: "over", why: "not_possible", text: "Not looked at yet." }]);
  });

  test("a call that nobody knows cannot be checked", () => {
    panel.onMessage.emit({ kind: "start", call: "gone", participant: "p" });
    expect(panel.sent).toEqual([{ kind: "over", why: "call_over" }]);
    expect(asked).toEqual([]);
  });
});

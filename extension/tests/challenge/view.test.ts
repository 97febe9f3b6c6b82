// @vitest-environment happy-dom
import { beforeEach, describe, expect, test, vi } from "vitest";
import { ChallengeView } from "../../src/challenge/view";
import type { FromChallenge, ToChallenge } from "../../src/shared/channel";
import type { Challenge, ChallengeStep } from "../../src/shared/protocol";
import { FakePort, fakeChrome } from "../chrome";

let port: FakePort<FromChallenge, ToChallenge>;
let root: HTMLElement;
let closed: ReturnType<typeof vi.fn<() => void>>;
let view: ChallengeView;

beforeEach(() => {
  fakeChrome();
  port = new FakePort("veritile.challenge");
  Object.assign(chrome.runtime, { connect: () => port.port });
  vi.stubGlobal("createImageBitmap", () => new Promise(() => {}));
  root = document.createElement("section");
  root.hidden = true;
  document.body.replaceChildren(root);
  closed = vi.fn();
  view = new ChallengeView(root, closed);
});

const ADA = { call: "D", participant: "p", name: "Ada" };
const step = (fields: Partial<ChallengeStep> = {}): ChallengeStep => ({
  step: "hand",
  seconds: 7,
  state: "now",
  progress: 0,
  watch: ["hand", "edge"],
  picture: false,
  ...fields,
});
const said = (fields: Partial<Challenge> = {}): Challenge => ({
  type: "challenge",
  session: "s",
  participant: "p",
  state: "running",
  step: 0,
  steps: [step(), step({ step: "nod", state: "waiting" })],
  remaining_ms: 7000,
  reference: false,
  findings: [],
  views: [],
  ...fields,
});
const tell = (fields: Partial<Challenge> = {}) => port.onMessage.emit({ kind: "challenge", challenge: said(fields) });
const press = (name: string) => {
  const found = [...root.querySelectorAll("button")].find((one) => one.textContent === name);
  if (!found) throw new Error(`There is no button ${name} in: ${root.textContent}`);
  found.focus();
  found.click();
};
const begin = () => {
  view.offer(ADA);
  press("Start");
  tell();
};
const spoken = () => root.querySelector("[role='status']")?.textContent;

test("whom to check is asked only where there is a choice", () => {
  view.choose([ADA]);
  expect(root.textContent).toContain("Check Ada");
  view.choose([ADA, { ...ADA, participant: "q", name: "Bob" }]);
  press("Bob");
  press("Start");
  expect(port.sent).toEqual([{ kind: "start", call: "D", participant: "q" }]);
});

test("nothing begins before the user says so", () => {
  view.offer(ADA);
  expect(port.sent).toEqual([]);
});

describe("the steps", () => {
  beforeEach(begin);

  test("each shows what to say and what to watch for, and is announced once", () => {
    expect(root.querySelector(".say")?.textContent).toBe("Could you pass your open hand slowly across your face?");
    expect([...root.querySelectorAll(".watch li")]).toHaveLength(2);
    expect(spoken()).toContain("1 of 2: Hand across the face");
    const status = root.querySelector("[role='status']") as Element;
    const observer = new MutationObserver(() => {});
    observer.observe(status, { childList: true, characterData: true, subtree: true });
    tell({ remaining_ms: 5000, steps: [step({ progress: 0.4 }), step({ step: "nod", state: "waiting" })] });
    expect(observer.takeRecords()).toEqual([]);
    expect(root.querySelector("[role='progressbar']")?.getAttribute("aria-valuenow")).toBe("40");
  });

  test("a hint is announced, and the focus stays where it is from step to step", () => {
    const skip = [...root.querySelectorAll("button")].find((one) => one.textContent === "Skip this step");
    skip?.focus();
    tell({ steps: [step({ hint: "further" }), step({ step: "nod", state: "waiting" })] });
    expect(spoken()).toBe("A little further, please.");
    tell({ step: 1, steps: [step({ state: "done" }), step({ step: "nod" })] });
    expect(document.activeElement).toBe(skip);
    expect(spoken()).toContain("2 of 2");
  });

  test.each([
    ["More time", { kind: "more_time" }],
    ["Skip this step", { kind: "skip" }],
    ["They would rather not", { kind: "cancel", why: "refused" }],
    ["Stop", { kind: "cancel", why: "cancelled" }],
  ])("%s is one press away", (name, message) => {
    press(name);
    expect(port.sent.at(-1)).toEqual(message);
  });
});

test("pictures are asked for once, as soon as their step is over", () => {
  begin();
  const steps = [step({ state: "done", picture: true }), step({ step: "nod", picture: true })];
  tell({ step: 1, reference: true, steps });
  tell({ step: 1, reference: true, steps });
  expect(port.sent.filter(({ kind }) => kind === "picture")).toEqual([
    { kind: "picture" },
    { kind: "picture", step: 0 },
  ]);
});

describe("the sheet", () => {
  const steps = [step({ state: "done", picture: true }), step({ step: "nod", state: "not_done" })];
  beforeEach(() => {
    begin();
    tell({ state: "asking", steps, reference: true });
  });

  test("shows each step beside the frontal picture, with the focus at its title", () => {
    const picture = { type: "challenge_picture", session: "s", participant: "p", jpeg: "", captured_at: 0 } as const;
    port.onMessage.emit({ kind: "picture", picture });
    port.onMessage.emit({ kind: "picture", picture: { ...picture, step: 0 } });
    expect([...root.querySelectorAll("canvas")].map((one) => one.getAttribute("aria-label"))).toEqual([
      "From the front, for the step: Hand across the face",
      "Hand across the face, for the step: Hand across the face",
    ]);
    expect(document.activeElement?.textContent).toBe("What did you see of Ada?");
    expect(root.textContent).toContain("not done");
  });

  test("what was measured from the side is said where it is unusual, and else that it is not", () => {
    const found = () => [...root.querySelectorAll(".found")].map((one) => one.textContent);
    const colour = { finding: "colour_jump", step: 0, value: 0.01, unusual: false } as const;
    const outline = { finding: "outline_jump", step: 0, value: 0.04, unusual: false } as const;
    const undone = { finding: "not_done", step: 1, value: 1, unusual: true } as const;
    tell({ state: "asking", steps, findings: [colour, outline, undone] });
    expect(found()).toEqual([expect.stringContaining("did not change unusually")]);
    tell({ state: "asking", steps, findings: [colour, { ...outline, value: 0.2, unusual: true }, undone] });
    expect(found()).toEqual([expect.stringContaining("edge of the face is softer")]);
  });

  test("what the network says is told for the front and for the side", () => {
    const rows = () => [...root.querySelectorAll(".views tr")].map((row) => row.textContent);
    expect(rows()).toEqual([]);
    const views = [
      { view: "front", frames: 12, score: 0.31 },
      { view: "side", frames: 3, score: 0.66 },
    ] as const;
    tell({ state: "asking", steps, views: [...views] });
    expect(rows()).toEqual([
      "From the frontspeaks for a real face (score 0.31, 12 pictures)",
      "From the sidespeaks for a swap (score 0.66, 3 pictures)",
    ]);
  });

  test("nothing is kept unless the user says so", () => {
    press("Looks wrong");
    root.querySelector<HTMLInputElement>("#challenge-keep")?.click();
    press("Cannot tell");
    expect(port.sent.slice(-2)).toEqual([
      { kind: "answer", answer: "looks_wrong", keep: false },
      { kind: "answer", answer: "cannot_tell", keep: true },
    ]);
  });

  test("what it comes to is shown with each source's share", () => {
    const shares = [
      { source: "answer", log_odds: 1.4 },
      { source: "compliance", log_odds: 0 },
      { source: "model", log_odds: -0.6 },
    ] as const;
    tell({ state: "judged", steps, judgement: { label: "suspect", log_odds: 0.8, shares: [...shares] } });
    expect([...root.querySelectorAll("tbody tr")].map((row) => row.textContent)).toEqual([
      "Your answerspeaks for a swap (+1.4)",
      "What was donesays nothing (±0.0)",
      "What Veritile sawspeaks for a real face (−0.6)",
    ]);
    expect(root.querySelector("fieldset")).toBeNull();
  });
});

describe("ends", () => {
  test.each([
    ["refused", "Ada would rather not"],
    ["left", "Ada has left"],
    ["camera_off", "Ada has turned the camera off"],
    ["cancelled", "You stopped"],
  ] as const)("%s has its own words, and what was gathered can still be judged", (why, words) => {
    begin();
    tell({ state: "ended", why, steps: [step({ state: "done" })] });
    expect(document.activeElement?.textContent).toContain(words);
    press("They refused");
    expect(port.sent.at(-1)).toMatchObject({ kind: "answer", answer: "refused" });
  });

  test("without a face there is nothing to judge, and another round to be had", () => {
    begin();
    tell({ state: "ended", why: "no_face", steps: [step({ state: "waiting" })] });
    expect(root.querySelector("fieldset")).toBeNull();
    press("Another round");
    expect(port.sent.at(-1)).toMatchObject({ kind: "start" });
  });

  test("a host that dies leaves what was gathered, and asks nothing", () => {
    begin();
    tell({ step: 1, steps: [step({ state: "done" }), step({ step: "nod" })] });
    port.onMessage.emit({ kind: "over", why: "host_lost" });
    expect(document.activeElement?.textContent).toContain("program stopped");
    expect(root.querySelectorAll(".findings > li")).toHaveLength(2);
    expect(root.querySelector("fieldset")).toBeNull();
  });

  test("a service worker that is gone is an end too", () => {
    begin();
    port.drop();
    expect(document.activeElement?.textContent).toContain("program stopped");
  });

  test("going back lets everything go", () => {
    begin();
    tell({ state: "ended", why: "cancelled" });
    press("Back to the call");
    expect(port.connected).toBe(false);
    expect(root.hidden).toBe(true);
    expect(closed).toHaveBeenCalledOnce();
  });
});

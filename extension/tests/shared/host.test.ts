// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import type { HostState } from "../../src/shared/channel";
import { showHost } from "../../src/shared/page/host";
import { fakeChrome } from "../chrome";

const READY: HostState = { status: "ready", model: "mesonet", provider: "CPUExecutionProvider" };
const FULL = "The disk or the log is full: make room, or run `veritile log prune`.";

let line: HTMLElement;
let card: HTMLElement;

beforeEach(() => {
  fakeChrome();
  line = document.createElement("p");
  card = document.createElement("section");
});

function said(host: HostState, enabled = true): string[] {
  showHost({ enabled, host }, line, card, () => {});
  return [...line.children].map((part) => part.textContent ?? "");
}

test("what runs the model, and that the log is on", () => {
  expect(said({ ...READY, logging: true })).toEqual(["Working", "mesonet on CPU", "Log on"]);
});

test("a log that cannot be written is told with its remedy, for as long as that lasts", () => {
  expect(said({ ...READY, logging: false, logTrouble: FULL })).toEqual([
    "Working",
    "mesonet on CPU",
    `The log of calls: ${FULL}`,
  ]);
  expect(said({ ...READY, logging: true })).not.toContain(`The log of calls: ${FULL}`);
  expect(said({ ...READY, logTrouble: FULL }, false)).toEqual(["Off"]);
});

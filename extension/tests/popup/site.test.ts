// @vitest-environment happy-dom
import { beforeEach, expect, test } from "vitest";
import { empty, type Site, takeBack } from "../../src/popup/site";
import { fakeChrome } from "../chrome";

beforeEach(() => {
  fakeChrome();
});

const MEET: Site = {
  tab: 1,
  name: "meet.google.com",
  pattern: "https://meet.google.com/*",
  granted: true,
  optional: false,
};
const OTHER: Site = {
  tab: 2,
  name: "call.example",
  pattern: "https://call.example/*",
  granted: false,
  optional: false,
};

function said(...args: Parameters<typeof empty>): string {
  document.body.replaceChildren(...empty(...args));
  return document.body.textContent ?? "";
}

test("a call whose participants cannot be found is owned up to", () => {
  expect(said(MEET, true, "blind")).toMatch(
    /^Veritile cannot find the participants on this page.*The page may have changed/,
  );
  expect(document.querySelector("h2")).not.toBeNull();
});

test("off is off, whatever was found", () => {
  for (const found of ["tiles", "blind", null] as const) expect(said(MEET, false, found)).toContain("Detection is off");
});

test("alone in a call is not the same as no call", () => {
  expect(said(MEET, true, "tiles")).toContain("Nobody to check yet");
  expect(said(MEET, true, null)).toContain("No call in this tab");
});

test("another site is offered, and taken back as easily", () => {
  expect(said(OTHER, true, null)).toContain("call.example");
  expect(document.querySelector("button")?.textContent).toBe("Use Veritile on this site");
  expect(takeBack(OTHER)).toEqual([]);
  expect(takeBack({ ...OTHER, granted: true, optional: true })).toHaveLength(1);
});

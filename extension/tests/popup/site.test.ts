// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { currentSite, empty, keptFrom, type Site, takeBack } from "../../src/popup/site";
import { type FakeChrome, fakeChrome } from "../chrome";

let fake: FakeChrome;

beforeEach(() => {
  fake = fakeChrome();
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

type What = Parameters<typeof empty>;

function said(site: What[0], on: What[1], kept: What[2], found: What[3], ask: What[4] = () => {}): string {
  document.body.replaceChildren(...empty(site, on, kept, found, ask));
  return document.body.textContent ?? "";
}

test("a call whose participants cannot be found is owned up to", () => {
  expect(said(MEET, true, null, "blind")).toMatch(
    /^Veritile cannot find the participants on this page.*The page may have changed/,
  );
  expect(document.querySelector("h2")).not.toBeNull();
});

test("off is off, whatever was found", () => {
  for (const found of ["tiles", "blind", null] as const)
    expect(said(MEET, false, null, found)).toContain("Detection is off");
});

test("without a yes, that comes first: why nothing has begun, and where to say it", () => {
  const ask = vi.fn();
  expect(said(OTHER, "unasked", "site_off", "blind", ask)).toMatch(/has not begun.*other people’s faces/);
  document.querySelector("button")?.click();
  expect(ask).toHaveBeenCalledOnce();
});

test("alone in a call is not the same as no call", () => {
  expect(said(MEET, true, null, "tiles")).toContain("Nobody to check yet");
  expect(said(MEET, true, null, null)).toContain("No call in this tab");
});

test("a site that is switched off is said to be, and by whom, before anything else about it", () => {
  for (const found of ["tiles", "blind", null] as const) {
    expect(said(MEET, true, "site_off", found)).toMatch(/Switched off.*options.*meet\.google\.com/);
    expect(said(MEET, true, "site_locked", found)).toMatch(/Switched off.*organisation.*meet\.google\.com/);
  }
});

test("what the organisation keeps Veritile from, no option gives back", () => {
  const policy = { blockedSites: ["*.google.com"], exportAllowed: true };
  const open = { blockedSites: [], exportAllowed: true };
  const off = ["https://meet.google.com/*"];
  expect(keptFrom(MEET, [], open)).toBeNull();
  expect(keptFrom(MEET, off, open)).toBe("site_off");
  expect(keptFrom(MEET, off, policy)).toBe("site_locked");
  expect(keptFrom(MEET, [], { ...open, allowedSites: ["*.zoom.us"] })).toBe("site_locked");
  expect(keptFrom({ ...MEET, pattern: null }, off, policy)).toBeNull();
});

test("only a site that the user granted can be taken back: the manifest's own are the browser's to manage", async () => {
  (window as unknown as { happyDOM: { setURL(url: string): void } }).happyDOM.setURL("https://popup.example/?tab=1");
  fake.origins.add("https://call.example/*");
  const granted = async (url: string) => {
    fake.tabs.set(1, url);
    const { granted, optional } = await currentSite();
    return { granted, optional };
  };
  expect(await granted("https://meet.google.com/abc-defg-hij")).toEqual({ granted: true, optional: false });
  expect(await granted("https://app.zoom.us/wc/1/join")).toEqual({ granted: true, optional: false });
  expect(await granted("https://call.example/room")).toEqual({ granted: true, optional: true });
  expect(await granted("https://other.example/")).toEqual({ granted: false, optional: false });
});

test("another site is offered, and taken back as easily", () => {
  expect(said(OTHER, true, null, null)).toContain("call.example");
  expect(document.querySelector("button")?.textContent).toBe("Use Veritile on this site");
  expect(takeBack(OTHER)).toEqual([]);
  expect(takeBack({ ...OTHER, granted: true, optional: true })).toHaveLength(1);
});

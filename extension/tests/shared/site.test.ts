import { expect, test } from "vitest";
import { covers, hostOf, isWanted } from "../../src/shared/site";

const NONE = { blockedSites: [], exportAllowed: true };
const MEET = "https://meet.google.com/abc";

test.each([
  ["meet.google.com", "meet.google.com", true],
  ["meet.google.com", "evil-meet.google.com", false],
  ["*.zoom.us", "app.zoom.us", true],
  ["*.zoom.us", "zoom.us", true],
  ["*.zoom.us", "evilzoom.us", false],
  ["*", "anything.example", true],
])("%s covers %s: %s", (pattern, host, expected) => {
  expect(covers(pattern, host)).toBe(expected);
});

test("the host of a match pattern", () => {
  expect(["https://*.zoom.us/*", "*://*/*", "http://[::1]/*"].map(hostOf)).toEqual(["*.zoom.us", "*", "[::1]"]);
});

test("a site is looked at unless the user or the organisation says otherwise", () => {
  expect(isWanted(MEET, [], NONE)).toBe(true);
  expect(isWanted(MEET, ["https://meet.google.com/*"], NONE)).toBe(false);
  expect(isWanted("https://us02web.zoom.us/wc/1", ["https://*.zoom.us/*"], NONE)).toBe(false);
  expect(isWanted(MEET, [], { ...NONE, blockedSites: ["*"] })).toBe(false);
  expect(isWanted(MEET, [], { ...NONE, allowedSites: ["*.zoom.us"] })).toBe(false);
  expect(isWanted(MEET, [], { ...NONE, allowedSites: ["*.google.com"] })).toBe(true);
  expect(isWanted("no address", [], NONE)).toBe(false);
});

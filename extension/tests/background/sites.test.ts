import { beforeEach, expect, test } from "vitest";
import { injectEverywhere, injectInto, isGranted, registerGrantedSites, wakeTabs } from "../../src/background/sites";
import { sitePattern } from "../../src/shared/site";
import { type FakeChrome, fakeChrome } from "../chrome";

let fake: FakeChrome;

beforeEach(() => {
  fake = fakeChrome();
});

test("without a grant nothing is registered beside the manifest's sites", async () => {
  await registerGrantedSites();
  expect(fake.registered).toEqual([]);
});

test("the registration follows what is granted", async () => {
  fake.origins.add("https://call.example/*");
  await registerGrantedSites();
  expect(fake.registered).toMatchObject([
    { matches: ["https://call.example/*"], js: ["content.js"], allFrames: true, persistAcrossSessions: true },
  ]);
  fake.origins.add("http://127.0.0.1/*");
  await registerGrantedSites();
  expect(fake.registered[0]?.matches).toEqual(["https://call.example/*", "http://127.0.0.1/*"]);
  fake.origins.delete("https://call.example/*");
  fake.origins.delete("http://127.0.0.1/*");
  await registerGrantedSites();
  expect(fake.registered).toEqual([]);
});

test("granting every site does not run the script twice on the manifest's", async () => {
  fake.origins.add("https://*/*");
  await registerGrantedSites();
  expect(fake.registered[0]?.excludeMatches).toContain("https://meet.google.com/*");
});

test("a grant reaches the site's open tabs, and a tab that refuses spoils nothing", async () => {
  fake.tabs = new Map([
    [1, "https://call.example/error"],
    [2, "https://call.example/room"],
    [3, "https://other.example/"],
  ]);
  await injectInto(["https://call.example/*"]);
  expect(fake.injected).toEqual([2]);
});

test("calls that were open before the installation are served", async () => {
  fake.origins.add("https://call.example/*");
  fake.tabs = new Map([
    [1, "https://meet.google.com/abc-defg-hij"],
    [2, "https://call.example/room"],
    [3, "https://other.example/"],
  ]);
  await injectEverywhere();
  expect(fake.injected).toEqual([1, 2]);
});

test("the scripts that let the worker sleep are woken, and a tab without one spoils nothing", async () => {
  fake.tabs = new Map([
    [1, "https://meet.google.com/error"],
    [2, "https://app.zoom.us/wc/1/join"],
    [3, "https://other.example/"],
  ]);
  await wakeTabs();
  expect(fake.told).toEqual([[2, { kind: "wake" }]]);
});

test("a page is granted by its site, whatever its port", async () => {
  expect(await isGranted("http://127.0.0.1:13000")).toBe(false);
  fake.origins.add("http://127.0.0.1/*");
  expect(await isGranted("http://127.0.0.1:13000")).toBe(true);
  expect(await isGranted("about:blank")).toBe(false);
});

test.each([
  ["https://call.example/room?x#y", "https://call.example/*"],
  ["http://127.0.0.1:13000/call/x", "http://127.0.0.1/*"],
  ["http://[::1]:8080/", "http://[::1]/*"],
  ["chrome://extensions", null],
  ["file:///tmp/x.html", null],
  ["", null],
])("the pattern of %j is %j", (url, pattern) => {
  expect(sitePattern(url)).toBe(pattern);
});

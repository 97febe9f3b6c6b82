// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { Sites, typedSite } from "../../src/options/sites";
import type { Policy, Snapshot } from "../../src/shared/channel";
import { DEFAULTS } from "../../src/shared/settings";
import { type FakeChrome, FakeEvent, fakeChrome, settle } from "../chrome";

let fake: FakeChrome;
const change = vi.fn();
const OPEN: Policy = { blockedSites: [], exportAllowed: true };

beforeEach(() => {
  fake = fakeChrome();
  change.mockClear();
  Object.assign(chrome.permissions, { onAdded: new FakeEvent(), onRemoved: new FakeEvent() });
});

async function list(sitesOff: string[] = [], policy = OPEN): Promise<HTMLUListElement> {
  const ul = document.createElement("ul");
  document.body.replaceChildren(ul);
  const sites = new Sites(ul, change);
  sites.show({ ...DEFAULTS, sitesOff, policy } as Snapshot);
  await settle();
  return ul;
}

const switches = (ul: HTMLElement) =>
  Object.fromEntries(
    [...ul.querySelectorAll("input")].map((input) => [input.id, input.disabled ? "locked" : input.checked]),
  );

test("each platform has one switch, however many addresses it has", async () => {
  const ul = await list(["https://*.zoom.us/*"]);
  expect(switches(ul)).toEqual({ "site-GoogleMeet": true, "site-Zoom": false, "site-MicrosoftTeams": true });
  ul.querySelector<HTMLInputElement>("#site-MicrosoftTeams")?.click();
  expect(change.mock.calls[0]?.[0].sitesOff).toEqual([
    "https://*.zoom.us/*",
    "https://teams.microsoft.com/*",
    "https://teams.live.com/*",
    "https://teams.cloud.microsoft/*",
  ]);
});

test("what an organisation forbids cannot be switched on", async () => {
  expect(switches(await list([], { ...OPEN, blockedSites: ["*.zoom.us"] }))).toMatchObject({ "site-Zoom": "locked" });
  expect(switches(await list([], { ...OPEN, allowedSites: ["meet.google.com"] }))).toEqual({
    "site-GoogleMeet": true,
    "site-Zoom": "locked",
    "site-MicrosoftTeams": "locked",
  });
});

test("a site that the user granted is listed with a way back", async () => {
  fake.origins.add("https://call.example/*");
  const ul = await list();
  expect(ul.lastElementChild?.textContent).toContain("call.example");
  expect(ul.querySelector("li:last-child button")?.getAttribute("aria-label")).toBe(
    "Stop using Veritile on call.example",
  );
});

test.each([
  ["call.example", "https://call.example/*"],
  [" https://call.example/room?x ", "https://call.example/*"],
  ["http://localhost:8080", "http://localhost/*"],
  ["chrome://settings", null],
  ["not a site", null],
])("%j is the site %j", (typed, pattern) => {
  expect(typedSite(typed)).toBe(pattern);
});

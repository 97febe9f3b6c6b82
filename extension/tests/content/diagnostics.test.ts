// @vitest-environment happy-dom
import { beforeEach, expect, it } from "vitest";
import { pageFacts } from "../../src/content/diagnostics";
import { platformOf } from "../../src/content/platforms";
import { element, play, stage } from "./stage";

const ADDRESSES = {
  meet: "https://meet.google.com/abc-defg-hij",
  zoom: "https://app.zoom.us/wc/1234567890/join",
  teams: "https://teams.microsoft.com/v2/",
  jitsi: "https://meet.example.org/SomeRoom",
} as const;
const facts = () => {
  const platform = platformOf(document);
  return pageFacts(document, platform, platform.find(document));
};

beforeEach(() => {
  stage("meet", ADDRESSES.meet);
  play("#ana");
  play("#own", "camera");
});

it.each(Object.entries(ADDRESSES))("counts at %s what is on the page, and says nothing of anybody", (page, url) => {
  stage(page, url);
  const words = JSON.stringify(facts());
  expect(words).not.toMatch(/ana|prieto|ben|okoro|kim|lee|spaces|example\.org|@/i);
  for (const [key, value] of Object.entries(facts())) {
    expect(key).toMatch(/^[a-z0-9_ .:-]{0,40}$/);
    if (typeof value === "string") expect(value).toMatch(/^[a-z0-9_ .:-]{0,40}$/);
  }
});

it("tells how often each way to find something does", () => {
  expect(facts()).toMatchObject({
    platform: "meet",
    "tiles camera": 1,
    "tiles self": 1,
    "tiles camera_off": 1,
    "videos playing": 2,
    "way tile 1": "4 of 2-400 ok",
    "way self 1": "1 of 1-4 ok",
  });
});

it("shows which of them the page has broken", () => {
  for (const tile of document.querySelectorAll("[data-participant-id]")) tile.removeAttribute("data-participant-id");
  element("[jsname]").removeAttribute("jsname");
  expect(facts()).toMatchObject({
    "way tile 1": "0 of 2-400 odd",
    "way tile 2": "4 of 1-100 ok",
    "way self 1": "0 of 1-4 odd",
  });
});

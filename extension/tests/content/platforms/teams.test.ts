// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { platformOf } from "../../../src/content/platforms";
import { teams } from "../../../src/content/platforms/teams";
import { element, ids, only, play, show, stage, summary } from "../stage";

describe("Teams", () => {
  beforeEach(() => {
    stage("teams", "https://teams.microsoft.com/v2/");
    play("#ana");
    play("#own", "camera");
    play("#share");
  });

  it("tells cameras, oneself and shares apart, skips recycled tiles, and takes no e-mail address for a name", () => {
    expect(platformOf(document)).toBe(teams);
    expect(summary(teams.find(document))).toEqual([
      "camera Ana Prieto",
      "camera_off",
      "self Kim Lee",
      "screen_share Ana Prieto",
    ]);
  });

  it("keeps a participant's id when the tile is mounted anew, and does not make it the name", () => {
    const { participant } = only(teams, "camera");
    expect(participant).not.toMatch(/ana|prieto/i);
    const tile = element("[data-acc-element-id='m1']");
    tile.setAttribute("data-acc-element-id", "m99");
    tile.parentElement?.append(tile);
    expect(only(teams, "camera").participant).toBe(participant);
  });

  it("keeps two people of one name apart, unless both tiles show one stream", () => {
    const twin = element("[data-acc-element-id='m2']");
    twin.innerHTML = element("[data-acc-element-id='m1']").innerHTML;
    const [video] = twin.getElementsByTagName("video");
    if (!video) throw new Error("no video in the tile");
    video.id = "twin";
    const count = () => new Set(teams.find(document).map((tile) => tile.participant)).size;
    expect(count()).toBe(4);
    play("#twin");
    expect(count()).toBe(4);
    show("#twin", "#ana");
    expect(count()).toBe(3);
    expect(ids(teams)).toEqual([["ana", "twin"]]);
  });

  it("does not pass the id of one of them on to whoever gets the element next", () => {
    const tiles = () => ["m1", "m2"].map((id) => element(`[data-acc-element-id='${id}']`));
    const [one, other] = tiles() as [HTMLElement, HTMLElement];
    const name = (called: string) => {
      for (const tile of [one, other]) {
        tile.innerHTML = `<div data-tid="participant-info-nametag">${called}</div>`;
      }
    };
    const ids = () => new Set(teams.find(document).map((tile) => tile.participant));
    name("Ana Prieto");
    const before = ids();
    name("Eve Adams");
    expect([...ids()].filter((id) => before.has(id) && id.includes("#"))).toEqual([]);
  });

  it("does not know oneself when two tiles lack the sign", () => {
    play("#own");
    expect(summary(teams.find(document))).toContain("self Kim Lee");
    element("[data-tid='voice-level-stream-outline']").remove();
    expect(teams.find(document).some((tile) => tile.kind === "self")).toBe(false);
  });
});

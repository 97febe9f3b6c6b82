// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { platformOf } from "../../../src/content/platforms";
import { peercalls } from "../../../src/content/platforms/peercalls";
import { only, play, show, stage, summary } from "../stage";

describe("Peer Calls", () => {
  const tile = (id: string, name: string) =>
    `<div class="video-container"><video id="video-${id}"></video><div class="video-footer">${name}</div></div>`;
  const PEER = "6cc06cf2-1f7b-4c59-9d0c-1f2a3b4c5d6e";

  it("is known by its page, on any host", () => {
    stage(tile("_me_", "<input class='nickname' value='Kim'>") + tile("p1", "<span class='nickname'>Ana</span>"));
    play("#video-_me_", "camera");
    play("#video-p1");
    expect(platformOf(document)).toBe(peercalls);
    expect(summary(peercalls.find(document))).toEqual(["self Kim", "camera Ana"]);
  });

  it("gives two tiles of one stream one id, and a peer's second stream another", () => {
    const video = `<div class="video-container"><video class="CLASS" id="video-p1"></video></div>`;
    stage(["first", "again", "second"].map((name) => video.replace("CLASS", name)).join(""));
    play(".first");
    show(".again", ".first");
    play(".second");
    const [first, again, second] = peercalls.find(document).map(({ participant }) => participant);
    expect(again).toBe(first);
    expect(second).not.toBe(first);
  });

  it("does not take a peer's id, shown until the name arrives, for the name", () => {
    stage(tile(PEER, `<span class='nickname'>${PEER}</span>`));
    play(`[id='video-${PEER}']`);
    const found = only(peercalls, "camera");
    expect(found.participant).toBe(PEER);
    expect(found.name).toBeUndefined();
  });
});

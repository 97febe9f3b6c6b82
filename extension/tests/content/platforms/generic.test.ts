// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { platformOf } from "../../../src/content/platforms";
import { generic } from "../../../src/content/platforms/generic";
import { ids, play, show, stage, summary } from "../stage";

describe("Any other page", () => {
  it("labels live streams and leaves one's own camera, a shared screen and films alone", () => {
    stage(
      `<video id="a"></video><video id="me"></video><video id="screen"></video><video id="film" src="film.mp4"></video>`,
    );
    play("#a");
    play("#me", "camera");
    play("#screen", "screen");
    expect(platformOf(document)).toBe(generic);
    expect(summary(generic.find(document))).toEqual(["camera", "self", "screen_share"]);
  });

  it("gives both videos of a person who is on the page twice one id", () => {
    stage(`<video id="small" data-size="80x60"></video><video id="large"></video><video id="other"></video>`);
    play("#small");
    show("#large", "#small");
    play("#other");
    expect(ids(generic)).toEqual([["small", "large"], ["other"]]);
  });

  it("skips what is too small or hidden", () => {
    stage(`<video id="dot" data-size="16x16"></video><video id="gone" hidden></video>`);
    play("#dot");
    play("#gone");
    expect(generic.find(document)).toEqual([]);
  });
});

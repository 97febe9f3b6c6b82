// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { LAYOUTS } from "../../../../tests/e2e/pages/platforms.js";
import { platformOf } from "../../../src/content/platforms";
import { jitsi } from "../../../src/content/platforms/jitsi";
import { element, ids, only, play, show, stage, summary } from "../stage";

describe("Jitsi", () => {
  const begin = (layout = LAYOUTS.all) => {
    stage("jitsi", "https://meet.example.org/SomeRoom", layout);
    for (const [key, kind] of [["ana"], ["own", "camera"], ["share"], ["eve"]] as const) {
      const [first, ...others] = [...document.querySelectorAll<HTMLVideoElement>(`[data-like='${key}']`)].reverse();
      if (!first) continue;
      play(`[id='${first.id}']`, kind);
      for (const other of others) show(`#${other.id}`, `[id='${first.id}']`);
    }
  };

  it("is known by its page, on anybody's server, and tells all kinds of tiles apart", () => {
    begin();
    expect(platformOf(document)).toBe(jitsi);
    expect(summary(jitsi.find(document))).toEqual([
      "camera Ana Prieto",
      "camera_off Ben Okoro",
      "self Kim Lee",
      "screen_share Ana Prieto's screen",
    ]);
  });

  it("gives the stage to whose stream it shows", () => {
    begin(LAYOUTS.speaker);
    expect(ids(jitsi)).toEqual([["remoteVideo_eve", "largeVideo"], ["remoteVideo_ana"]]);
    const large = jitsi.find(document).at(-1);
    const before = large?.identity();
    show("#largeVideo", "#remoteVideo_ana");
    expect(large?.identity()).not.toBe(before);
  });

  it("knows a person in another filmstrip, whose tile's id has a tail", () => {
    begin();
    const before = only(jitsi, "camera").participant;
    element("#participant_a1b2c3d1").id += "_stage";
    expect(only(jitsi, "camera").participant).toBe(before);
  });
});

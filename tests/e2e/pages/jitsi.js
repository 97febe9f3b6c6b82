/** Jitsi Meet's tiles, after its public source. */
import { h, video } from "./h.js";

export function build({ mode, people }) {
  if (mode === "lobby") return [h("main", {}, video("preview"))];
  const stage = mode === "speaker" && h("div#largeVideoWrapper.tile", {}, video("largeVideo", { "data-like": people[0].key }));
  return [h(`main.${mode}`, {}, stage, ...people.map(tile))];
}

function tile({ key, id, name, kind }) {
  const own = kind === "self";
  const endpoint = `a1b2c3d${id}${kind === "screen_share" ? "-v1" : ""}`;
  return h(
    `span.videocontainer.tile#${own ? "localVideoContainer" : `participant_${endpoint}`}`,
    {},
    kind !== "camera_off" && video(own ? "localVideo_container" : `remoteVideo_${key}`, { "data-like": key }),
    kind === "camera_off" && h("div.avatar-container"),
    h("div.name", {}, h("span.displayname", {}, kind === "screen_share" ? `${name}'s screen` : name)),
  );
}

/** The tiles of Microsoft Teams v2, after public descriptions of 2026. */
import { h, video } from "./h.js";

let mounts = 0;

export function build({ mode, people }) {
  if (mode === "lobby") return [h("main", {}, video("preview"))];
  mounts = 0;
  const recycled = h(
    "div.recycled",
    { "data-cid": "calling-participant-stream" },
    h("div", { "data-stream-type": "Video", "data-tid": "video-tile" }),
  );
  return [
    h(`main.${mode}`, {}, ...people.map(tile)),
    recycled,
    h("footer", {}, h("button#hangup-button", { "aria-label": "Leave" }, "Leave")),
  ];
}

function tile({ key, name, kind }) {
  const share = kind === "screen_share";
  // A tenant that leaks addresses: whose camera is off is called by one.
  const called = key === "ben" ? "ben.okoro@example.org" : name;
  return h(
    "div.tile",
    { "data-cid": "calling-participant-stream", "data-acc-element-id": `m${++mounts}` },
    h(
      "div",
      {
        "data-stream-type": share ? "ScreenSharing" : "Video",
        "data-tid": called,
        "aria-label": share ? `Content shared by ${called}` : `${called}, ${kind === "camera_off" ? "muted" : "video is on"}`,
      },
      kind !== "camera_off" && video(key),
    ),
    kind !== "self" && !share && h("div", { "data-tid": "voice-level-stream-outline" }),
    !share && h("div.name", { "data-tid": "participant-info-nametag" }, called),
  );
}

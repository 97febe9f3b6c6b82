/** Google Meet's tiles, after public descriptions of 2026. */
import { h, video } from "./h.js";

export function build({ mode, people }) {
  if (mode === "lobby") return [h("main", {}, video("preview")), leave()];
  return [h(`main.${mode}`, {}, ...people.map(tile)), leave()];
}

function tile({ key, id, name, kind }) {
  const participant = `spaces/abc/devices/${id}`;
  const share = kind === "screen_share";
  return h(
    "div.tile",
    {
      "data-participant-id": participant,
      "data-requested-participant-id": participant,
      "data-tile-media-id": share ? `${participant}/share` : participant,
    },
    // Videos are pooled: some are empty or put away.
    h("div", { "data-ssrc": String(1000 + id) }, video("", { class: "pooled" }), kind !== "camera_off" && video(key)),
    kind === "camera_off" && h(`img#${key}`, { alt: "" }),
    h("div.name", {}, h("i", {}, "mic_off"), " ", h("span.notranslate", {}, share ? `${name} (Presentation)` : name)),
    kind === "camera" && h("button.pin", { "aria-label": `Pin ${name} to your main screen` }, "Pin"),
    kind === "self" &&
      h("button.pin", { jsname: "nsKqzb", "aria-label": "Backgrounds and effects" }, h("i", {}, "visual_effects")),
  );
}

function leave() {
  return h("footer", {}, h("button", { "aria-label": "Leave call" }, "Leave"));
}

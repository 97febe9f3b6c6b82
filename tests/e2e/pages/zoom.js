/** The tiles of Zoom's web client, after public descriptions of 2026. */
import { h, video } from "./h.js";

if (globalThis.customElements && !customElements.get("video-player")) {
  customElements.define("video-player", class extends HTMLElement {});
}

export function build({ mode, people, painted = false }) {
  if (mode === "lobby") return [h("main", {}, video("preview")), leave()];
  const tiles = people.map((person, at) => tile(person, mode === "speaker" && at === 0, mode, painted));
  const main = h(`main.${mode}`, {}, ...tiles);
  if (painted) main.attachShadow({ mode: "closed" }).append(...canvasAndSlot(main));
  return [main, leave()];
}

function tile({ key, id, name, kind }, active, mode, painted) {
  const node = id * 1024 + 16777216;
  if (kind === "screen_share") {
    return h("div.sharee-container__viewport.tile", {}, player(node + 1, key, painted));
  }
  const frame = active
    ? "div.speaker-active-container__video-frame.tile"
    : mode === "speaker"
      ? "div.speaker-bar-container__video-frame.tile"
      : "div.gallery-video-container__video-frame.tile";
  return h(
    frame,
    {},
    h(
      "div.video-avatar__avatar",
      {},
      kind === "camera_off" ? h("span.video-avatar__avatar-name", {}, name) : player(node, key, painted && kind !== "self"),
      h("div.video-avatar__avatar-footer", {}, h("span.video-avatar__avatar-title", {}, name)),
    ),
  );
}

/** In the WebAssembly client players are empty, and all are painted on one canvas behind them. */
function player(node, key, painted) {
  return h("video-player", { "node-id": String(node), "data-key": key }, !painted && video(key));
}

function canvasAndSlot(main) {
  const canvas = h("canvas.painted", { style: "position:absolute;inset:0;width:100%;height:100%" });
  main.painted = canvas;
  return [canvas, h("slot")];
}

function leave() {
  return h("footer", {}, h("button", { "aria-label": "Leave" }, "Leave"));
}

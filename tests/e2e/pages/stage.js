/**
 * Puts a call on the page: `stage.show("grid")` arranges people.
 * Streams stay the same through all layouts, as in a call: tiles are made anew, people are not.
 */
import { LAYOUTS, crowd } from "./layouts.js";
import { avatar, ownCamera, received, slides } from "./media.js";
import { PAGES } from "./platforms.js";

const HOSTS = {
  "meet.google.com": "meet",
  "app.zoom.us": "zoom",
  "teams.microsoft.com": "teams",
  "meet.jit.si": "jitsi",
};
const { build } = PAGES[HOSTS[location.hostname] ?? "rooms"];
const camera = await ownCamera();
const [remote, screen] = await Promise.all([received(camera), slides()]);
/** Of each person, by key. */
const streams = new Map([
  ["own", camera],
  ["preview", camera],
  ["share", screen],
]);

function streamOf(key) {
  if (!streams.has(key)) streams.set(key, remote.clone());
  return streams.get(key);
}

export const stage = {
  /** The layout now on the page. */
  layout: undefined,

  /** Arranges people: by a layout's name, or as a crowd of so many others. Resolves when their videos play. */
  async show(layout, options = {}) {
    this.layout = typeof layout === "number" ? crowd(layout) : LAYOUTS[layout];
    const parts = build({ ...this.layout, ...options });
    document.body.replaceChildren(...parts);
    for (const picture of document.querySelectorAll("img[id]")) avatar(picture.id);
    await Promise.all([...document.querySelectorAll("video[id]")].map((video) => this.play(video)));
    if (options.painted) paint(document.querySelector("main"));
  },

  async play(video) {
    video.muted = true;
    video.srcObject = streamOf(video.dataset.like ?? video.id);
    await video.play();
  },

  /** Gives people streams of their own, each sent and received by itself, instead of copies of one. */
  async separate(keys) {
    const own = await Promise.all(keys.map(() => received(camera)));
    for (const [at, key] of keys.entries()) streams.set(key, own[at]);
  },

  streamOf,
};
globalThis.stage = stage;

/** Paints all players on the one canvas behind them, as the WebAssembly client of Zoom does. */
function paint(main) {
  const { painted } = main;
  const film = Object.assign(document.createElement("video"), { muted: true, srcObject: remote });
  void film.play();
  const context = painted.getContext("2d");
  const draw = () => {
    if (!main.isConnected) return;
    painted.width = main.clientWidth;
    painted.height = main.clientHeight;
    const outer = main.getBoundingClientRect();
    for (const player of main.querySelectorAll("video-player:empty")) {
      const { left, top, width, height } = player.getBoundingClientRect();
      const scale = Math.max(width / film.videoWidth, height / film.videoHeight) || 1;
      const [cut, high] = [width / scale, height / scale];
      const at = [(film.videoWidth - cut) / 2, (film.videoHeight - high) / 2];
      context.drawImage(film, ...at, cut, high, left - outer.left, top - outer.top, width, height);
    }
    requestAnimationFrame(draw);
  };
  draw();
}

// A call in a frame is asked for by the page around it.
await stage.show(new URLSearchParams(parent.location.search).get("layout") ?? "all");
document.title += ": ready";

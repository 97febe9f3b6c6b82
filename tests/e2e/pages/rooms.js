/** A page of nobody's in particular: videos, and nothing that says whose. */
import { h, video } from "./h.js";

export function build({ mode, people }) {
  if (mode === "lobby") return [h("main", {}, video("preview"))];
  const shown = people.filter(({ kind }) => kind !== "camera_off");
  return [h(`main.${mode}`, {}, ...shown.map(({ key }) => h("div.tile", {}, video(key))))];
}

/** Google Meet. Selectors as seen in public captures from March to September 2026. */
import { bound, isLocal, isPlaying, originOf, playingVideo, trackOf } from "./media";
import { asName, findName } from "./names";
import type { Platform, Tile } from "./tile";

const PARTICIPANT = "data-participant-id";
const MEDIA = "data-tile-media-id";
const SELECTORS = {
  tile: `[${PARTICIPANT}]`,
  /** A row of the people pane carries the id of its participant too, but none of these. */
  proof: [`[${MEDIA}]`, "[data-requested-participant-id]", ":has(video)"],
  name: ["span.notranslate"],
  /** Its label reads "Pin NAME to your main screen". */
  pin: "[aria-label^='Pin ']",
  avatar: "img",
  icon: "i",
  row: "[role='listitem']",
} as const;

/** Signs of one's own tile, best first; a sign that several people's tiles carry has lost its meaning. */
const SELF: readonly ((tile: Element) => boolean)[] = [
  (tile) => hasWithin(tile, "[jsname='nsKqzb'],[jsname='Ac69Jc']"),
  (tile) => [...tile.querySelectorAll(SELECTORS.icon)].some((i) => /^(frame_person|visual_effects)$/.test(text(i))),
  (tile) => hasWithin(tile, "[aria-label*='Backgrounds and effects' i]"),
  (tile) => hasWithin(tile, "[data-self-name]"),
];
const ICON_LIGATURE = /^[a-z0-9_]+$/;

export const meet: Platform = {
  name: "meet",
  corner: "left",
  workers: ["frame"],
  matches: ({ location }) => location.hostname === "meet.google.com",
  // The lobby has a Leave button and a preview too: other people's videos are what it lacks.
  inCall: (document) => [...document.querySelectorAll("video")].filter(isPlaying).some((video) => !isLocal(video)),
  find(document) {
    const tiles = candidates(document);
    const shares = new Set(tiles.filter((tile) => isShare(tile, tiles, document)));
    const cameras = tiles.filter((tile) => !shares.has(tile));
    const signed = SELF.map((sign) => new Set(cameras.filter(sign).map(idOf)));
    const [own] = signed.find((ids) => ids.size === 1) ?? [];
    return tiles.flatMap((tile) => {
      const share = shares.has(tile);
      return describe(tile, share, !share && idOf(tile) === own) ?? [];
    });
  },
};

function candidates(document: Document): HTMLElement[] {
  const all = [...document.querySelectorAll<HTMLElement>(SELECTORS.tile)];
  return all.filter(
    (tile) =>
      SELECTORS.proof.some((proof) => tile.matches(proof)) &&
      !tile.closest(SELECTORS.row) &&
      !tile.parentElement?.closest(SELECTORS.tile),
  );
}

/** A person's camera and their screen are two tiles, which may share the participant. */
function idOf(tile: Element): string {
  const participant = tile.getAttribute(PARTICIPANT) ?? "";
  const media = tile.getAttribute(MEDIA);
  return media && media !== participant ? `${participant} ${media}` : participant;
}

function isShare(tile: HTMLElement, tiles: HTMLElement[], document: Document): boolean {
  const participant = tile.getAttribute(PARTICIPANT);
  const media = tile.getAttribute(MEDIA);
  if (media !== null && media !== participant) return true;
  // Seen once: share tiles without a media id, beside camera tiles that have one.
  if (media === null && tiles.some((other) => other.hasAttribute(MEDIA))) return true;
  const track = trackOf(playingVideo(tile));
  if (track && originOf(track) === "screen") return true;
  const rows = document.querySelectorAll(`${SELECTORS.row}[${PARTICIPANT}="${CSS.escape(participant ?? "")}"]`);
  return [...rows].some((row) => /presentation/i.test(text(row)));
}

function describe(tile: HTMLElement, share: boolean, own: boolean): Tile | undefined {
  const id = idOf(tile);
  const video = playingVideo(tile);
  if (!video && !tile.querySelector(SELECTORS.avatar)) return undefined;
  const name = findName(tile, SELECTORS.name, nameOf) ?? nameOfPin(tile);
  const self = own || (video !== null && isLocal(video));
  return {
    participant: id,
    ...(name && { name }),
    kind: share ? "screen_share" : self ? "self" : video ? "camera" : "camera_off",
    element: tile,
    source: video,
    identity: () => bound(video && !tile.contains(video) ? null : idOf(tile), video),
  };
}

function nameOf(value: string | null | undefined): string | undefined {
  const name = asName(value);
  return name && ICON_LIGATURE.test(name) ? undefined : name;
}

function nameOfPin(tile: Element): string | undefined {
  const label = tile.querySelector(SELECTORS.pin)?.getAttribute("aria-label");
  return nameOf(label?.match(/^Pin (.+) to your main screen$/)?.[1]);
}

function hasWithin(tile: Element, selector: string): boolean {
  return tile.matches(selector) || tile.querySelector(selector) !== null;
}

function text(element: Element): string {
  return element.textContent?.trim() ?? "";
}

/** Google Meet. Selectors as seen in public captures from March to September 2026. */
import { bound, hostOf, isLocal, originOf, playingVideo, showsOthers, trackOf } from "./media";
import { asName, findName } from "./names";
import { firstFound, holds } from "./strategies";
import type { Platform, Strategy, Tile } from "./tile";

const PARTICIPANT = "data-participant-id";
const REQUESTED = "data-requested-participant-id";
const MEDIA = "data-tile-media-id";
/** Attributes that carry a participant's id, best first: a page that drops one may keep another. */
const IDS = [PARTICIPANT, REQUESTED, MEDIA];
const STRATEGIES = {
  tile: [
    { selector: `[${PARTICIPANT}]`, expect: [2, 400] },
    { selector: `[${REQUESTED}]`, expect: [1, 100] },
    { selector: `[${MEDIA}]`, expect: [1, 100] },
  ],
  name: [{ selector: "span.notranslate", expect: [1, 400] }],
  /** Its label reads "Pin NAME to your main screen". */
  pin: [{ selector: "[aria-label^='Pin ']", expect: [0, 100] }],
  /** Signs of one's own tile; one that several people's tiles carry has lost its meaning. */
  self: [
    { selector: "[jsname='nsKqzb'],[jsname='Ac69Jc']", expect: [1, 4] },
    { selector: "[aria-label*='Backgrounds and effects' i]", expect: [0, 3] },
    { selector: "[data-self-name]", expect: [0, 2] },
  ],
  avatar: [{ selector: "img", expect: [0, 400] }],
} as const satisfies Record<string, readonly Strategy[]>;
/** A row of the people pane carries the id of its participant too, but none of these. */
const PROOF = [`[${MEDIA}]`, `[${REQUESTED}]`, ":has(video)"];
const ROW = "[role='listitem']";
const ICON = "i";

/** Icons are spelt out: the sign of one's own tile that no selector can express. */
const hasOwnIcon = (tile: Element) =>
  [...tile.querySelectorAll(ICON)].some((icon) => /^(frame_person|visual_effects)$/.test(text(icon)));
const SELF: readonly ((tile: Element) => boolean)[] = [
  (tile) => holds(tile, [STRATEGIES.self[0]]),
  hasOwnIcon,
  ...STRATEGIES.self.slice(1).map((way) => (tile: Element) => holds(tile, [way])),
];
const ICON_LIGATURE = /^[a-z0-9_]+$/;

export const meet: Platform = {
  name: "meet",
  corner: "top_left",
  strategies: STRATEGIES,
  workers: ["frame"],
  matches: () => hostOf() === "meet.google.com",
  // The lobby has a Leave button and a preview too: other people's videos are what it lacks.
  inCall: showsOthers,
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
  return firstFound<HTMLElement>(
    document,
    STRATEGIES.tile,
    (tile) =>
      PROOF.some((proof) => tile.matches(proof)) &&
      !tile.closest(ROW) &&
      !STRATEGIES.tile.some(({ selector }) => tile.parentElement?.closest(selector)),
  );
}

/** A person's camera and their screen are two tiles, which may share the participant. */
function idOf(tile: Element): string {
  const participant = participantOf(tile);
  const media = tile.getAttribute(MEDIA);
  return media && media !== participant ? `${participant} ${media}` : participant;
}

function participantOf(tile: Element): string {
  return IDS.map((name) => tile.getAttribute(name)).find(Boolean) ?? "";
}

function isShare(tile: HTMLElement, tiles: HTMLElement[], document: Document): boolean {
  const participant = participantOf(tile);
  const media = tile.getAttribute(MEDIA);
  if (media !== null && media !== participant) return true;
  // Seen once: share tiles without a media id, beside camera tiles that have one.
  if (media === null && tiles.some((other) => other.hasAttribute(MEDIA))) return true;
  const track = trackOf(playingVideo(tile));
  if (track && originOf(track) === "screen") return true;
  const rows = document.querySelectorAll(`${ROW}[${PARTICIPANT}="${CSS.escape(participant)}"]`);
  return [...rows].some((row) => /presentation/i.test(text(row)));
}

function describe(tile: HTMLElement, share: boolean, own: boolean): Tile | undefined {
  const id = idOf(tile);
  const video = playingVideo(tile);
  if (!video && !holds(tile, STRATEGIES.avatar)) return undefined;
  const name = findName(tile, STRATEGIES.name, nameOf) ?? nameOfPin(tile);
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
  const label = tile.querySelector(STRATEGIES.pin[0].selector)?.getAttribute("aria-label");
  return nameOf(label?.match(/^Pin (.+) to your main screen$/)?.[1]);
}

function text(element: Element): string {
  return element.textContent?.trim() ?? "";
}

/** Small pictures of the faces that raised suspicion, made from the frames on their way; only if the user wants them. */
import type { Still } from "../shared/history";
import type { Box, Frame, VerdictItem } from "../shared/protocol";

const SIDE_PX = 96;
/** What is shown around a face, as a share of its size. */
const MARGIN = 0.35;
const QUALITY = 0.8;

/** Whether this look is worth keeping: of somebody under suspicion, the first and those that spoke most for fake. */
export function isTelling(item: VerdictItem, isFirst: boolean): boolean {
  const suspected = item.label === "suspect" || item.label === "likely_fake";
  return suspected && !item.dropped && !item.error && (isFirst || isStrongest(item));
}

function isStrongest({ basis: { strongest }, captured_at }: VerdictItem): boolean {
  return strongest !== undefined && Math.abs(strongest.captured_at - captured_at) <= 1;
}

/** The square around the face, within the picture; all of it where no face is known. */
export function around(box: Box | undefined, width: number, height: number): Box {
  if (!box) return [0, 0, width, height];
  const [x, y, w, h] = box;
  const side = Math.min(Math.max(w, h) * (1 + 2 * MARGIN), width, height);
  const left = Math.min(Math.max(0, x + w / 2 - side / 2), width - side);
  const top = Math.min(Math.max(0, y + h / 2 - side / 2), height - side);
  return [left, top, side, side];
}

export async function makeStill({ jpeg }: Frame, item: VerdictItem): Promise<Still> {
  const { box, basis, captured_at } = item;
  const bytes = Uint8Array.from(atob(jpeg), (byte) => byte.charCodeAt(0));
  const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  const canvas = new OffscreenCanvas(SIDE_PX, SIDE_PX);
  const context = canvas.getContext("2d");
  context?.drawImage(picture, ...around(box, picture.width, picture.height), 0, 0, SIDE_PX, SIDE_PX);
  picture.close();
  const small = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  const codes = new Uint8Array(await small.arrayBuffer());
  return {
    at: captured_at,
    score: (isStrongest(item) ? basis.strongest?.score : item.score) ?? 0,
    jpeg: btoa(Array.from(codes, (code) => String.fromCharCode(code)).join("")),
  };
}

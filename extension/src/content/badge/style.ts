/** How badges look: dark glass over any picture, one shape and one colour a label. */
import { COLOURS } from "../../shared/marks";
import { LABELS } from "../../shared/vocabulary";
import { CARD_STYLE } from "./card_style";
import { LINES } from "./look";

const colours = LABELS.map((label) => `[data-label="${label}"] .mark { color: ${COLOURS[label].dark} }`).join("\n");
const sizes = LINES.map(
  (line, size) => `[data-size="${size}"] { --line: ${line}px; --text: ${Math.round(line * 6.6) / 10}px }`,
).join("\n");

/** `.by-script` marks badges that a script keeps in place, where the browser cannot anchor them. */
export const STYLE = `
.badge {
  --inset: calc(var(--line) / 3); --line: 18px; --text: 12px;
  position: fixed; inset: auto; margin: 0; padding: 0; border: 0; overflow: visible;
  width: max-content; max-width: max(var(--line) + 10px, calc(anchor-size(width, 320px) - 2 * var(--inset)));
  position-anchor: auto; position-visibility: anchors-visible;
  background: none; color: #fff; pointer-events: none; user-select: none;
  font: 500 var(--text)/var(--line) system-ui, sans-serif; letter-spacing: .01em; text-align: start;
}
.top { top: calc(anchor(top) + var(--inset)) }
.bottom { bottom: calc(anchor(bottom) + var(--inset)) }
.left { left: calc(anchor(left) + var(--inset)) }
.right { right: calc(anchor(right) + var(--inset)) }
.by-script { inset: 0 auto auto 0; max-width: var(--room); translate: var(--x) var(--y) }
.by-script.right { translate: calc(var(--x) - 100%) var(--y) }
.by-script.bottom { translate: var(--x) calc(var(--y) - 100%) }
.by-script.bottom.right { translate: calc(var(--x) - 100%) calc(var(--y) - 100%) }
${sizes}
[data-size="0"] { letter-spacing: 0 }

.pill {
  position: relative; display: flex; align-items: flex-start; box-sizing: border-box; width: max-content; max-width: 100%;
  border-radius: calc(var(--line) / 2 + 2px); padding: 2px; overflow: hidden;
  background: rgb(17 20 26 / .8); box-shadow: 0 0 0 1px rgb(255 255 255 / .16), 0 1px 4px rgb(0 0 0 / .3);
  transition: background-color .2s, opacity .2s;
}
[data-size="0"] .pill { padding: 1px }
.right .pill { margin-inline-start: auto }
.mark {
  all: unset; flex: none; display: grid; width: var(--line); height: var(--line); border-radius: 50%;
  pointer-events: auto; cursor: default;
}
/* The words are the button's too; and a finger needs more than the eye. */
.mark::after { content: ""; position: absolute; inset: 0 }
@media (pointer: coarse) { .mark::after { inset: -6px } .pill { overflow: visible } }
.mark svg { display: block; width: 100%; height: 100%; scale: .84 }
.mark:focus-visible { outline: 2px solid #8ab4ff; outline-offset: -1px }
/* What has no room in the line wraps out of sight. */
.words {
  margin: 0; padding-inline: .3em .6em; height: var(--line); display: flex; flex-wrap: wrap; overflow: hidden; min-width: 0;
}
.title, .addition { white-space: pre; overflow: hidden; text-overflow: ellipsis; max-width: 100% }
.addition { opacity: .8; font-weight: 400 }
.narrow .addition { display: none }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
${colours}
[data-label="suspect"] .pill { background: rgb(66 42 0 / .86); box-shadow: 0 0 0 1px rgb(242 184 75 / .55), 0 1px 4px rgb(0 0 0 / .3) }
[data-label="likely_fake"] .pill { background: rgb(150 24 18 / .94); box-shadow: 0 0 0 1px rgb(255 255 255 / .45), 0 1px 6px rgb(0 0 0 / .4) }
[data-label="likely_fake"] .mark { color: #fff }
[data-reason="host_lost"] .pill { box-shadow: 0 0 0 1px rgb(255 255 255 / .4), 0 1px 4px rgb(0 0 0 / .3) }

.quiet .pill { opacity: .6 }
.quiet:is(:hover, :focus-within) .pill { opacity: 1 }
.quiet:not(:hover, :focus-within) .words { position: absolute; width: 1px; height: 1px; padding: 0; clip-path: inset(50%) }
${CARD_STYLE}
@media (prefers-contrast: more) {
  .badge .pill { background: #000; box-shadow: 0 0 0 2px #fff }
  .badge.quiet .pill, .addition { opacity: 1 }
}
@media (forced-colors: active) {
  .pill { background: Canvas; color: CanvasText; border: 1px solid CanvasText }
  .badge .mark { color: CanvasText; forced-color-adjust: none }
  .quiet .pill { opacity: 1 }
}
@media (prefers-reduced-motion: reduce) { .pill, .card { transition: none; animation: none } }
`;

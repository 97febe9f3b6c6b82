/** How badges look: dark glass over any picture, one shape and one colour a label. */
import { COLOURS } from "../../shared/marks";
import { LABELS } from "../../shared/vocabulary";

const colours = LABELS.map((label) => `[data-label="${label}"] .mark { color: ${COLOURS[label].dark} }`).join("\n");

/** `.by-script` marks badges that a script keeps in place, where the browser cannot anchor them. */
export const STYLE = `
.badge {
  --inset: 6px;
  position: fixed; inset: auto; margin: 0; padding: 0; border: 0; overflow: visible;
  width: max-content; max-width: max(28px, calc(anchor-size(width, 320px) - 2 * var(--inset)));
  position-anchor: auto; position-visibility: anchors-visible;
  top: calc(anchor(top) + var(--inset));
  background: none; color: #fff; pointer-events: none; user-select: none;
  font: 500 12px/18px system-ui, sans-serif; letter-spacing: .01em; text-align: start; direction: ltr;
}
.left { left: calc(anchor(left) + var(--inset)) }
.right { right: calc(anchor(right) + var(--inset)) }
.by-script { top: 0; left: 0; right: auto; max-width: var(--room); translate: var(--x) var(--y) }
.by-script.right { translate: calc(var(--x) - 100%) var(--y) }
.small { --inset: 4px; font-size: 10.5px; line-height: 16px; letter-spacing: 0 }

.large { --inset: 10px; font-size: 14px; line-height: 22px }

.pill {
  display: flex; align-items: flex-start; box-sizing: border-box; width: max-content; max-width: 100%;
  border-radius: 14px; padding: 2px; overflow: hidden;
  background: rgb(17 20 26 / .8); box-shadow: 0 0 0 1px rgb(255 255 255 / .16), 0 1px 4px rgb(0 0 0 / .3);
  transition: background-color .2s, opacity .2s;
}
.small .pill { padding: 1px }
.mark {
  all: unset; flex: none; display: grid; width: 18px; height: 18px; border-radius: 50%;
  pointer-events: auto; cursor: default;
}
.small .mark { width: 16px; height: 16px }
.large .mark { width: 22px; height: 22px }
.mark svg { display: block; width: 100%; height: 100%; scale: .84 }
.mark:focus-visible { outline: 2px solid #8ab4ff; outline-offset: -1px }
/* What has no room in the line wraps out of sight. */
.words { margin: 0; padding-inline: 4px 7px; height: 18px; display: flex; flex-wrap: wrap; overflow: hidden; min-width: 0 }
.small .words { height: 16px; padding-inline: 3px 5px }
.large .words { height: 22px; padding-inline: 5px 9px }
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

.explanation {
  display: none; position: absolute; inset-inline-start: 0; top: calc(100% + 4px); box-sizing: border-box;
  width: max-content; max-width: min(260px, 90vw); padding: 6px 9px; border-radius: 8px;
  background: rgb(17 20 26 / .94); box-shadow: 0 0 0 1px rgb(255 255 255 / .16), 0 2px 8px rgb(0 0 0 / .35);
  font: 400 12px/1.4 system-ui, sans-serif; white-space: normal; text-wrap: pretty; translate: var(--shift, 0) 0;
}
.right .explanation { inset-inline: auto 0 }
.open .explanation { display: block }

@media (prefers-contrast: more) {
  .badge .pill, .explanation { background: #000; box-shadow: 0 0 0 2px #fff }
  .badge.quiet .pill, .addition { opacity: 1 }
}
@media (forced-colors: active) {
  .pill, .explanation { background: Canvas; color: CanvasText; border: 1px solid CanvasText }
  .badge .mark { color: CanvasText }
  .quiet .pill { opacity: 1 }
}
@media (prefers-reduced-motion: reduce) { .pill { transition: none } }
`;

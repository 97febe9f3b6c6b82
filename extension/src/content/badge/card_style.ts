/** How a badge's card looks: a sheet in the system's own brightness, calm enough to be read in a call. */
import { COLOURS } from "../../shared/marks";
import { LABELS } from "../../shared/vocabulary";

const colours = LABELS.map(
  (label) => `.card[data-label="${label}"] { --label: light-dark(${COLOURS[label].light}, ${COLOURS[label].dark}) }`,
).join("\n");

export const CARD_STYLE = `
.card {
  --surface: light-dark(#fff, #16181d); --raised: light-dark(#f5f6fa, #1f232b); --edge: light-dark(#dfe3ec, #323844);
  --ink: light-dark(#1a1d24, #eceef3); --soft: light-dark(#596273, #a9b2c0); --accent: light-dark(#3a4fc4, #a3b4ff);
  color-scheme: light dark;
  position: fixed; inset: auto; margin: 0; box-sizing: border-box; width: min(304px, calc(100vw - 16px)); padding: 16px;
  overflow: hidden auto; overscroll-behavior: contain; scrollbar-width: thin;
  border: 1px solid var(--edge); border-radius: 14px; background: var(--surface); color: var(--ink);
  box-shadow: 0 8px 28px rgb(0 0 0 / .28), 0 1px 3px rgb(0 0 0 / .2);
  font: 400 13px/1.45 system-ui, sans-serif; letter-spacing: 0; text-align: start; white-space: normal; text-wrap: pretty;
  pointer-events: auto; user-select: text; cursor: auto; animation: veritile-open .12s ease-out;
}
@keyframes veritile-open { from { opacity: 0; translate: 0 -3px } }
${colours}
.card [hidden] { display: none }
.card :is(p, ul, figure, h2) { margin: 0 }
.head { display: flex; align-items: center; gap: 10px; margin-bottom: 10px }
.head svg { flex: none; width: 26px; height: 26px; color: var(--label) }
.heading { display: grid; min-width: 0 }
.verdict { font-size: 15px; line-height: 1.3; font-weight: 650; color: var(--label) }
.who { color: var(--soft); font-size: 12.5px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.card .basis { margin-top: 4px; color: var(--soft); font-size: 12.5px }
.card .evidence { margin-top: 14px; padding: 10px 12px 8px; border-radius: 10px; background: var(--raised) }
.caption, .axis { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 8px; font-size: 12px; color: var(--soft) }
.caption span { white-space: nowrap }
.caption .what { color: var(--ink); font-weight: 550 }
.sparkline { display: block; width: 100%; height: 44px; margin: 6px 0 2px; color: var(--label); overflow: visible }
.card:dir(rtl) .sparkline { scale: -1 1 }
.sparkline .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; stroke-linecap: round }
.sparkline .area { fill: currentColor; opacity: .14; stroke: none }
.sparkline .end { fill: currentColor; stroke: var(--raised); stroke-width: 1.5 }
.sparkline .alarm { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 3 3 }
.card .why {
  display: block; width: max-content; max-width: 100%; min-height: 24px; margin-top: 6px; padding: 2px 0; border: 0; background: none;
  font-size: 12.5px; text-align: start; text-decoration: underline; text-underline-offset: 2px;
}
.card .why[hidden] { display: none }
.card .heat { margin-top: 10px; color: var(--soft); font-size: 12px }
.heat .map { width: 100%; height: auto; margin-bottom: 6px; border-radius: 10px; vertical-align: top }
.advice { margin-top: 14px }
.card .todo { font-size: 12.5px; font-weight: 650 }
.card .steps { padding: 0; list-style: none; margin-top: 4px; display: grid; gap: 6px }
.step { position: relative; padding-inline-start: 14px }
.step::before { content: ""; position: absolute; inset-inline-start: 2px; top: .58em; width: 5px; height: 5px; border-radius: 50%; background: var(--label) }
.foot { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 16px }
.act {
  all: unset; box-sizing: border-box; flex: 1 0 auto; min-height: 32px; padding: 5px 12px; border-radius: 8px;
  border: 1px solid var(--edge); background: var(--surface); color: var(--accent);
  font-weight: 550; text-align: center; cursor: pointer;
}
.act:hover { background: var(--raised) }
/* What settles it, before what explains it. */
.foot .act:first-child, .foot .act:first-child:hover { background: var(--accent); border-color: var(--accent); color: var(--surface) }
.act:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.card .hint { margin-top: 8px; color: var(--soft); font-size: 12px }
@media (prefers-contrast: more) { .card { --soft: var(--ink); --edge: var(--ink) } }
@media (forced-colors: active) {
  .card.card { --label: CanvasText; --soft: CanvasText; --edge: CanvasText; --raised: Canvas; --accent: LinkText }
  .evidence { border: 1px solid CanvasText }
  .step::before { background: CanvasText; forced-color-adjust: none }
}
`;

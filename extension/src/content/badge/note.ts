/** A word of the script's own on the page, where there is no tile to put a badge on: it can be put away. */

import { text } from "../../shared/i18n";
import { page } from "../page";
import { create } from "./elements";

const STYLE = `
.note {
  position: fixed; inset: 12px auto auto 50%; translate: -50% 0; margin: 0; box-sizing: border-box;
  width: max-content; max-width: min(460px, calc(100vw - 24px)); padding: 10px 10px 10px 16px; border: 0; border-radius: 12px;
  display: flex; align-items: flex-start; gap: 12px; color: #fff; background: rgb(17 20 26 / .94);
  box-shadow: 0 0 0 1px rgb(255 255 255 / .18), 0 6px 20px rgb(0 0 0 / .35);
  font: 400 13px/1.45 system-ui, sans-serif; text-align: start; text-wrap: pretty;
}
.note:dir(rtl) { padding: 10px 16px 10px 10px }
.said { margin: 4px 0 }
.away { all: unset; flex: none; box-sizing: border-box; min-height: 28px; padding: 4px 10px; border-radius: 8px; font-weight: 600; color: #a3b4ff; cursor: pointer }
.away:hover { background: rgb(255 255 255 / .1) }
.away:focus-visible { outline: 2px solid #8ab4ff }
@media (prefers-contrast: more) { .note { background: #000; box-shadow: 0 0 0 2px #fff } }
@media (forced-colors: active) { .note { background: Canvas; color: CanvasText; border: 1px solid CanvasText } .away { color: LinkText } }
`;

export class Note {
  #host: HTMLElement | undefined;

  /** Says it until `clear`, or until the user has read it. */
  say(words: string, rtl: boolean): void {
    this.clear();
    const host = page.createElement("veritile-note");
    this.#host = host;
    host.style.cssText = "all:initial;position:fixed;width:0;height:0";
    const root = host.attachShadow({ mode: "closed" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    const note = create("div", "note");
    note.popover = "manual";
    note.dir = rtl ? "rtl" : "ltr";
    note.dataset.veritile = "note";
    const said = create("p", "said");
    said.role = "status";
    const away = create("button", "away");
    away.type = "button";
    away.textContent = text("note_dismiss");
    away.addEventListener("click", (event) => {
      event.stopPropagation();
      this.clear();
    });
    note.append(said, away);
    root.append(note);
    page.documentElement.append(host);
    note.showPopover();
    // Once it is there, so that screen readers hear a change.
    said.textContent = words;
    note.ariaLabel = words;
  }

  clear(): void {
    this.#host?.remove();
    this.#host = undefined;
  }
}

/** Calls of other days, as the host's log has them: who was in them, the worst that was said, and each as a file. */
import type { FromPanel, ToPanel } from "../shared/channel";
import { text } from "../shared/i18n";
import { button, element, mark, replace } from "../shared/page/dom";
import type { LoggedCall } from "../shared/protocol";
import { FORMATS, nameOf, save } from "./export";
import { date, platformOf } from "./report";

type FromLog = Extract<ToPanel, { kind: "earlier" | "document" | "trouble" }>;

export class Earlier {
  private readonly note: HTMLElement;
  private readonly list: HTMLElement;
  private calls: LoggedCall[] = [];
  private allowed = false;

  /** @param details asks for the calls whenever it is opened */
  constructor(
    private readonly details: HTMLDetailsElement,
    private readonly send: (message: FromPanel) => void,
  ) {
    this.note = details.querySelector("p") ?? element("p");
    this.list = details.querySelector("ul") ?? element("ul");
    details.addEventListener("toggle", () => {
      if (!details.open) return;
      this.note.textContent = text("panel_earlier_wait");
      send({ kind: "earlier" });
    });
  }

  /** Whether calls may be saved. */
  allow(allowed: boolean): void {
    this.allowed = allowed;
    this.render();
  }

  show(message: FromLog): void {
    if (message.kind === "trouble") this.note.textContent = message.text;
    else if (message.kind === "document") this.save(message);
    else {
      this.calls = message.calls;
      const words = message.more ? "panel_earlier_more" : message.calls.length ? null : "panel_earlier_none";
      this.note.textContent = words && text(words);
      this.render();
    }
  }

  private render(): void {
    if (!this.details.open) return;
    replace(this.list, { calls: this.calls, allowed: this.allowed }, () => this.calls.map((call) => this.call(call)));
  }

  private call(call: LoggedCall): HTMLLIElement {
    const when = date(call.opened_at);
    const people = call.participants.map(({ name, label, worst = label }) =>
      element(
        "span",
        { "data-label": worst, title: text(`label_${worst}`) },
        mark(worst, text(`label_${worst}`)),
        name ?? text("popup_someone"),
      ),
    );
    const saves = FORMATS.map((format) =>
      button(
        nameOf(format),
        { class: "link", disabled: !this.allowed, "aria-label": text("panel_save_spoken", when, nameOf(format)) },
        () => this.send({ kind: "fetch", session: call.session, format }),
      ),
    );
    return element(
      "li",
      {},
      element("h2", {}, `${platformOf(call)} · ${when}`),
      element("p", { class: "with" }, ...people),
      element("p", { class: "save" }, ...saves),
    );
  }

  private save({ session, format, data }: Extract<FromLog, { kind: "document" }>): void {
    const call = this.calls.find((known) => known.session === session);
    if (call) save(data, call.platform, call.opened_at, format);
  }
}

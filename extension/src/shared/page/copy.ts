/** A button that puts text on the clipboard, and says so. */
import { text } from "../i18n";
import { button } from "./dom";

/** @param spoken what a screen reader says of it, where `label` alone does not tell */
export function copyButton(label: string, spoken: string, content: () => string, look = ""): HTMLButtonElement {
  const copy = button(label, { "aria-label": spoken, class: look }, () => {
    const copied = () => {
      copy.textContent = text("popup_copied");
      copy.setAttribute("aria-label", text("popup_copied"));
    };
    // A browser that keeps the clipboard shut leaves selecting by hand.
    navigator.clipboard.writeText(content()).then(copied, () => {});
  });
  return copy;
}

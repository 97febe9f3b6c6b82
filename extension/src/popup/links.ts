/** Where the popup leads: the timeline, a challenge for somebody, the options, and a report for whoever helps. */
import type { CheckSomebody, Snapshot } from "../shared/channel";
import { text } from "../shared/i18n";
import { copyButton } from "../shared/page/copy";
import { diagnostics } from "../shared/page/diagnostics";
import { button } from "../shared/page/dom";

export function links(tab: () => number | undefined, snapshot: () => Snapshot | undefined): HTMLButtonElement[] {
  const { version } = chrome.runtime.getManifest();
  const timeline = button(text("popup_timeline"), { class: "link" }, () => {
    const tabId = tab();
    // The browser opens it only while it handles the click.
    if (tabId !== undefined) void chrome.sidePanel.open({ tabId }).then(close, () => {});
  });
  const check = button(text("challenge_somebody"), { class: "link" }, () => {
    const tabId = tab();
    if (tabId === undefined) return;
    const message: CheckSomebody = { kind: "check_somebody" };
    void Promise.all([chrome.sidePanel.open({ tabId }), chrome.runtime.sendMessage(message)]).then(close, () => {});
  });
  const options = button(text("popup_options"), { class: "link" }, () => void chrome.runtime.openOptionsPage());
  const report = () => {
    const latest = snapshot();
    return latest ? diagnostics(latest, version, navigator.userAgent) : "";
  };
  const copy = copyButton(text("page_diagnostics"), text("page_diagnostics_spoken"), report, "link");
  return [timeline, check, options, copy];
}

/** What to do about each failure of the host. */
import type { HostFailure } from "../channel";
import { text } from "../i18n";
import { copyButton } from "./copy";
import { button, element } from "./dom";

// Absent where these words are read outside a browser.
const windows = /^Win/.test(globalThis.navigator?.platform ?? "");
const INSTALL = windows ? "py scripts\\install.py" : "python3 scripts/install.py";
/** Where the installer puts it: few people have it on their PATH. */
const DOCTOR = windows ? ".venv\\Scripts\\veritile doctor" : ".venv/bin/veritile doctor";

/** The command that helps, or null where only the browser's own settings do. */
export const COMMANDS: Readonly<Record<HostFailure, string | null>> = {
  not_installed: INSTALL,
  forbidden: INSTALL,
  too_old: INSTALL,
  exited: DOCTOR,
  garbled: DOCTOR,
  unresponsive: DOCTOR,
  model_failed: DOCTOR,
  gave_up: DOCTOR,
  permission_missing: null,
};

/** A card that says what is wrong and what to do now. */
export function remedy(failure: HostFailure, detail: string | undefined, retry: () => void): Node[] {
  const command = COMMANDS[failure];
  const hint = text(`host_${failure}_hint`);
  return [
    element("h2", {}, text(`host_${failure}_title`)),
    element("p", {}, text(`host_${failure}_text`)),
    ...(command ? [commandLine(command)] : []),
    ...(hint ? [element("p", { class: "quiet" }, hint)] : []),
    ...(detail ? [element("p", { class: "quiet" }, text("popup_detail", detail))] : []),
    button(text("popup_retry"), { class: "primary" }, retry),
  ];
}

function commandLine(command: string): HTMLElement {
  const copy = copyButton(text("popup_copy"), text("popup_copy_command", command), () => command);
  return element("div", { class: "command" }, element("code", { dir: "ltr" }, command), copy);
}

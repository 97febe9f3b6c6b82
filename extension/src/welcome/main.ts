/** The first-run page: what Veritile does and cannot do, whom it concerns, whether it works, and a try. */
import type { Snapshot } from "../shared/channel";
import { text } from "../shared/i18n";
import { Connection } from "../shared/page/connection";
import { copyButton } from "../shared/page/copy";
import { button, element, find, mark } from "../shared/page/dom";
import { showHost } from "../shared/page/host";
import { speak } from "../shared/page/start";
import { PRESCRIBED_KEY } from "../shared/settings";
import { LABELS } from "../shared/vocabulary";
import { type Subject, Tryout } from "./tryout";

const ask = find("#ask", HTMLElement);
const yes = find("#yes", HTMLButtonElement);
const answered = find("#answered", HTMLElement);
const enabledText = find("#enabled-text", HTMLElement);
const enabledSwitch = find("#enabled", HTMLInputElement);
const hostLine = find("#host", HTMLElement);
const checkText = find("#check-text", HTMLElement);
const remedyCard = find("#remedy", HTMLElement);
const stage = find("#stage", HTMLElement);
const note = find("#try-note", HTMLElement);
const tryout = new Tryout(find("#tile", HTMLVideoElement));

await speak();
document.title = text("welcome_page_title");
const connection = new Connection(render);
/** Unknown until the service worker has spoken. */
let on: boolean | undefined;

type Known = Pick<Snapshot, "consented" | "enabled" | "locked" | "host">;

/** What is so in every browser into which Veritile has just been installed, unless an organisation prescribes otherwise. */
const NEW: Known = { consented: false, enabled: false, locked: [], host: { status: "off" } };

function render(snapshot: Known): void {
  const { consented, enabled, locked, host } = snapshot;
  enabledSwitch.checked = enabled;
  const isAnswer = consented && document.activeElement === yes;
  ask.hidden = consented;
  answered.hidden = !consented;
  enabledText.textContent = text(locked.includes("consented") ? "welcome_locked_text" : "welcome_enabled_text");
  // The button is gone, and with it the focus.
  if (isAnswer) enabledSwitch.focus();
  if (on !== enabled) {
    on = enabled;
    end();
    note.textContent = enabled ? "" : text("welcome_try_off");
    for (const subject of subjects) subject.disabled = !enabled;
  }
  const failed = showHost(snapshot, hostLine, remedyCard, () => connection.send({ kind: "retry" }));
  const state = !enabled ? "off" : failed ? "failed" : host.status === "ready" ? "ready" : "wait";
  checkText.textContent = text(`welcome_check_${state}`);
}

/** The page's own tile gets its badge from the script that calls get theirs from. */
function judgeHere(): void {
  if (!document.querySelector("script[src='content.js']"))
    document.head.append(element("script", { src: "content.js" }));
}

async function begin(subject: Subject): Promise<void> {
  note.textContent = "";
  stage.hidden = false;
  try {
    await tryout.start(subject);
    judgeHere();
    note.textContent = text("welcome_try_wait");
    stop.hidden = false;
  } catch {
    end();
    note.textContent = text("welcome_try_no_camera");
  }
}

function end(): void {
  tryout.end();
  stage.hidden = true;
  stop.hidden = true;
  note.textContent = "";
}

const stop = button(text("welcome_try_stop"), { class: "plain", hidden: true }, end);
const subjects = [
  button(text("welcome_try_astronaut"), { class: "primary", disabled: true }, () => void begin("astronaut")),
  button(text("welcome_try_camera"), { class: "plain", disabled: true }, () => void begin("camera")),
];
find("#try-buttons", HTMLElement).append(...subjects, stop);
const sentence = text("welcome_sentence");
find("#sentence-copy", HTMLElement).append(
  copyButton(text("welcome_copy_sentence"), text("welcome_copy_sentence"), () => sentence, "plain"),
);
find("#next-buttons", HTMLElement).append(
  button(text("welcome_options"), { class: "plain" }, () => void chrome.runtime.openOptionsPage()),
);
find("#labels", HTMLElement).append(
  ...LABELS.map((label) =>
    element(
      "div",
      { "data-label": label },
      element("dt", { class: "label" }, mark(label), text(`label_${label}`)),
      element("dd", {}, text(`welcome_${label}`)),
    ),
  ),
);
yes.addEventListener("click", () => connection.send({ kind: "set", settings: { consented: true, enabled: true } }));
enabledSwitch.addEventListener("change", () =>
  connection.send({ kind: "set", settings: { enabled: enabledSwitch.checked } }),
);
// Just installed, the service worker waits seconds for the browser to tell what is prescribed; nobody else has to.
if (!((await chrome.storage.local.get(PRESCRIBED_KEY))[PRESCRIBED_KEY] || connection.latest)) render(NEW);
// Whoever was led here has the question before them; the words came after the browser had looked for its place.
if (location.hash === "#consent") find("#consent", HTMLElement).scrollIntoView();

/** The options page: every choice takes effect, and is remembered, as soon as it is made. */
import type { Snapshot } from "../shared/channel";
import { text } from "../shared/i18n";
import { budget, ownBudget } from "../shared/page/budget";
import { Connection } from "../shared/page/connection";
import { copyButton } from "../shared/page/copy";
import { diagnostics } from "../shared/page/diagnostics";
import { button, find, mark } from "../shared/page/dom";
import { showHost } from "../shared/page/host";
import { speak } from "../shared/page/start";
import type { Settings } from "../shared/settings";
import { Controls } from "./controls";
import { Sites, typedSite } from "./sites";

const SAVED_MS = 2_000;

const saved = find("#saved", HTMLElement);
const enabledText = find("#enabled-text", HTMLElement);
const hostLine = find("#host", HTMLElement);
const remedyCard = find("#remedy", HTMLElement);
const ownRow = find("#own-row", HTMLElement);
const ownText = find("#own-text", HTMLElement);
const budgetNote = find("#budget-note", HTMLElement);
const preview = find(".preview", HTMLElement);
const siteForm = find("#add-site", HTMLFormElement);
const siteField = find("#site", HTMLInputElement);
const siteError = find("#site-error", HTMLElement);
const { version } = chrome.runtime.getManifest();

await speak();
document.title = text("options_page_title");
find(".sample", HTMLElement).prepend(mark("likely_real"));
let quiet: ReturnType<typeof setTimeout> | undefined;

function change(settings: Partial<Settings>): void {
  connection.send({ kind: "set", settings });
  saved.textContent = text("options_saved");
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    saved.textContent = "";
  }, SAVED_MS);
}

const controls = new Controls(document, change);
const sites = new Sites(find("#sites", HTMLUListElement), change);
const connection = new Connection(render);

function render(snapshot: Snapshot): void {
  const { consented, sensitivity, alarmsPerHour, badgeSize, badgeCorner, host } = snapshot;
  controls.show(snapshot);
  sites.show(snapshot);
  showHost(snapshot, hostLine, remedyCard, () => connection.send({ kind: "retry" }));
  enabledText.textContent = text(consented ? "options_enabled_text" : "options_consent_text");
  ownRow.hidden = sensitivity !== "own";
  ownText.textContent = sensitivity === "own" ? ownBudget(alarmsPerHour) : text("options_own_text");
  // Only what the presets' own words do not say already.
  const open = text("popup_budget_open");
  budgetNote.hidden = !budget(sensitivity, alarmsPerHour, host).endsWith(open);
  budgetNote.textContent = open;
  Object.assign(preview.dataset, { size: badgeSize, corner: badgeCorner });
}

siteForm.addEventListener("submit", (event) => {
  event.preventDefault();
  const pattern = typedSite(siteField.value);
  siteError.textContent = pattern === null ? text("options_site_wrong") : "";
  if (pattern === null) return;
  chrome.permissions.request({ origins: [pattern] }).then(
    (granted) => {
      if (granted) siteForm.reset();
    },
    () => {
      siteError.textContent = text("options_site_wrong");
    },
  );
});

find("#actions", HTMLElement).append(
  button(text("options_welcome"), { class: "plain" }, () => void chrome.tabs.create({ url: "welcome.html" })),
  copyButton(
    text("page_diagnostics"),
    text("page_diagnostics_spoken"),
    () => (connection.latest ? diagnostics(connection.latest, version, navigator.userAgent) : ""),
    "plain",
  ),
);

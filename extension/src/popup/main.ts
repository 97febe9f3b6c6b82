/** The toolbar popup: shows the service worker's snapshots and passes on what the user chooses. */
import type { Snapshot } from "../shared/channel";
import { text } from "../shared/i18n";
import { budget } from "../shared/page/budget";
import { Connection } from "../shared/page/connection";
import { find, replace } from "../shared/page/dom";
import { showHost } from "../shared/page/host";
import { speak } from "../shared/page/start";
import type { Sensitivity } from "../shared/vocabulary";
import { links } from "./links";
import { fill, listed, people } from "./people";
import { currentSite, empty, keptFrom, type Site, takeBack } from "./site";

const enabledSwitch = find("#enabled", HTMLInputElement);
const hostLine = find("#host", HTMLElement);
const remedyCard = find("#remedy", HTMLElement);
const peopleCard = find("#people", HTMLElement);
const sensitivities = find("#sensitivity", HTMLFieldSetElement);
const sensitivityText = find("#sensitivity-text", HTMLElement);
const savingText = find("#saving", HTMLElement);

await speak();
const connection = new Connection(render);
let site: Site | undefined;

function render(): void {
  const { latest } = connection;
  if (!latest || !site) return;
  const { enabled, batterySaver, saving } = latest;
  enabledSwitch.checked = enabled;
  const failed = showHost(latest, hostLine, remedyCard, () => connection.send({ kind: "retry" }));
  renderPeople(latest, site, failed);
  renderSensitivity(latest);
  savingText.hidden = !enabled || !saving;
  savingText.textContent = text(batterySaver ? "popup_saving" : "popup_saving_low");
}

function renderPeople({ consented, enabled, tabs, sitesOff, policy }: Snapshot, shown: Site, failed: boolean): void {
  const calls = tabs.filter((call) => call.tab === shown.tab);
  const everybody = enabled ? listed(calls.flatMap(({ entries }) => entries)) : [];
  const found = calls.some(({ entries }) => entries.length)
    ? "tiles"
    : calls.some(({ blind }) => blind)
      ? "blind"
      : null;
  const on = consented ? enabled : "unasked";
  const kept = keptFrom(shown, sitesOff, policy);
  replace(peopleCard, { site: shown, empty: everybody.length === 0 && { on, kept, found } }, () => [
    ...(everybody.length ? people() : empty(shown, on, kept, found, () => turn(true))),
    ...takeBack(shown),
  ]);
  const list = peopleCard.querySelector("ul");
  const { tab } = shown;
  const show = (participant: string) => {
    if (tab !== undefined) connection.send({ kind: "hide", tab, participant, hidden: false });
  };
  if (list) fill(list, everybody, show);
  // While the program is not there, what to do about it is all that matters.
  const grantable = shown.pattern !== null && !shown.granted;
  peopleCard.hidden = failed && everybody.length === 0 && !grantable;
  peopleCard.dataset.empty = String(everybody.length === 0);
}

function renderSensitivity({ sensitivity, alarmsPerHour, host, locked }: Snapshot): void {
  const isLocked = locked.includes("sensitivity");
  for (const radio of sensitivities.querySelectorAll("input")) {
    radio.checked = radio.value === sensitivity;
    radio.disabled = isLocked;
  }
  const meaning = budget(sensitivity, alarmsPerHour, host);
  sensitivityText.textContent = isLocked ? `${meaning} ${text("page_locked")}` : meaning;
}

/** The service worker leads whoever has not said yes yet to the page that asks. */
function turn(enabled: boolean): void {
  connection.send({ kind: "set", settings: { enabled } });
}

async function lookAtTab(): Promise<void> {
  site = await currentSite();
  render();
}

enabledSwitch.addEventListener("change", () => turn(enabledSwitch.checked));
sensitivities.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement)
    connection.send({ kind: "set", settings: { sensitivity: target.value as Sensitivity } });
});
find("#links", HTMLElement).append(
  ...links(
    () => site?.tab,
    () => connection.latest,
  ),
);
chrome.permissions.onAdded.addListener(() => void lookAtTab());
chrome.permissions.onRemoved.addListener(() => void lookAtTab());
void lookAtTab();

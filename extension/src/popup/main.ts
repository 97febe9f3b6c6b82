/** The toolbar popup: shows the service worker's snapshots and passes on what the user chooses. */
import { type FromPopup, type HostState, POPUP_PORT, type Snapshot } from "../shared/channel";
import { text } from "../shared/i18n";
import type { Sensitivity } from "../shared/vocabulary";
import { budget } from "./budget";
import { element, find } from "./dom";
import { fill, listed, people } from "./people";
import { remedy } from "./remedy";
import { currentSite, empty, type Site, takeBack } from "./site";

const enabledSwitch = find("#enabled", HTMLInputElement);
const hostLine = find("#host", HTMLElement);
const remedyCard = find("#remedy", HTMLElement);
const peopleCard = find("#people", HTMLElement);
const sensitivities = find("#sensitivity", HTMLFieldSetElement);
const sensitivityText = find("#sensitivity-text", HTMLElement);
const batterySwitch = find("#battery", HTMLInputElement);
const batteryText = find("#battery-text", HTMLElement);

let site: Site | undefined;
let latest: Snapshot | undefined;
let port: chrome.runtime.Port;

function connect(): void {
  port = chrome.runtime.connect({ name: POPUP_PORT });
  port.onMessage.addListener((snapshot: Snapshot) => {
    latest = snapshot;
    render();
  });
  // The browser may stop the service worker at any time; connecting starts it again.
  port.onDisconnect.addListener(connect);
}

const send = (message: FromPopup) => port.postMessage(message);

function render(): void {
  if (!latest || !site) return;
  const { enabled, sensitivity, batterySaver, saving, host, tabs } = latest;
  enabledSwitch.checked = enabled;
  replace(hostLine, { enabled, host }, () => describeHost(enabled, host));
  hostLine.dataset.status = enabled ? host.status : "off";

  const failure = enabled && host.status === "failed" ? host.failure : undefined;
  remedyCard.hidden = failure === undefined;
  replace(remedyCard, { failure, detail: host.detail }, () =>
    failure ? remedy(failure, host.detail, () => send({ kind: "retry" })) : [],
  );

  const { tab } = site;
  const calls = tabs.filter((call) => call.tab === tab);
  const everybody = enabled ? listed(calls.flatMap(({ entries }) => entries)) : [];
  const found = calls.some(({ entries }) => entries.length)
    ? "tiles"
    : calls.some(({ blind }) => blind)
      ? "blind"
      : null;
  const shown = site;
  replace(peopleCard, { site, empty: everybody.length === 0 && { enabled, found } }, () => [
    ...(everybody.length ? people() : empty(shown, enabled, found)),
    ...takeBack(shown),
  ]);
  const list = peopleCard.querySelector("ul");
  if (list) fill(list, everybody);
  // While the program is not there, what to do about it is all that matters.
  const grantable = site.pattern !== null && !site.granted;
  peopleCard.hidden = failure !== undefined && everybody.length === 0 && !grantable;
  peopleCard.dataset.empty = String(everybody.length === 0);

  for (const radio of sensitivities.querySelectorAll("input")) radio.checked = radio.value === sensitivity;
  sensitivityText.textContent = budget(sensitivity, host);
  batterySwitch.checked = batterySaver;
  batteryText.textContent = text(saving && !batterySaver ? "popup_battery_low" : "popup_battery_text");
}

/** Rebuilds a part only when what it shows has changed, so that focus and screen readers are left in peace. */
const built = new Map<Element, string>();
function replace(part: Element, shows: unknown, build: () => Node[]): void {
  const key = JSON.stringify(shows);
  if (built.get(part) === key) return;
  built.set(part, key);
  part.replaceChildren(...build());
}

function describeHost(enabled: boolean, { status, model, provider }: HostState): Node[] {
  const state = !enabled ? "off" : status === "off" ? "waiting" : status;
  const line: Node[] = [element("span", { class: "state" }, text(`host_${state}`))];
  if (state === "ready" && model && provider)
    line.push(
      element("span", { class: "quiet" }, text("host_model", model, provider.replace("ExecutionProvider", ""))),
    );
  return line;
}

async function lookAtTab(): Promise<void> {
  site = await currentSite();
  render();
}

document.documentElement.lang = text("popup_language");
for (const node of document.querySelectorAll<HTMLElement>("[data-text]"))
  node.textContent = text(node.dataset.text ?? "");
enabledSwitch.addEventListener("change", () => send({ kind: "set_enabled", enabled: enabledSwitch.checked }));
sensitivities.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLInputElement) send({ kind: "set_sensitivity", sensitivity: target.value as Sensitivity });
});
batterySwitch.addEventListener("change", () =>
  send({ kind: "set_battery_saver", batterySaver: batterySwitch.checked }),
);
chrome.permissions.onAdded.addListener(() => void lookAtTab());
chrome.permissions.onRemoved.addListener(() => void lookAtTab());
connect();
void lookAtTab();

/** The service worker: wires the host, the calls, the popup, the granted sites and the toolbar together. */
import { type FromPopup, POPUP_PORT, type Snapshot, type SnapshotRequest, TAB_PORT } from "../shared/channel";
import { NATIVE_HOST } from "../shared/vocabulary";
import { Host, type HostMemory, NO_MEMORY } from "./host";
import { DEFAULTS, isSensitivity, loadSettings, type Settings, saveSettings } from "./settings";
import { injectEverywhere, injectInto, isGranted, registerGrantedSites, wakeTabs } from "./sites";
import { Tabs } from "./tabs";
import { Toolbar } from "./toolbar";

/** Key in storage.session. */
const MEMORY = "host";
/** Changes that come close together make one snapshot. */
const SNAPSHOT_DELAY_MS = 50;

let settings: Settings = { ...DEFAULTS };
let loaded = false;
/** Whether the host was told to save the battery. */
let saving = false;
const popups = new Set<chrome.runtime.Port>();
const toolbar = new Toolbar();

const host: Host = new Host(
  () => chrome.runtime.connectNative(NATIVE_HOST),
  { name: "veritile-extension", version: chrome.runtime.getManifest().version },
  {
    changed: () => tellTabs(),
    connected: () => {
      configure();
      tabs.reopen();
    },
    remember: (memory) => void chrome.storage.session.set({ [MEMORY]: memory }),
  },
);
const tabs = new Tabs(host, isGranted, () => changed());

// What the service worker knew when the browser stopped it, and what the user chose.
const ready = (async () => {
  const [stored, session] = await Promise.all([loadSettings(), chrome.storage.session.get(MEMORY)]);
  settings = stored;
  host.restore((session[MEMORY] as HostMemory | undefined) ?? NO_MEMORY);
  loaded = true;
  tellTabs();
})();

function tellTabs(): void {
  if (!loaded) return;
  tabs.update(settings.enabled, host.state);
  changed();
}

let announcing = false;

function changed(): void {
  if (!loaded) return;
  host.need(settings.enabled && (popups.size > 0 || tabs.needHost));
  if (saving !== isSaving()) configure();
  if (announcing) return;
  announcing = true;
  setTimeout(() => {
    announcing = false;
    const now = snapshot();
    toolbar.show(now);
    for (const popup of popups) popup.postMessage(now);
  }, SNAPSHOT_DELAY_MS);
}

function snapshot(): Snapshot {
  return { kind: "snapshot", ...settings, saving: isSaving(), host: host.state, tabs: tabs.snapshot() };
}

function isSaving(): boolean {
  return settings.batterySaver || tabs.lowBattery;
}

/** The host applies it to every session, now and later. */
function configure(): void {
  saving = isSaving();
  host.request({ type: "configure", sensitivity: settings.sensitivity, battery_saver: saving }).catch(() => {});
}

async function command(message: FromPopup): Promise<void> {
  await ready;
  switch (message.kind) {
    case "set_enabled":
      settings.enabled = message.enabled === true;
      if (!settings.enabled) host.reset();
      await saveSettings({ enabled: settings.enabled });
      break;
    case "set_sensitivity":
      if (!isSensitivity(message.sensitivity)) return;
      settings.sensitivity = message.sensitivity;
      configure();
      await saveSettings({ sensitivity: settings.sensitivity });
      break;
    case "set_battery_saver":
      settings.batterySaver = message.batterySaver === true;
      await saveSettings({ batterySaver: settings.batterySaver });
      break;
    case "retry":
      host.retry();
      break;
  }
  tellTabs();
}

function acceptPopup(port: chrome.runtime.Port): void {
  popups.add(port);
  void wakeTabs();
  port.onMessage.addListener((message: FromPopup) => void command(message));
  port.onDisconnect.addListener(() => {
    popups.delete(port);
    changed();
  });
  void ready.then(() => {
    if (!popups.has(port)) return;
    port.postMessage(snapshot());
    // Whoever opens the popup wants to know how things are now. A host that keeps dying waits for the button.
    if (host.state.failure !== "gave_up") host.retry();
    changed();
  });
}

/** Pages have their own origin; only Veritile's own pages may give orders. */
const fromOwnPage = (sender: chrome.runtime.MessageSender | undefined) => sender?.origin === location.origin;

chrome.runtime.onConnect.addListener((port) => {
  if (port.name === TAB_PORT) tabs.accept(port);
  else if (port.name === POPUP_PORT && fromOwnPage(port.sender)) acceptPopup(port);
});

chrome.runtime.onMessage.addListener((message: SnapshotRequest, sender, respond) => {
  if (message?.kind !== "snapshot" || !fromOwnPage(sender)) return false;
  void ready.then(() => respond(snapshot()));
  return true;
});

// One at a time: registering the same script twice is an error.
let sites: Promise<unknown> = Promise.resolve();
const inTurn = (task: () => Promise<unknown>) => {
  sites = sites.then(task, task);
};

chrome.runtime.onInstalled.addListener(() => inTurn(() => Promise.all([registerGrantedSites(), injectEverywhere()])));
chrome.runtime.onStartup.addListener(() => inTurn(registerGrantedSites));
chrome.permissions.onAdded.addListener(({ origins = [] }) =>
  inTurn(() => Promise.all([registerGrantedSites(), injectInto(origins)])),
);
chrome.permissions.onRemoved.addListener(() => inTurn(() => Promise.all([registerGrantedSites(), tabs.revoke()])));

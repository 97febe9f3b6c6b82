/** The service worker: wires the host, the calls, Veritile's own pages, the sites and the toolbar together. */
import {
  CHALLENGE_PORT,
  type CheckSomebody,
  type FromPopup,
  type OpenPanel,
  PANEL_PORT,
  POPUP_PORT,
  type Snapshot,
  type SnapshotRequest,
  TAB_PORT,
} from "../shared/channel";
import { useWords } from "../shared/i18n";
import { badgeWords, languageOf } from "../shared/language";
import { type Settings, valid } from "../shared/settings";
import { isWanted } from "../shared/site";
import { NATIVE_HOST } from "../shared/vocabulary";
import { alert, subject } from "./alerts";
import { Challenges } from "./challenges";
import { History } from "./history";
import { Host, type HostMemory, NO_MEMORY } from "./host";
import { Log } from "./log";
import { Panels } from "./panels";
import { learnPolicy, loadSettings, saveSettings, UNMANAGED } from "./settings";
import { injectEverywhere, injectInto, isGranted, registerGrantedSites, wakeTabs } from "./sites";
import { isTelling, makeStill } from "./stills";
import { Tabs } from "./tabs";
import { Toolbar } from "./toolbar";

/** Key in storage.session. */
const MEMORY = "host";
/** Changes that come close together make one snapshot. */
const SNAPSHOT_DELAY_MS = 50;
const WELCOME = "welcome.html";
/** The part of it that asks. */
const CONSENT = `${WELCOME}#consent`;

let { settings, locked, policy } = UNMANAGED;
let loaded = false;
/** Whether the host was told to save the battery. */
let saving = false;
const popups = new Set<chrome.runtime.Port>();
const toolbar = new Toolbar();

const host: Host = new Host(
  () => chrome.runtime.connectNative(NATIVE_HOST),
  { name: "veritile-extension", version: chrome.runtime.getManifest().version },
  {
    changed: (state) => {
      log.follow(state);
      challenges.follow();
      tellTabs();
    },
    connected: () => {
      configure();
      tabs.reopen();
    },
    remember: (memory) => void chrome.storage.session.set({ [MEMORY]: memory }),
    challenge: (challenge) => challenges.pushed(challenge),
  },
);

const history = new History({
  changed: (call) => panels.changed(call),
  becameFake: (call, person) => {
    if (settings.notifications) alert(call, person);
  },
});
const log: Log = new Log(host, () => changed());
const panels = new Panels(history, () => policy.exportAllowed, log);

/** Its own pages are nobody else's; every other one has to be granted, and wanted. */
async function isLookedAt(url: string): Promise<boolean> {
  await ready;
  if (url.startsWith(`${location.origin}/`)) return true;
  return isWanted(url, settings.sitesOff, policy) && isGranted(url);
}

const tabs = new Tabs(host, isLookedAt, () => changed(), {
  roster: (place, entries) => {
    history.roster(place, entries, Date.now());
    challenges.roster(place.call, entries);
  },
  left: (call) => {
    history.left(call, settings.retentionDays > 0);
    challenges.left(call);
  },
  verdicts: (place, frames, items, alarm) => {
    history.verdicts(place, items, alarm, Date.now());
    if (!settings.keepEvidence) return;
    for (const [at, item] of items.entries()) {
      const frame = frames[at];
      if (!frame || !isTelling(item, history.lacksStill(place.call, item.participant))) continue;
      // A picture that cannot be made small is not worth a word.
      makeStill(frame, item).then(
        (still) => settings.keepEvidence && history.still(place.call, item.participant, still),
        () => {},
      );
    }
  },
});

const challenges: Challenges = new Challenges(host, tabs, (call, participant, record) =>
  history.challenged(call, participant, record),
);

// What the service worker knew when the browser stopped it, and what the user chose.
const ready = (async () => {
  const [, session] = await Promise.all([
    loadSettings().then(take),
    chrome.storage.session.get(MEMORY),
    history.restore(),
  ]);
  host.restore((session[MEMORY] as HostMemory | undefined) ?? NO_MEMORY);
  loaded = true;
  dress();
  tellTabs();
})();

function take(inForce: typeof UNMANAGED): void {
  ({ settings, locked, policy } = inForce);
}

/** Whether calls are looked at. */
const isOn = () => settings.enabled && settings.consented;

/** Has everything follow the settings that are in force now. */
function apply(): void {
  if (!isOn()) host.reset();
  if (!settings.keepEvidence) history.forgetStills();
  configure();
  dress();
  void tabs.recheck();
  panels.refresh();
  tellTabs();
}

function dress(): void {
  const { words, ...language } = languageOf(settings.language);
  useWords(words);
  const { badgeSize, badgeCorner } = settings;
  tabs.dress({ badgeSize, badgeCorner, ...language, ...(words && { words: badgeWords(words) }) });
}

function tellTabs(): void {
  if (!loaded) return;
  tabs.update(isOn(), host.state);
  changed();
}

let announcing = false;

function changed(): void {
  if (!loaded) return;
  host.need((isOn() && (popups.size > 0 || tabs.needHost)) || log.needHost);
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
  return {
    kind: "snapshot",
    ...settings,
    enabled: isOn(),
    locked,
    policy,
    saving: isSaving(),
    host: host.state,
    tabs: tabs.snapshot(),
  };
}

function isSaving(): boolean {
  return settings.batterySaver || tabs.lowBattery;
}

/** The host applies it to every session, now and later. */
function configure(): void {
  saving = isSaving();
  const { sensitivity, alarmsPerHour, cpuShare, retentionDays, keepEvidence, logNames } = settings;
  const budget = sensitivity === "own" ? { alarms_per_hour: alarmsPerHour } : { sensitivity };
  host
    .request({
      type: "configure",
      ...budget,
      cpu_share: cpuShare,
      battery_saver: saving,
      retention_days: retentionDays,
      log_names: logNames,
      keep_evidence: keepEvidence,
    })
    .catch(() => {});
}

/** Takes what a page wants changed; what makes no sense or is prescribed stays as it is. */
async function set(wanted: Partial<Settings>): Promise<void> {
  const changes = valid(wanted as Record<string, unknown>);
  for (const key of locked) delete changes[key];
  // Whoever switches it on without having said yes is asked first.
  if (changes.enabled && !(changes.consented ?? settings.consented)) void chrome.tabs.create({ url: CONSENT });
  settings = { ...settings, ...changes };
  await saveSettings(changes);
  apply();
}

async function command(message: FromPopup): Promise<void> {
  await ready;
  if (message.kind === "set") await set(message.settings ?? {});
  else if (message.kind === "retry") host.retry();
  else if (message.kind === "hide") tabs.hide(message.tab, message.participant, message.hidden);
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
  else if (port.name === PANEL_PORT && fromOwnPage(port.sender)) void ready.then(() => panels.accept(port));
  else if (port.name === CHALLENGE_PORT && fromOwnPage(port.sender)) challenges.accept(port);
});

/** The browser opens it only while it handles the user's click: nothing may be waited for before. */
function openPanel(tab: number, errand: Parameters<Panels["lead"]>[0]): void {
  chrome.sidePanel.open({ tabId: tab }).catch(() => {});
  panels.lead(errand);
}

chrome.runtime.onMessage.addListener((message: SnapshotRequest | OpenPanel | CheckSomebody, sender, respond) => {
  if (message?.kind === "open_panel" && sender.tab?.id !== undefined)
    openPanel(sender.tab.id, {
      kind: message.check ? "check" : "focus",
      call: sender.documentId ?? "",
      participant: String(message.participant),
    });
  if (message?.kind === "check_somebody" && fromOwnPage(sender)) panels.lead({ kind: "check" });
  if (message?.kind !== "snapshot" || !fromOwnPage(sender)) return false;
  void ready.then(() => respond(snapshot()));
  return true;
});

chrome.notifications.onClicked.addListener((id) => {
  const about = subject(id);
  if (!about) return;
  openPanel(about.tab, { kind: "focus", call: about.call, participant: about.participant });
  void chrome.notifications.clear(id);
  chrome.tabs
    .update(about.tab, { active: true })
    .then((tab) => tab && chrome.windows.update(tab.windowId, { focused: true }))
    .catch(() => {}); // its tab is closed
});

chrome.commands.onCommand.addListener((command, tab) => {
  if (command === "check" && tab?.id !== undefined) openPanel(tab.id, { kind: "check" });
});

/** What an organisation prescribes may have changed while the browser was closed, and may change at any time. */
async function followPolicy(): Promise<void> {
  await ready;
  if (!(await learnPolicy()).changed) return;
  take(await loadSettings());
  apply();
}
chrome.storage.managed.onChanged.addListener(() => void followPolicy());
void followPolicy();

// One at a time: registering the same script twice is an error.
let sites: Promise<unknown> = Promise.resolve();
const inTurn = (task: () => Promise<unknown>) => {
  sites = sites.then(task, task);
};

chrome.runtime.onInstalled.addListener(({ reason }) => {
  inTurn(() => Promise.all([registerGrantedSites(), injectEverywhere()]));
  if (reason === chrome.runtime.OnInstalledReason.INSTALL) void chrome.tabs.create({ url: WELCOME });
});
chrome.runtime.onStartup.addListener(() => inTurn(registerGrantedSites));
chrome.permissions.onAdded.addListener(({ origins = [] }) =>
  inTurn(() => Promise.all([registerGrantedSites(), injectInto(origins)])),
);
chrome.permissions.onRemoved.addListener(() => inTurn(() => Promise.all([registerGrantedSites(), tabs.recheck()])));

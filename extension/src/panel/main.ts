/** The side panel: a call as a live timeline, and what was seen of it as a file. */
import { ChallengeView, type Subject } from "../challenge/view";
import { type FromPanel, PANEL_PORT, type ToPanel } from "../shared/channel";
import type { CallRecord, CallTitle } from "../shared/history";
import { text } from "../shared/i18n";
import { button, element, find, replace } from "../shared/page/dom";
import { speak } from "../shared/page/start";
import { Earlier } from "./earlier";
import { contentOf, FORMATS, nameOf, save } from "./export";
import { People } from "./people";
import { date, platformOf } from "./report";

const select = find("#calls", HTMLSelectElement);
const view = find("#view", HTMLElement);
const checkButton = find("#check", HTMLButtonElement);
const emptyCard = find("#empty", HTMLElement);
const footer = find("#footer", HTMLElement);
const exportRow = find("#export", HTMLElement);
const exportNote = find("#export-note", HTMLElement);
const { version } = chrome.runtime.getManifest();

await speak();
document.title = text("panel_page_title");
const people = new People(find("#people", HTMLUListElement), (participant) => check(participant));
const challenge = new ChallengeView(find("#challenge", HTMLElement), () => showCourse(false));
const earlier = new Earlier(find("#earlier", HTMLDetailsElement), send);
/** There is no face of theirs to look at. */
const NOBODY = ["camera_off", "screen_share"];
let port: chrome.runtime.Port | undefined;
let shown: CallRecord | undefined;
/** The call that is watched; the user's choice stays while it is there. */
let watched: string | undefined;
/** Somebody wants to check this participant, or whomever the user picks, as soon as the call is shown. */
let wanted: { participant?: string } | undefined;

/** A panel that nobody sees lets the service worker sleep. */
function connect(): void {
  if (port || document.hidden) return;
  port = chrome.runtime.connect({ name: PANEL_PORT });
  port.onMessage.addListener((message: ToPanel) => {
    if (message.kind === "calls") void renderCalls(message.calls, message.exportAllowed);
    else if (message.kind === "call") render(message.call);
    else if (message.kind === "focus") focus(message.call, message.participant);
    else if (message.kind === "check") errand(message.call, message.participant);
    else earlier.show(message);
  });
  // The browser may stop the service worker at any time; connecting starts it again.
  port.onDisconnect.addListener(() => {
    port = undefined;
    connect();
  });
  if (watched !== undefined) send({ kind: "watch", call: watched });
}

function send(message: FromPanel): void {
  port?.postMessage(message);
}

function watch(call: string): void {
  if (call === watched) return;
  watched = call;
  shown = undefined;
  people.clear();
  send({ kind: "watch", call });
}

async function renderCalls(calls: readonly CallTitle[], exportAllowed: boolean): Promise<void> {
  const tab = await tabBeside();
  const titles = calls.map(({ call, live, ...title }) => ({ call, words: titleOf({ ...title, live }) }));
  replace(select, titles, () => titles.map(({ call, words }) => element("option", { value: call }, words)));
  emptyCard.hidden = calls.length > 0;
  select.hidden = calls.length === 0 || challenge.isOpen;
  footer.hidden = calls.length === 0 || challenge.isOpen;
  if (calls.length === 0) checkButton.hidden = true;
  renderExport(exportAllowed);
  if (!calls.some(({ call }) => call === watched)) {
    shown = undefined;
    people.clear();
    const beside = calls.find((call) => call.tab === tab) ?? calls[0];
    if (beside) watch(beside.call);
    else watched = undefined;
  }
  if (watched !== undefined) select.value = watched;
}

function titleOf(title: Omit<CallTitle, "call">): string {
  const words = [platformOf(title), date(title.started), ...(title.live ? [text("panel_live")] : [])];
  // Each stands for itself (Unicode's isolates): in Arabic a date would else fall apart around a Latin name.
  return words.map((word) => `\u2068${word}\u2069`).join(" · ");
}

/** The tab that the panel stands beside; `panel.html?tab=ID` names it where the panel is a page of its own. */
async function tabBeside(): Promise<number | undefined> {
  const named = new URLSearchParams(location.search).get("tab");
  if (named) return Number(named);
  const [tab] = await chrome.tabs.query({ active: true, currentWindow: true });
  return tab?.id;
}

function render(call: CallRecord): void {
  if (call.call !== watched) return;
  shown = call;
  people.show(call);
  checkButton.hidden = !call.live || challenge.isOpen;
  if (wanted && call.people.length) check(wanted.participant);
}

function errand(call: string | undefined, participant: string | undefined): void {
  wanted = participant === undefined ? {} : { participant };
  if (call !== undefined && call !== watched) watch(call);
  else if (shown) check(participant);
}

/** Leads through a challenge for this participant, or has the user pick one. */
function check(participant?: string): void {
  wanted = undefined;
  if (!shown) return;
  const { call, live } = shown;
  const subjects = shown.people
    .filter(({ now }) => live && !NOBODY.includes(now.reason ?? ""))
    .map((one): Subject => ({ call, participant: one.participant, name: one.name ?? text("popup_someone") }));
  const subject = subjects.find((one) => one.participant === participant);
  showCourse(true);
  if (subject) challenge.offer(subject);
  else challenge.choose(subjects);
}

/** The challenge has the panel to itself; what it shows is a matter of seconds. */
function showCourse(on: boolean): void {
  view.hidden = on;
  footer.hidden = on || emptyCard.hidden === false;
  select.hidden = on || emptyCard.hidden === false;
  checkButton.hidden = on || !shown?.live;
  if (!on) checkButton.focus();
}

function focus(call: string, participant: string): void {
  watch(call);
  people.focus(participant);
}

function renderExport(allowed: boolean): void {
  earlier.allow(allowed);
  exportNote.textContent = text(allowed ? "panel_export_text" : "panel_export_locked");
  replace(exportRow, allowed, () => [
    ...FORMATS.map((format) => {
      const press = () => shown && save(contentOf(shown, format, version), shown.platform, shown.started, format);
      return button(nameOf(format), { class: "plain", disabled: !allowed }, press);
    }),
    button(text("panel_forget"), { class: "link forget" }, () => {
      if (watched !== undefined) send({ kind: "forget", call: watched });
    }),
  ]);
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) connect();
  else {
    port?.disconnect();
    port = undefined;
  }
});
checkButton.addEventListener("click", () => check());
select.addEventListener("change", () => watch(select.value));
connect();

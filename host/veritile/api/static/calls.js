/** Sessions that are open, and the log of past calls. */

/** @import { Call, CallDocument, Label, Session } from "./answers" */

import { byId, element } from "./dom.js";
import { json } from "./service.js";
import { LABELS, said } from "./words.js";

/** @param {number} epochMs */
const when = (epochMs) => new Date(epochMs).toLocaleString();
/** @param {Label} label */
const mark = (label) =>
  element(
    "span",
    { "data-label": label },
    element("span", { class: "label" }, `${LABELS[label][0]} ${LABELS[label][1]}`),
  );

export async function showCalls() {
  /** @type {[Session[], Call[]]} */
  const [live, log] = await Promise.all([json("/sessions"), json("/logs")]);
  fill("live", live, "No program is sending pictures now.", (session) => [
    element("strong", {}, `${session.kind} since ${when(session.opened_at)}`),
    mark(session.label),
    `${session.frames} frames`,
  ]);
  fill("log", log, "The log holds no call yet.", (call) => [
    element("strong", {}, call.platform || "?"),
    `${when(call.opened_at)}${call.closed_at ? ` to ${new Date(call.closed_at).toLocaleTimeString()}` : ""}`,
    ...call.participants
      .slice(0, 6)
      .map(({ participant, name, worst }) => element("span", {}, `${name ?? participant}: `, mark(worst))),
    element("button", { type: "button", class: "plain", onclick: () => showCall(call.session_id) }, "Show"),
  ]);
}

/** @param {string} id */
async function showCall(id) {
  /** @type {CallDocument} */
  const call = await json(`/logs/${encodeURIComponent(id)}`);
  const card = byId("call", HTMLElement);
  card.hidden = false;
  card.tabIndex = -1;
  card.replaceChildren(
    element("h3", {}, `${call.platform}, ${when(call.opened_at)}`),
    ...call.participants.map((person) =>
      element(
        "div",
        {},
        element("p", {}, element("strong", {}, person.name ?? person.participant), " at the end ", mark(person.label)),
        element(
          "ul",
          { class: "quiet" },
          ...person.changes.map(({ at, label, reason, score }) =>
            element(
              "li",
              {},
              `${new Date(at).toLocaleTimeString()}  ${LABELS[label][1]}${reason ? ` (${said(reason)})` : ""}${score == null ? "" : `, score ${score.toFixed(2)}`}`,
            ),
          ),
        ),
      ),
    ),
  );
  card.focus();
}

/**
 * @template Item
 * @param {string} id
 * @param {Item[]} items
 * @param {string} empty what is said where there is none
 * @param {(item: Item) => (Node | string)[]} row
 */
function fill(id, items, empty, row) {
  const rows = items.length
    ? items.map((item) => element("li", {}, ...row(item)))
    : [element("li", { class: "quiet" }, empty)];
  byId(id, HTMLElement).replaceChildren(...rows);
}

/** Sessions that are open, and the log of past calls. */

import { json } from "./service.js";
import { element, LABELS, said } from "./words.js";

const when = (epochMs) => new Date(epochMs).toLocaleString();
const mark = (label) => element("span", { "data-label": label }, element("span", { class: "label" }, `${LABELS[label][0]} ${LABELS[label][1]}`));

export async function showCalls() {
  const [live, log] = await Promise.all([json("/sessions"), json("/logs")]);
  fill("live", live, "No program is sending pictures now.", (session) => [
    element("strong", {}, `${session.kind} since ${when(session.opened_at)}`),
    mark(session.label),
    `${session.frames} frames`,
  ]);
  fill("log", log, "The log holds no call yet.", (call) => [
    element("strong", {}, call.platform || "?"),
    `${when(call.opened_at)}${call.closed_at ? ` to ${new Date(call.closed_at).toLocaleTimeString()}` : ""}`,
    ...call.participants.slice(0, 6).map(({ participant, name, worst }) => element("span", {}, `${name ?? participant}: `, mark(worst))),
    element("button", { type: "button", class: "plain", onclick: () => showCall(call.session_id) }, "Show"),
  ]);
}

async function showCall(id) {
  const call = await json(`/logs/${encodeURIComponent(id)}`);
  const card = document.getElementById("call");
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
            element("li", {}, `${new Date(at).toLocaleTimeString()}  ${LABELS[label][1]}${reason ? ` (${said(reason)})` : ""}${score == null ? "" : `, score ${score.toFixed(2)}`}`),
          ),
        ),
      ),
    ),
  );
  card.focus();
}

function fill(id, items, empty, row) {
  const rows = items.length ? items.map((item) => element("li", {}, ...row(item))) : [element("li", { class: "quiet" }, empty)];
  document.getElementById(id).replaceChildren(...rows);
}

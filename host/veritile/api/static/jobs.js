/** The list of videos: sending, progress, cancel, and which one is shown. */

/** @import { Job } from "./answers" */

import { byId, element, within } from "./dom.js";
import { ask, events, json, Refused, upload } from "./service.js";
import { LABELS, verdict } from "./words.js";

/** @typedef {(job: Job, file: File | undefined) => void} Show opens a job that is done */
/** @typedef {(id: string) => void} Gone is told of one that was taken away */
/** @typedef {ReturnType<typeof row>} Row */

const list = byId("jobs", HTMLElement);
const problem = byId("problem", HTMLElement);
const drop = byId("drop", HTMLElement);
const input = byId("files", HTMLInputElement);

/**
 * Take files, and follow what the service has; the function that is returned looks for more.
 *
 * @param {Show} show
 * @param {Gone} gone
 */
export function startJobs(show, gone) {
  const add = (/** @type {FileList | null | undefined} */ files) => {
    problem.textContent = "";
    const pace = within(document, "input[name=pace]:checked", HTMLInputElement).value;
    const choices = pace === "quick" ? { fps: 2, quick: true } : { fps: Number(pace), quick: false };
    for (const file of files ?? []) void send(file, choices, show, gone);
  };
  input.addEventListener("change", () => {
    add(input.files);
    input.value = "";
  });
  for (const name of ["dragenter", "dragover"])
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  for (const name of ["dragleave", "drop"]) document.addEventListener(name, () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    add(event.dataTransfer?.files);
  });
  return async () => {
    /** @type {Job[]} */
    const jobs = await json("/api/jobs");
    for (const job of jobs) {
      if (!document.getElementById(`job-${job.id}`)) void follow(row(job.name), job, undefined, show, gone);
    }
  };
}

/**
 * @param {File} file
 * @param {{ fps: number, quick: boolean }} choices
 * @param {Show} show
 * @param {Gone} gone
 */
async function send(file, choices, show, gone) {
  const made = row(file.name);
  try {
    const job = await upload(file, choices, (share) => made.sent(share));
    await follow(made, job, file, show, gone);
  } catch (error) {
    made.element.remove();
    problem.textContent = `${file.name}: ${error instanceof Error ? error.message : error}`;
  }
}

/**
 * @param {Row} made
 * @param {Job} job
 * @param {File | undefined} file
 * @param {Show} show
 * @param {Gone} gone
 */
async function follow(made, job, file, show, gone) {
  const stop = new AbortController();
  made.element.id = `job-${job.id}`;
  made.end.addEventListener("click", async () => {
    stop.abort();
    made.element.remove();
    gone(job.id);
    input.focus();
    await ask(`/api/jobs/${job.id}`, { method: "DELETE" }).catch(() => {});
  });
  made.end.hidden = false;
  try {
    let last = job;
    for await (last of events(job.id, stop.signal)) made.tell(last);
    if (last.state !== "done") return;
    const open = () => {
      for (const each of list.querySelectorAll(".open")) each.setAttribute("aria-current", String(each === made.open));
      show(last, file);
    };
    made.open.addEventListener("click", open);
    made.open.disabled = false;
    if (!list.querySelector("[aria-current=true]")) open();
  } catch (error) {
    if (!stop.signal.aborted) made.fail(error instanceof Refused ? error.message : "The service has ended.");
  }
}

/** @param {string} name */
function row(name) {
  const open = element("button", { class: "open", type: "button", disabled: true, title: name }, name);
  const end = element(
    "button",
    { class: "end", type: "button", hidden: true, "aria-label": `Cancel ${name}` },
    "Cancel",
  );
  const bar = element("progress", { max: 1, "aria-label": `Progress of ${name}` });
  const state = element("p", { class: "state", "aria-live": "polite" });
  const made = element("li", { class: "job" }, open, end, bar, state);
  list.append(made);
  const fail = (/** @type {string} */ text) => {
    bar.remove();
    state.textContent = text;
    state.classList.add("problem");
    end.textContent = "Remove";
    end.setAttribute("aria-label", `Remove ${name}`);
  };
  const sent = (/** @type {number} */ share) => {
    bar.value = share;
    state.textContent = "Sending…";
  };
  const tell = (/** @type {Job} */ { progress, state: now, result, error }) => {
    if (progress == null) bar.removeAttribute("value");
    else bar.value = progress;
    if (error) return fail(error.text);
    if (result) {
      fail("");
      state.classList.remove("problem");
      made.dataset.label = result.verdict.label;
      state.append(
        element("span", { class: "label" }, `${LABELS[result.verdict.label][0]} ${verdict(result.verdict)}`),
      );
    } else
      state.textContent =
        now === "queued" ? "Waiting…" : `Looking… ${progress == null ? "" : `${Math.round(100 * progress)} %`}`;
  };
  return { element: made, open, end, sent, tell, fail };
}

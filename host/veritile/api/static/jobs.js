/** The list of videos: sending, progress, cancel, and which one is shown. */

import { ask, events, json, Refused, upload } from "./service.js";
import { element, LABELS, verdict } from "./words.js";

const list = document.getElementById("jobs");
const problem = document.getElementById("problem");
const drop = document.getElementById("drop");
const input = document.getElementById("files");

/** `show(job, file)` opens a job that is done; `gone(id)` is told of one that was taken away. */
export function startJobs(show, gone) {
  const add = (files) => {
    problem.textContent = "";
    const pace = document.querySelector("input[name=pace]:checked").value;
    const choices = pace === "quick" ? { fps: 2, quick: true } : { fps: Number(pace), quick: false };
    for (const file of files) send(file, choices, show, gone);
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
    add(event.dataTransfer.files);
  });
  return async () => {
    for (const job of await json("/api/jobs")) {
      if (!document.getElementById(`job-${job.id}`)) follow(row(job.name), job, undefined, show, gone);
    }
  };
}

async function send(file, choices, show, gone) {
  const made = row(file.name);
  try {
    const job = await upload(file, choices, (share) => made.tell({ progress: share }, "Sending…"));
    await follow(made, job, file, show, gone);
  } catch (error) {
    made.element.remove();
    problem.textContent = `${file.name}: ${error.message}`;
  }
}

async function follow(made, job, file, show, gone) {
  const stop = new AbortController();
  made.element.id = `job-${job.id}`;
  made.end.addEventListener("click", async () => {
    stop.abort();
    made.element.remove();
    gone(job.id);
    document.getElementById("files").focus();
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
    if (error.name !== "AbortError") made.fail(error instanceof Refused ? error.message : "The service has ended.");
  }
}

function row(name) {
  const open = element("button", { class: "open", type: "button", disabled: true, title: name }, name);
  const end = element("button", { class: "end", type: "button", hidden: true, "aria-label": `Cancel ${name}` }, "Cancel");
  const bar = element("progress", { max: 1, "aria-label": `Progress of ${name}` });
  const state = element("p", { class: "state", "aria-live": "polite" });
  const made = element("li", { class: "job" }, open, end, bar, state);
  list.append(made);
  const fail = (text) => {
    bar.remove();
    state.textContent = text;
    state.classList.add("problem");
    end.textContent = "Remove";
    end.setAttribute("aria-label", `Remove ${name}`);
  };
  const tell = ({ progress, state: now, result, error }, text) => {
    if (progress == null) bar.removeAttribute("value");
    else bar.value = progress;
    if (error) return fail(error.text);
    if (result) {
      fail("");
      state.classList.remove("problem");
      made.dataset.label = result.verdict.label;
      state.append(element("span", { class: "label" }, `${LABELS[result.verdict.label][0]} ${verdict(result.verdict)}`));
    } else state.textContent = text ?? (now === "queued" ? "Waiting…" : `Looking… ${progress == null ? "" : `${Math.round(100 * progress)} %`}`);
  };
  return { element: made, open, end, tell, fail };
}

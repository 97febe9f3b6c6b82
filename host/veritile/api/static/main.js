/** The pages of the dashboard, and the state of the service above them. */

/** @import { Health, OpenApi } from "./answers" */

import { judgeFrom } from "./boxes.js";
import { showCalls } from "./calls.js";
import { stopCamera } from "./camera.js";
import { hideClip, showClip } from "./clip.js";
import { byId, element, within } from "./dom.js";
import { startJobs } from "./jobs.js";
import { ask, json, keepToken, Refused, takeToken } from "./service.js";

const PAGES = ["videos", "calls", "camera", "programs"];
const EVERY_MS = 5000;
const host = byId("host", HTMLElement);
const unlock = byId("unlock", HTMLFormElement);
const locked = byId("locked", HTMLElement);
const token = byId("token", HTMLInputElement);
const refresh = startJobs(showClip, hideClip);

let open = false;

function showPage() {
  const page = PAGES.includes(location.hash.slice(1)) ? location.hash.slice(1) : "videos";
  for (const each of PAGES) byId(each, HTMLElement).hidden = !open || each !== page;
  for (const link of document.querySelectorAll("nav a")) {
    if (link.getAttribute("href") === `#${page}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (page !== "camera") stopCamera();
  if (!open) return;
  if (page === "calls") showCalls().catch(say);
  if (page === "programs") showOperations().catch(say);
}

async function check() {
  try {
    /** @type {Health} */
    const health = await json("/health");
    judgeFrom(health.threshold);
    host.dataset.status = "ready";
    within(host, ".state", HTMLElement).textContent = `Working, ${health.model}`;
    locked.hidden = true;
    if (!open) {
      open = true;
      showPage();
      await refresh();
    }
    setTimeout(check, EVERY_MS);
  } catch (error) {
    say(error);
    if (error instanceof Refused && error.status === 401) return askForToken();
    setTimeout(check, EVERY_MS);
  }
}

/** @param {unknown} error */
function say(error) {
  host.dataset.status = "failed";
  within(host, ".state", HTMLElement).textContent = error instanceof Refused ? "Not allowed" : "The service has ended";
}

function askForToken() {
  open = false;
  showPage();
  locked.hidden = false;
  byId("unlock-problem", HTMLElement).textContent = token.value ? "This is not the token of this installation." : "";
  token.focus();
}

async function showOperations() {
  /** @type {OpenApi} */
  const { paths } = await json("/openapi.json");
  const rows = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { description }]) =>
      element("li", {}, element("code", {}, `${method.toUpperCase()} ${path}`), ...inCode(description ?? "")),
    ),
  );
  byId("operations", HTMLElement).replaceChildren(...rows);
}

/**
 * What stands in backticks is code.
 *
 * @param {string} text
 */
const inCode = (text) => text.split("`").map((part, at) => (at % 2 ? element("code", {}, part) : part));

byId("openapi", HTMLAnchorElement).addEventListener("click", async (event) => {
  event.preventDefault();
  const url = URL.createObjectURL(await (await ask("/openapi.json")).blob());
  element("a", { href: url, download: "openapi.json" }).click();
});
unlock.addEventListener("submit", (event) => {
  event.preventDefault();
  keepToken(token.value.trim());
  check();
});
addEventListener("hashchange", () => {
  if (takeToken()) showPage();
});
takeToken();
showPage();
check();

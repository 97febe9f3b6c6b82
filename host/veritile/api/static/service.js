/** What the pages ask of the service; the token goes with every request. */

/** @import { Job } from "./answers" */

const KEY = "veritile-token";

/** Take the token out of the address, where `veritile serve` put it, and keep it for this tab. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    sessionStorage.setItem(KEY, given);
    history.replaceState(null, "", `${location.pathname}#videos`);
  }
  return sessionStorage.getItem(KEY);
}

/** @param {string} token */
export const keepToken = (token) => sessionStorage.setItem(KEY, token);

/** An answer's error as the service tells it. */
export class Refused extends Error {
  /**
   * @param {number} status of HTTP; 0 when there was no answer
   * @param {string} text
   */
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

/**
 * Ask, and return the response; throws Refused, or TypeError when nobody answers.
 *
 * @param {string} path
 * @param {{ method?: string, signal?: AbortSignal }} options
 */
export async function ask(path, options = {}) {
  const headers = { Authorization: `Bearer ${sessionStorage.getItem(KEY)}` };
  const response = await fetch(path, { ...options, headers });
  if (response.ok) return response;
  const told = await response.json().catch(() => ({}));
  throw new Refused(response.status, told.error?.text ?? `The service answers ${response.status}.`);
}

/**
 * @param {string} path
 * @returns {Promise<any>} as answers.d.ts has it
 */
export const json = async (path) => (await ask(path)).json();

/**
 * A file of the service as an address that an <img> or <a> takes.
 *
 * @param {string} path
 */
export async function blobUrl(path) {
  const response = await ask(path);
  return { url: URL.createObjectURL(await response.blob()), headers: response.headers };
}

/**
 * Send a file.
 *
 * @param {File} file
 * @param {{ fps: number, quick: boolean }} choices
 * @param {(share: number) => void} progress called with the share that has been sent
 * @returns {Promise<Job>}
 */
export function upload(file, { fps, quick }, progress) {
  const form = new FormData();
  form.append("video", file);
  form.append("fps", String(fps));
  form.append("quick", String(quick));
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    request.open("POST", "/api/jobs");
    request.setRequestHeader("Authorization", `Bearer ${sessionStorage.getItem(KEY)}`);
    request.responseType = "json";
    request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    request.onload = () =>
      request.status === 202
        ? resolve(request.response)
        : reject(new Refused(request.status, request.response?.error?.text ?? "The upload was refused."));
    request.onerror = () =>
      reject(new Refused(0, "The upload was cut off: the file may be too large, or the service has ended."));
    request.send(form);
  });
}

/**
 * The job at every event of it, until its end.
 *
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Job, void>}
 */
export async function* events(id, signal) {
  const { body } = await ask(`/api/jobs/${id}/events`, { signal });
  if (!body) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split("\n\n");
    text = parts.pop() ?? "";
    for (const part of parts) yield JSON.parse(part.split("\ndata: ")[1]);
  }
}

/** A WebSocket to /ws that speaks JSON. */
export function socket() {
  const address = new URL("/ws", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return new WebSocket(address, ["veritile.json", `veritile.token.${sessionStorage.getItem(KEY)}`]);
}

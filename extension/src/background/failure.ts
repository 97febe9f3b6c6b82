/** Why the native port closed, from the words that the browser leaves in `chrome.runtime.lastError`. */
import type { HostFailure } from "../shared/channel";

/** Parts of Chromium's messages, in lower case; its text is all that an extension is told. */
const WORDS: readonly [string, HostFailure][] = [
  ["host not found", "not_installed"],
  ["is forbidden", "forbidden"],
  ["native host has exited", "exited"],
  ["failed to start", "exited"],
  ["error when communicating", "garbled"],
];

/** Failures that starting again cannot cure: the user has to do something first. */
const FINAL: ReadonlySet<HostFailure> = new Set([
  "permission_missing",
  "not_installed",
  "forbidden",
  "too_old",
  "model_failed",
]);

/** A port that closes without a word ended with its host. */
export function classify(lastError: string | undefined): HostFailure {
  const text = (lastError ?? "").toLowerCase();
  return WORDS.find(([words]) => text.includes(words))?.[1] ?? "exited";
}

export function isFinal(failure: HostFailure): boolean {
  return FINAL.has(failure);
}

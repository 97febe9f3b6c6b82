import { expect, test } from "vitest";
import { classify, isFinal } from "../../src/background/failure";

// The words as Chromium says them.
test.each([
  ["Specified native messaging host not found.", "not_installed"],
  ["Access to the specified native messaging host is forbidden.", "forbidden"],
  ["Native host has exited.", "exited"],
  ["Failed to start native messaging host.", "exited"],
  ["Error when communicating with the native messaging host.", "garbled"],
  ["Something that no browser says yet.", "exited"],
  [undefined, "exited"],
] as const)("%s means %s", (lastError, failure) => {
  expect(classify(lastError)).toBe(failure);
});

test("what only the user can cure is not tried again", () => {
  expect(isFinal("not_installed")).toBe(true);
  expect(isFinal("forbidden")).toBe(true);
  expect(isFinal("exited")).toBe(false);
  expect(isFinal("unresponsive")).toBe(false);
});

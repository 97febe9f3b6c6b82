// @vitest-environment happy-dom
import { beforeEach, expect, it, vi } from "vitest";
import { Badge } from "../../src/content/badge/badge";
import { Overlay } from "../../src/content/badge/overlay";
import { useStrings } from "./strings";

/** happy-dom has no popovers: this one keeps the rule that matters here, that only what is in the document can be shown. */
const showPopover = vi.fn(function (this: HTMLElement) {
  if (!this.isConnected) throw new DOMException("Invalid on disconnected popover elements.", "InvalidStateError");
});

beforeEach(() => {
  useStrings();
  document.body.innerHTML = "<div></div>";
  Object.assign(HTMLElement.prototype, { showPopover });
  vi.spyOn(Badge.prototype, "isShown", "get").mockReturnValue(false);
});

it("comes back at the next verdict when the page has rebuilt its document without it", () => {
  const overlay = new Overlay("left");
  const tile = document.querySelector("div") as HTMLElement;
  overlay.set("a", tile, { label: "likely_real", quiet: false }, "Ana", 320);
  document.querySelector("veritile-badges")?.remove();
  overlay.set("a", tile, { label: "suspect", quiet: false }, "Ana", 320);
  expect(document.querySelectorAll("veritile-badges")).toHaveLength(1);
  expect(showPopover).toHaveBeenCalledTimes(2);
  overlay.close();
  expect(document.querySelector("veritile-badges")).toBeNull();
});

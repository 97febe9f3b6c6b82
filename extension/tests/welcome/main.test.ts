// @vitest-environment happy-dom
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { type FromPopup, POPUP_PORT, type Snapshot } from "../../src/shared/channel";
import { DEFAULTS, PRESCRIBED_KEY } from "../../src/shared/settings";
import { FakePort, fakeChrome } from "../chrome";

const PAGE = readFileSync("src/welcome/welcome.html", "utf8").replace(/<(?:link|script)[^>]*>/g, "");

const find = (selector: string) => document.querySelector(selector) as HTMLElement;

// The whole page with all its words is loaded anew, which a busy machine takes its time for.
vi.setConfig({ testTimeout: 30_000 });

/** The page as the browser opens it, beside a service worker that has not spoken yet. */
async function open(stored: Record<string, unknown>): Promise<FakePort<FromPopup, Snapshot>> {
  vi.resetModules();
  fakeChrome().local.values = stored;
  const worker = new FakePort<FromPopup, Snapshot>(POPUP_PORT);
  chrome.runtime.connect = (() => worker.port) as typeof chrome.runtime.connect;
  document.documentElement.innerHTML = PAGE;
  await import("../../src/welcome/main");
  return worker;
}

test("just installed, it asks at once: nobody waits for what an organisation might prescribe", async () => {
  const worker = await open({});
  expect(find("#ask").hidden).toBe(false);
  expect(find("#answered").hidden).toBe(true);
  expect(find("#host").textContent).not.toBe("");
  expect(find("#check-text").textContent).not.toBe("");
  find("#yes").click();
  expect(worker.sent).toEqual([{ kind: "set", settings: { consented: true, enabled: true } }]);
});

test("whoever has said yes, or whose organisation has, is not asked again even for a moment", async () => {
  const worker = await open({ [PRESCRIBED_KEY]: { consented: true } });
  expect(find("#ask").hidden).toBe(true);
  worker.onMessage.emit({
    ...DEFAULTS,
    kind: "snapshot",
    consented: true,
    locked: ["consented"],
    host: { status: "ready" },
  } as unknown as Snapshot);
  expect(find("#ask").hidden).toBe(true);
  expect(find("#answered").hidden).toBe(false);
  expect(find("#answered").textContent).toContain("Your organisation has agreed");
});

import { expect, test } from "vitest";
import manifest from "../manifest.json";

test("the sites are the same wherever the manifest lists them", () => {
  const sites = [...manifest.host_permissions].sort();
  expect(manifest.content_scripts.flatMap(({ matches }) => matches).sort()).toEqual(sites);
  for (const { matches } of manifest.web_accessible_resources) expect([...matches].sort()).toEqual(sites);
});

// One more, or a site more, and browsers turn the extension off at its update until the user agrees.
test("no permission is asked for beyond these", () => {
  expect(manifest.permissions).toEqual([
    "nativeMessaging",
    "storage",
    "scripting",
    "activeTab",
    "sidePanel",
    "notifications",
  ]);
  expect(manifest.host_permissions).toEqual([
    "https://meet.google.com/*",
    "https://*.zoom.us/*",
    "https://teams.microsoft.com/*",
    "https://teams.live.com/*",
    "https://teams.cloud.microsoft/*",
  ]);
});

test("its pages load nothing from elsewhere and connect to nothing", () => {
  const policy = manifest.content_security_policy.extension_pages;
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toMatch(/connect-src|https?:|unsafe|\*/);
});

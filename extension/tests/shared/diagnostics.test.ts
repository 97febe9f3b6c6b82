import { expect, test } from "vitest";
import type { Snapshot } from "../../src/shared/channel";
import { diagnostics } from "../../src/shared/page/diagnostics";
import { DEFAULTS } from "../../src/shared/settings";

const SNAPSHOT: Snapshot = {
  kind: "snapshot",
  ...DEFAULTS,
  sitesOff: ["https://meet.google.com/*"],
  locked: [],
  policy: { allowedSites: ["secret.example"], blockedSites: ["other.example"], exportAllowed: true },
  saving: false,
  host: { status: "failed", failure: "model_failed", detail: "/home/ada.lovelace/models/x.onnx is missing" },
  tabs: [
    {
      tab: 7,
      platform: "meet",
      entries: [
        { participant: "spaces/abc", name: "Ada Lovelace", kind: "camera", label: "suspect", hidden: true },
        { participant: "me", name: "Charles Babbage", kind: "self" },
        { participant: "q", kind: "camera_off", label: "inconclusive", reason: "camera_off" },
      ],
      figures: {
        captured: 9,
        dropped: 1,
        latency_ms: [30, 10, 20],
        first_verdict_ms: { "spaces/abc": 900 },
        main_thread_ms: 5,
        long_tasks: 0,
        longest_task_ms: 4,
        observed_ms: 1000,
        capture: "blob worker",
        page: { tiles: 3, strategy: "data-participant-id", title: "Ada Lovelace", url: "https://meet.google.com/abc" },
      },
    },
  ],
};

test("diagnostics tell how things are", () => {
  const report = JSON.parse(diagnostics(SNAPSHOT, "0.1.0", "Chromium 156"));
  expect(report).toMatchObject({
    veritile: "0.1.0",
    browser: "Chromium 156",
    host: { failure: "model_failed", detail: "~/models/x.onnx is missing" },
    settings: { sensitivity: "balanced", sitesOff: 1 },
    tabs: [
      {
        platform: "meet",
        kinds: { camera: 1, self: 1, camera_off: 1 },
        labels: { suspect: 1, "inconclusive: camera_off": 1 },
        named: 2,
        hidden: 1,
        latency_ms: { p50: 20, p95: 30 },
        main_thread_percent: 0.5,
        page: { tiles: 3, strategy: "data-participant-id" },
      },
    ],
  });
});

test("diagnostics name nobody: no people, no sites, no accounts, no ids", () => {
  const text = diagnostics(SNAPSHOT, "0.1.0", "Chromium 156");
  expect(text).not.toMatch(/Ada|Lovelace|Babbage|lovelace|example|google|spaces|https/);
});

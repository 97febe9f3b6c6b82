/** What "Copy diagnostics" puts on the clipboard: how everything is, without names, pictures or addresses. */
import type { Snapshot, TabSnapshot } from "../channel";

/** Words that a page's adapter may tell; names and addresses have other characters, or more of them. */
const PLAIN = /^[a-z0-9_ .:-]{0,40}$/;

export function diagnostics(snapshot: Snapshot, version: string, browser: string): string {
  const { kind: _, tabs, sitesOff, policy, host, ...settings } = snapshot;
  const report = {
    veritile: version,
    browser,
    host: host.detail === undefined ? host : { ...host, detail: withoutHome(host.detail) },
    settings: { ...settings, sitesOff: sitesOff.length },
    policy: {
      exportAllowed: policy.exportAllowed,
      allowedSites: policy.allowedSites?.length ?? "any",
      blockedSites: policy.blockedSites.length,
    },
    tabs: tabs.map(tabReport),
  };
  return JSON.stringify(report, null, 2);
}

function tabReport({ platform, entries, blind, figures }: TabSnapshot) {
  return {
    platform,
    blind: blind === true,
    kinds: count(entries.map(({ kind }) => kind)),
    labels: count(entries.flatMap(({ label, reason }) => (label ? [reason ? `${label}: ${reason}` : label] : []))),
    named: entries.filter(({ name }) => name).length,
    hidden: entries.filter(({ hidden }) => hidden).length,
    ...(figures && {
      capture: figures.capture,
      captured: figures.captured,
      dropped: figures.dropped,
      latency_ms: { p50: quantile(figures.latency_ms, 0.5), p95: quantile(figures.latency_ms, 0.95) },
      main_thread_percent: figures.observed_ms ? round((100 * figures.main_thread_ms) / figures.observed_ms) : null,
      page: plain(figures.page ?? {}),
    }),
  };
}

/** A path tells the name of whoever is logged in. */
function withoutHome(detail: string): string {
  return detail.replace(/(?:\/home|\/Users|[A-Za-z]:\\Users)[\\/][^\\/\s:]+/g, "~");
}

/** Only what is a count or a word of the adapter's own. */
function plain(page: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const told = Object.entries(page).filter(
    ([key, value]) =>
      PLAIN.test(key) &&
      (typeof value === "number" || typeof value === "boolean" || (typeof value === "string" && PLAIN.test(value))),
  );
  return Object.fromEntries(told);
}

function count(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

function quantile(values: readonly number[], share: number): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}

const round = (value: number) => Math.round(value * 100) / 100;

/** A call as a file: JSON for programs, CSV for spreadsheets, HTML for people. */
import type { CallRecord, Change } from "../shared/history";
import { text } from "../shared/i18n";
import { element } from "../shared/page/dom";
import type { ExportFormat } from "../shared/protocol";
import { reportPage } from "./report";

export type Format = ExportFormat;

const TYPES: Readonly<Record<Format, string>> = {
  json: "application/json",
  csv: "text/csv;charset=utf-8",
  html: "text/html;charset=utf-8",
};

export const FORMATS = Object.keys(TYPES) as Format[];

/** @param version of Veritile */
export function contentOf(call: CallRecord, format: Format, version: string): string {
  if (format === "csv") return csv(call);
  if (format === "html") return reportPage(call, version);
  const { tab: _, live: __, ...told } = call;
  return `${JSON.stringify({ veritile: version, ...told }, null, 2)}\n`;
}

/**
 * Has the browser save it.
 * @param started when the call began, epoch ms
 */
export function save(content: string, platform: string, started: number, format: Format): void {
  const blob = new Blob([content], { type: TYPES[format] });
  const address = URL.createObjectURL(blob);
  const name = `veritile-${platform}-${new Date(started).toISOString().slice(0, 16).replace(/:/g, "-")}`;
  element("a", { href: address, download: `${name}.${format}` }).click();
  // The browser has taken it by the time that the click is done with.
  setTimeout(() => URL.revokeObjectURL(address));
}

const COLUMNS = [
  "time",
  "participant",
  "name",
  "event",
  "label",
  "reason",
  "score",
  "evidence",
  "alarm",
  "answer",
  "steps",
] as const;
type Row = Partial<Record<(typeof COLUMNS)[number], string | number>>;

function csv({ people, alarm }: CallRecord): string {
  const rows: Row[] = people.flatMap(({ participant, name, changes, trace, challenges = [] }) => {
    const who = { participant, ...(name !== undefined && { name }) };
    const labels = changes.map(({ at, label, reason }: Change) => ({
      time: time(at),
      ...who,
      event: "label",
      label,
      ...(reason && { reason }),
    }));
    const looks = trace.at.map((at, index) => ({
      time: time(at),
      ...who,
      event: "evidence",
      score: trace.score[index] ?? "",
      evidence: trace.evidence[index] ?? "",
      alarm: alarm ?? "",
    }));
    const checks = challenges.map(({ at, answer, label, log_odds: evidence, steps }) => ({
      time: time(at),
      ...who,
      event: "challenge",
      label,
      evidence,
      answer,
      steps: steps.map(({ step, state }) => `${step}: ${state}`.replaceAll("_", " ")).join("; "),
    }));
    return [...labels, ...looks, ...checks];
  });
  const lines = [COLUMNS.join(","), ...rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(","))];
  // RFC 4180; spreadsheets take the mark for "this is UTF-8".
  return `\uFEFF${lines.join("\r\n")}\r\n`;
}

const time = (at: number) => new Date(at).toISOString();

/**
 * What somebody called themselves in a meeting must not become a formula in a spreadsheet: an apostrophe before what
 * could begin one has it read as text (OWASP, "CSV Injection").
 */
function cell(value: string | number | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return `${value}`;
  const harmless = /^\s*[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n']/.test(harmless) || harmless !== harmless.trim() ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** What a button for this format says. */
export const nameOf = (format: Format) => text(`panel_export_${format}`);

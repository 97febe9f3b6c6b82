/** A call as one page that stands for itself: no script, nothing loaded, light and dark, fit to be printed. */
import { explain } from "../shared/explanation";
import type { CallRecord, PersonRecord, Still, Trace } from "../shared/history";
import { text } from "../shared/i18n";
import { COLOURS } from "../shared/marks";
import { element, mark } from "../shared/page/dom";
import { LABELS } from "../shared/vocabulary";
import { clock } from "./chart";
import { challengeLine, wordsOf } from "./person";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [640, 90];
const HEADROOM = 1.15;

const STYLE = `
:root { color-scheme: light dark; --quiet: light-dark(#596273, #a9b2c0); --line: light-dark(#dfe3ec, #323844) }
body { max-width: 44rem; margin: 2.5rem auto; padding: 0 1.5rem; font: 15px/1.5 system-ui, sans-serif;
  background: light-dark(#fff, #16181d); color: light-dark(#1a1d24, #eceef3) }
h1 { font-size: 1.5rem } h2 { display: flex; gap: .5rem; align-items: center; font-size: 1.05rem; margin: 0 }
section { border-top: 1px solid var(--line); padding: 1.25rem 0; break-inside: avoid }
p { margin: .25rem 0 } .quiet, th, footer { color: var(--quiet); font-size: .85rem; font-weight: 400 }
.mark { width: 20px; height: 20px; fill: currentColor } .chart { width: 100%; height: auto; overflow: visible }
.chart polyline { fill: none; stroke: light-dark(#3a4fc4, #a3b4ff); stroke-width: 1.75; vector-effect: non-scaling-stroke }
.chart line { stroke: light-dark(#b3261e, #ff8a80); stroke-dasharray: 5 4; vector-effect: non-scaling-stroke }
table { border-collapse: collapse; font-size: .85rem } td, th { text-align: start; padding: .1rem 1rem .1rem 0 }
img { width: 72px; height: 72px; border-radius: 8px; margin-inline-end: .5rem }
${LABELS.map((label) => `[data-label="${label}"] .mark { color: light-dark(${COLOURS[label].light}, ${COLOURS[label].dark}) }`).join("\n")}
`;

/** The browser's own serializer escapes what people called themselves. */
export function reportPage(call: CallRecord, version: string): string {
  const page = document.implementation.createHTMLDocument(text("report_title"));
  const { documentElement: root, head, body } = page;
  root.lang = document.documentElement.lang;
  root.dir = document.documentElement.dir;
  const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
  head.prepend(
    element("meta", { charset: "utf-8" }),
    element("meta", { "http-equiv": "Content-Security-Policy", content: policy }),
    element("meta", { name: "viewport", content: "width=device-width" }),
  );
  head.append(element("style", {}, STYLE));
  body.append(
    element(
      "main",
      {},
      element("h1", {}, text("report_title")),
      element("p", { class: "quiet" }, text("report_when", platformOf(call), date(call.started), clock(call.updated))),
      element("p", {}, text("report_caution")),
      ...call.people.map((person) => section(person, call.alarm)),
    ),
    element("footer", {}, text("report_footer", version)),
  );
  return `<!doctype html>\n${root.outerHTML}\n`;
}

function section(person: PersonRecord, alarm: number | null): HTMLElement {
  const { now, name = text("popup_someone"), trace, changes, stills, challenges = [] } = person;
  return element(
    "section",
    { "data-label": now.label },
    element("h2", {}, mark(now.label), `${name}: ${wordsOf({ at: 0, ...now })}`),
    element("p", {}, explain(now)),
    ...(trace.at.length > 1 && alarm !== null ? [chart(trace, alarm)] : []),
    ...challenges.map((one) => element("p", {}, challengeLine(one))),
    ...(stills.length ? [element("p", {}, ...stills.map(picture))] : []),
    element(
      "table",
      {},
      element("thead", {}, row("th", text("report_time"), text("report_label"))),
      element("tbody", {}, ...changes.map((told) => row("td", clock(told.at), wordsOf(told)))),
    ),
  );
}

function row(kind: "td" | "th", ...cells: string[]): HTMLTableRowElement {
  return element("tr", {}, ...cells.map((words) => element(kind, kind === "th" ? { scope: "col" } : {}, words)));
}

function chart({ at, evidence }: Trace, alarm: number): SVGSVGElement {
  const [first = 0, last = 0] = [at[0], at.at(-1)];
  const top = HEADROOM * Math.max(alarm, ...evidence);
  const x = (time: number) => ((time - first) / Math.max(1, last - first)) * WIDTH;
  const y = (value: number) => HEIGHT * (1 - value / top);
  const points = at.map((time, index) => `${x(time).toFixed(1)},${y(evidence[index] ?? 0).toFixed(1)}`).join(" ");
  const label = text("report_chart", `${Math.max(...evidence)}`, alarm.toFixed(1));
  const svg = shape("svg", { class: "chart", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label });
  svg.append(
    shape("line", { x1: "0", x2: `${WIDTH}`, y1: y(alarm).toFixed(1), y2: y(alarm).toFixed(1) }),
    shape("polyline", { points }),
  );
  return svg;
}

function shape<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Record<string, string>,
): SVGElementTagNameMap[K] {
  const node = document.createElementNS(SVG, name) as SVGElementTagNameMap[K];
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

function picture({ at, jpeg, score }: Still): HTMLImageElement {
  const alt = text("panel_still", clock(at), score.toFixed(2));
  return element("img", { alt, src: `data:image/jpeg;base64,${jpeg}` });
}

const NAMES: Readonly<Record<string, string>> = {
  meet: "Google Meet",
  zoom: "Zoom",
  teams: "Microsoft Teams",
  jitsi: "Jitsi",
};

/** What people call a platform. */
export function platformOf({ platform }: { platform: string }): string {
  return NAMES[platform] ?? text("panel_other_site");
}

/** @param at epoch ms */
export function date(at: number): string {
  const format = { dateStyle: "medium", timeStyle: "short" } as const;
  return new Intl.DateTimeFormat(document.documentElement.lang, format).format(at);
}

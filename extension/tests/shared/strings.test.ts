import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COLOURS } from "../../src/shared/marks";
import { COMMANDS } from "../../src/shared/page/remedy";
import { ADVICE, LABELS, REASONS, SENSITIVITIES } from "../../src/shared/vocabulary";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const messages: Record<string, { message: string }> = JSON.parse(read("_locales/en/messages.json"));

const needed = [
  ...LABELS.map((label) => `label_${label}`),
  ...LABELS.filter((label) => label !== "inconclusive").map((label) => `explain_${label}`),
  ...REASONS.flatMap((reason) => [`reason_${reason}`, `explain_${reason}`]),
  ...ADVICE.map((advice) => `advice_${advice}`),
  ...SENSITIVITIES.flatMap((sensitivity) => [`popup_${sensitivity}`, `popup_${sensitivity}_text`]),
  ...Object.keys(COMMANDS).flatMap((failure) => [`host_${failure}_title`, `host_${failure}_text`]),
  ...["off", "waiting", "starting", "loading", "ready", "reconnecting", "failed"].map((status) => `host_${status}`),
  ...["off", "empty", "blind", "no_call", "quiet", "grant", "site_off"].flatMap((key) => [
    `popup_${key}_title`,
    `popup_${key}_text`,
  ]),
];

test.each(needed)("there are words for %s", (key) => {
  expect(messages[key]?.message).toBeTruthy();
});

test("every key that the sources or the popup's page name has words", () => {
  const files = readdirSync(new URL("src", root), { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => /\.(ts|html)$/.test(file)).map((file) => read(`src/${file}`));
  const named = sources.flatMap((source) =>
    [...source.matchAll(/(?:text\(|data-text=|__MSG_)"?([a-z]+_[a-z_]+)"/g)].map(([, key]) => key ?? ""),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((key) => !messages[key])).toEqual([]);
});

test("nobody is promised certainty", () => {
  for (const { message } of Object.values(messages)) expect(message).not.toMatch(/100 ?%|certain|guarantee/i);
});

test("the pages' colours are the badges'", () => {
  const css = read("src/shared/tokens.css");
  for (const [label, { light, dark }] of Object.entries(COLOURS))
    expect(css).toContain(`--${label}: light-dark(${light}, ${dark});`);
});

/** WCAG's contrast of two colours "#rrggbb". */
function contrast(one: string, other: string): number {
  const luminance = (colour: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

test.each(Object.entries(COLOURS))("%s can be read on light and on dark", (_, { light, dark }) => {
  expect(contrast(light, "#ffffff")).toBeGreaterThanOrEqual(4.5);
  expect(contrast(dark, "#16181d")).toBeGreaterThanOrEqual(4.5);
});

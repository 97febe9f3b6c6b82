import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FORMATS } from "../../src/panel/export";
import { SIGNS } from "../../src/practice/rounds";
import { badgeWords } from "../../src/shared/language";
import { COLOURS } from "../../src/shared/marks";
import { COMMANDS } from "../../src/shared/page/remedy";
import {
  CHALLENGE_ANSWERS,
  CHALLENGE_ENDS,
  CHALLENGE_FINDINGS,
  CHALLENGE_HINTS,
  CHALLENGE_SOURCES,
  CHALLENGE_STATES,
  CHALLENGE_STEPS,
  CHALLENGE_VIEWS,
  CHALLENGE_WATCH,
} from "../../src/shared/protocol";
import { LANGUAGES } from "../../src/shared/settings";
import { ADVICE, LABELS, REASONS, SENSITIVITIES } from "../../src/shared/vocabulary";

const root = new URL("../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
type Messages = Record<string, { message: string; placeholders?: Record<string, { content: string }> }>;
const catalogue = (language: string): Messages => JSON.parse(read(`_locales/${language}/messages.json`));
const messages = catalogue("en");

/** Keys that are put together from the vocabulary; all others stand in the sources as they are. */
const composed = [
  ...LABELS.flatMap((label) => [`label_${label}`, `welcome_${label}`]),
  ...LABELS.filter((label) => label !== "inconclusive").map((label) => `explain_${label}`),
  ...REASONS.flatMap((reason) => [`reason_${reason}`, `explain_${reason}`]),
  ...ADVICE.map((advice) => `advice_${advice}`),
  ...SENSITIVITIES.flatMap((sensitivity) => [`popup_${sensitivity}`, `popup_${sensitivity}_text`]),
  ...Object.keys(COMMANDS).flatMap((failure) => [`host_${failure}_title`, `host_${failure}_text`]),
  ...["off", "waiting", "starting", "loading", "ready", "reconnecting", "failed"].map((status) => `host_${status}`),
  ...["consent", "off", "empty", "blind", "no_call", "quiet", "grant", "site_off", "site_locked"].flatMap((key) => [
    `popup_${key}_title`,
    `popup_${key}_text`,
  ]),
  ...["off", "failed", "ready", "wait"].map((state) => `welcome_check_${state}`),
  ...FORMATS.map((format) => `panel_export_${format}`),
  ...CHALLENGE_STEPS.flatMap((step) => [`challenge_step_${step}`, `challenge_say_${step}`]),
  ...CHALLENGE_STATES.map((state) => `challenge_state_${state}`),
  ...CHALLENGE_HINTS.map((hint) => `challenge_hint_${hint}`),
  ...CHALLENGE_WATCH.map((sign) => `challenge_watch_${sign}`),
  // What was not done is said by the step's state.
  ...CHALLENGE_FINDINGS.filter((finding) => finding !== "not_done").map((finding) => `challenge_finding_${finding}`),
  ...CHALLENGE_VIEWS.map((view) => `challenge_view_${view}`),
  ...CHALLENGE_ANSWERS.map((answer) => `challenge_answer_${answer}`),
  ...CHALLENGE_SOURCES.map((source) => `challenge_source_${source}`),
  ...CHALLENGE_ENDS.map((end) => `challenge_end_${end}`),
  ...["host_lost", "call_over", "not_possible"].map((why) => `challenge_over_${why}`),
  ...["left", "right"].map((side) => `challenge_side_${side}`),
  ...LABELS.map((label) => `challenge_verdict_${label}`),
  ...SIGNS.flatMap((sign) => [`practice_what_${sign}`, `practice_why_${sign}`]),
];
/** Of a failure that has no hint, there is none to show. */
const optional = ["host_not_installed_hint"];

/** Everything that could name a key: the words of keys' form in all sources. */
const named = new Set(
  readdirSync(new URL("src", root), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|html)$/.test(file))
    .map((file) => read(`src/${file}`))
    .concat(read("manifest.json"))
    .flatMap((source) => [
      ...[...source.matchAll(/"([a-z]+(?:_[a-z]+)*)"/g)].map(([, key]) => key ?? ""),
      ...[...source.matchAll(/__MSG_([a-z_]+)__/g)].map(([, key]) => key ?? ""),
    ]),
);

test.each(composed)("there are words for %s", (key) => {
  expect(messages[key]?.message).toBeTruthy();
});

test("every key that a source asks for has words", () => {
  const files = readdirSync(new URL("src", root), { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => /\.(ts|html)$/.test(file)).map((file) => read(`src/${file}`));
  const asked = sources.flatMap((source) =>
    [...source.matchAll(/(?:text\(|data-text=|data-spoken=)"([a-z_]+)"/g)].map(([, key]) => key ?? ""),
  );
  expect(asked.length).toBeGreaterThan(100);
  expect(asked.filter((key) => !messages[key])).toEqual([]);
});

test("no words are there that nothing says", () => {
  const said = new Set([...composed, ...optional]);
  expect(Object.keys(messages).filter((key) => !named.has(key) && !said.has(key))).toEqual([]);
});

test("a page's script is given all that it says", () => {
  const files = readdirSync(new URL("src/content", root), { recursive: true, encoding: "utf8" });
  const sources = files.filter((file) => file.endsWith(".ts")).map((file) => read(`src/content/${file}`));
  const asked = sources.flatMap((source) => [...source.matchAll(/"([a-z]+_[a-z_]+)"/g)].map(([, key]) => key ?? ""));
  const given = badgeWords(messages);
  expect(asked.filter((key) => key in messages && !(key in given))).toEqual([]);
});

const TRANSLATIONS = LANGUAGES.filter((language) => language !== "auto" && language !== "en");

test("every language that can be chosen is there, and no other", () => {
  expect(readdirSync(new URL("_locales", root)).sort()).toEqual(LANGUAGES.filter((one) => one !== "auto").sort());
});

describe.each(TRANSLATIONS)("in %s", (language) => {
  const translated = catalogue(language);

  test("the same is said as in English, with the same in its gaps", () => {
    expect(Object.keys(translated).sort()).toEqual(Object.keys(messages).sort());
    for (const [key, { message, placeholders }] of Object.entries(messages)) {
      const gaps = (words = "") => [...new Set(words.match(/\$\w+\$/g))].sort();
      expect([key, gaps(translated[key]?.message)]).toEqual([key, gaps(message)]);
      expect([key, translated[key]?.placeholders]).toEqual([key, placeholders]);
    }
  });

  test("it is said in that language", () => {
    expect(translated.language?.message).toBe(language);
    // Names, and sentences that have no words of their own.
    const alike = Object.keys(messages).filter((key) => translated[key]?.message === messages[key]?.message);
    const names = /^(extension_name|badge_spoken|panel_export_(json|csv)|time_(seconds|minutes))$/;
    expect(alike.filter((key) => !names.test(key))).toEqual([]);
  });

  test("nobody is promised certainty", () => {
    for (const { message } of Object.values(translated)) expect(message).not.toMatch(/100 ?%/);
  });
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

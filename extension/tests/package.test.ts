import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterAll, beforeAll, expect, test } from "vitest";
// @ts-expect-error plain JavaScript, as Node runs it
import { buildInto } from "../build.mjs";
import manifest from "../manifest.json";
// @ts-expect-error plain JavaScript, as Node runs it
import { pack, STORES } from "../package.mjs";

const folders: string[] = [];
const stores = Object.keys(STORES);

beforeAll(async () => {
  for (let build = 0; build < 2; build++) {
    const folder = mkdtempSync(join(tmpdir(), "veritile-build-"));
    folders.push(folder);
    await buildInto(folder);
  }
}, 60_000);

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

test.each(stores)("two builds of the same sources make the same package for %s, byte for byte", (store) => {
  const [one, other] = folders.map((folder) => Buffer.from(pack(folder, store)));
  expect(one?.length).toBeGreaterThan(100_000);
  expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
});

test.each(stores)("the package for %s holds all that its manifest and its pages name", (store) => {
  const files: Record<string, Uint8Array> = unzipSync(pack(folders[0], store));
  const text = (path: string) => strFromU8(files[path] ?? new Uint8Array());
  const packed = JSON.parse(text("manifest.json"));
  const { key: _, ...rest } = manifest;
  expect(packed).toEqual(rest);
  const named = [
    ...Object.values<string>(packed.icons),
    ...Object.values<string>(packed.action.default_icon),
    packed.action.default_popup,
    packed.side_panel.default_path,
    packed.options_ui.page,
    packed.storage.managed_schema,
    packed.background.service_worker,
    ...packed.content_scripts.flatMap(({ js }: { js: string[] }) => js),
    "welcome.html",
    "capture.html",
    ...["en", "de", "ar"].map((language) => `_locales/${language}/messages.json`),
  ];
  for (const page of Object.keys(files).filter((path) => path.endsWith(".html")))
    named.push(...[...text(page).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? ""));
  expect(named.filter((path) => !files[path])).toEqual([]);
});

test("no package holds code from elsewhere, or fetches any", () => {
  const files: Record<string, Uint8Array> = unzipSync(pack(folders[0], "chrome"));
  for (const [path, bytes] of Object.entries(files).filter(([path]) => path.endsWith(".js"))) {
    const script = strFromU8(bytes);
    expect([path, /\beval\(|new Function\(|import\(["'`]https?:/.test(script)]).toEqual([path, false]);
    expect([path, /\bfetch\(|XMLHttpRequest|sendBeacon|new WebSocket/.test(script)]).toEqual([path, false]);
  }
});

test("the folder to load by hand keeps its id", () => {
  expect(JSON.parse(readFileSync(join(folders[0] ?? "", "manifest.json"), "utf8")).key).toBe(manifest.key);
});

/**
 * Makes what the stores take: `npm run package` builds the extension and writes `build/veritile-STORE-VERSION.zip`
 * into the project's folder. The same sources give the same bytes, so that anybody can check what a store offers.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { zipSync } from "fflate";
import { buildInto } from "./build.mjs";

/** Each store gives an id of its own: `key`, which fixes the id of a folder that is loaded by hand, is refused. */
const withoutKey = ({ key: _, ...manifest }) => manifest;

/** Store -> its manifest, from ours. */
export const STORES = { chrome: withoutKey, edge: withoutKey };

/** A zip's clock begins here; it is read in local time, wherever that is. */
const BEGINNING = new Date(1980, 0, 1);

/** The zip of a built folder for one store. */
export function pack(folder, store) {
  const paths = readdirSync(folder, { recursive: true }).map((path) => path.replaceAll("\\", "/"));
  const files = paths.filter((path) => statSync(join(folder, path)).isFile()).sort();
  const content = (path) => {
    const bytes = readFileSync(join(folder, path));
    if (path !== "manifest.json") return new Uint8Array(bytes);
    return new TextEncoder().encode(`${JSON.stringify(STORES[store](JSON.parse(bytes)), null, 2)}\n`);
  };
  return zipSync(Object.fromEntries(files.map((path) => [path, content(path)])), { level: 9, mtime: BEGINNING });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = dirname(fileURLToPath(import.meta.url));
  const built = mkdtempSync(join(tmpdir(), "veritile-package-"));
  await buildInto(built);
  const { version } = JSON.parse(readFileSync(join(root, "manifest.json"), "utf8"));
  const target = resolve(root, "../build");
  mkdirSync(target, { recursive: true });
  for (const store of Object.keys(STORES)) {
    const path = join(target, `veritile-${store}-${version}.zip`);
    writeFileSync(path, pack(built, store));
    process.stdout.write(`Packed ${path}\n`);
  }
  rmSync(built, { recursive: true });
}

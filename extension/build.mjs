/**
 * Builds `dist/`, the folder that a browser loads: `npm run build`.
 * Nothing is minified, so that what runs in people's calls can be read. The same sources give the same bytes.
 */
import { cp, mkdir, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));

/** Script in dist <- its entry point. */
const MODULES = {
  background: "src/background/main.ts",
  popup: "src/popup/main.ts",
  panel: "src/panel/main.ts",
  options: "src/options/main.ts",
  welcome: "src/welcome/main.ts",
  practice: "src/practice/main.ts",
  capture: "src/content/capture/frame.ts",
};
/** Content scripts and classic workers cannot be modules. */
const CLASSIC = {
  content: "src/content/main.ts",
  "capture-worker": "src/content/capture/worker.ts",
};
/** File in dist <- file here, as is. */
const COPIES = {
  "manifest.json": "manifest.json",
  "managed_schema.json": "managed_schema.json",
  _locales: "_locales",
  "tokens.css": "src/shared/tokens.css",
  "base.css": "src/shared/base.css",
  "uplot.css": "node_modules/uplot/dist/uPlot.min.css",
  "challenge.css": "src/challenge/challenge.css",
  films: "src/practice/films",
  "astronaut.jpg": "src/welcome/astronaut.jpg",
  ...Object.fromEntries(
    ["popup", "panel", "options", "welcome", "practice"].flatMap((page) =>
      ["html", "css"].map((kind) => [`${page}.${kind}`, `src/${page}/${page}.${kind}`]),
    ),
  ),
  "capture.html": "src/content/capture/frame.html",
  ...Object.fromEntries(
    ["16", "32", "48", "128", "off-16", "off-32"].map((name) => [`icons/${name}.png`, `icons/${name}.png`]),
  ),
};

const options = { bundle: true, absWorkingDir: root, target: "chrome130", charset: "utf8", legalComments: "inline" };

/** `import text from "./worker?source"`: the bundled script as a string, for a worker made from a blob. */
const source = {
  name: "source",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /\?source$/ }, async ({ path, resolveDir, kind }) => {
      const found = await resolve(path.replace(/\?source$/, ""), { resolveDir, kind });
      return found.errors.length ? found : { path: found.path, namespace: "source" };
    });
    onLoad({ filter: /.*/, namespace: "source" }, async ({ path }) => {
      const bundle = await build({ ...options, entryPoints: [path], format: "iife", write: false, metafile: true });
      return {
        contents: bundle.outputFiles[0].text,
        loader: "text",
        watchFiles: Object.keys(bundle.metafile.inputs),
      };
    });
  },
};

/** Builds into `folder`, which is emptied first. */
export async function buildInto(folder) {
  const outdir = resolve(folder);
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  await Promise.all([
    // What several pages share, as the words of every language, is one file.
    build({
      ...options,
      outdir,
      entryPoints: MODULES,
      format: "esm",
      splitting: true,
      chunkNames: "shared/[name]-[hash]",
    }),
    build({ ...options, outdir, entryPoints: CLASSIC, format: "iife", plugins: [source] }),
    ...Object.entries(COPIES).map(([to, from]) => cp(resolve(root, from), resolve(outdir, to), { recursive: true })),
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildInto(resolve(root, "dist"));
  process.stdout.write(`Built ${root}/dist\n`);
}

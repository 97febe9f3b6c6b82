/**
 * Builds `dist/`, the folder that a browser loads: `npm run build`.
 * Nothing is minified, so that what runs in people's calls can be read.
 */
import { cp, mkdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
process.chdir(root);

/** Script in dist <- its entry point. */
const MODULES = {
  background: "src/background/main.ts",
  popup: "src/popup/main.ts",
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
  _locales: "_locales",
  "popup.html": "src/popup/popup.html",
  "popup.css": "src/popup/popup.css",
  "capture.html": "src/content/capture/frame.html",
  ...Object.fromEntries(
    ["16", "32", "48", "128", "off-16", "off-32"].map((name) => [`icons/${name}.png`, `icons/${name}.png`]),
  ),
};

const options = { bundle: true, outdir: "dist", target: "chrome130", charset: "utf8", legalComments: "inline" };

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

await rm("dist", { recursive: true, force: true });
await mkdir("dist");
await Promise.all([
  build({ ...options, entryPoints: MODULES, format: "esm" }),
  build({ ...options, entryPoints: CLASSIC, format: "iife", plugins: [source] }),
  ...Object.entries(COPIES).map(([to, from]) => cp(from, `dist/${to}`, { recursive: true })),
]);
process.stdout.write(`Built ${root}/dist\n`);

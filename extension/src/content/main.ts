/** The content script. It may be injected again into a page where an older one runs: the newest takes over. */

import { isAlive } from "./link";
import { page } from "./page";
import { Session } from "./session";

/** How soon a script notices that its extension is gone when it has nothing to send. */
const ALIVE_MS = 1000;
/** Told to scripts of other worlds, as from before a reload of the extension. Pages can say it too: only orphans obey. */
const TAKEOVER = "veritile:takeover";
/** This world's script, out of the page's reach. */
const world = globalThis as { veritileLife?: AbortController };

world.veritileLife?.abort();
page.dispatchEvent(new CustomEvent(TAKEOVER));

const life = new AbortController();
world.veritileLife = life;
const endOrphan = () => {
  if (!isAlive()) life.abort();
};
page.addEventListener(TAKEOVER, endOrphan, { signal: life.signal });
const watch = setInterval(endOrphan, ALIVE_MS);
life.signal.addEventListener("abort", () => clearInterval(watch));

new Session(page, () => life.abort(), life.signal);

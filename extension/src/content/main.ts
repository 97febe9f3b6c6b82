/** The content script. It may be injected again into a page where an older one runs: the newest takes over. */
import { isAlive } from "./link";
import { Session } from "./session";

/** A DOM event, since a script from before a reload of the extension lives in another world. */
const TAKEOVER = "veritile:takeover";
/** How soon a script notices that its extension is gone when it has nothing to send. */
const ALIVE_MS = 1000;

document.dispatchEvent(new CustomEvent(TAKEOVER));

const life = new AbortController();
const end = () => life.abort();
document.addEventListener(TAKEOVER, end, { signal: life.signal });
const alive = setInterval(() => isAlive() || end(), ALIVE_MS);
life.signal.addEventListener("abort", () => clearInterval(alive));

new Session(document, end, life.signal);

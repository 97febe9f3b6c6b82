/** A page's port to the service worker: its snapshots come in, the user's choices go out. */
import { type FromPopup, POPUP_PORT, type Snapshot } from "../channel";
import { spoken } from "./start";

export class Connection {
  /** The newest; undefined before the first. */
  latest: Snapshot | undefined;
  private port: chrome.runtime.Port | undefined;

  constructor(private readonly show: (snapshot: Snapshot) => void) {
    // An open page has the host run: one that was forgotten in the background must not.
    document.addEventListener("visibilitychange", () => this.follow());
    this.follow();
  }

  send(message: FromPopup): void {
    this.connect();
    this.port?.postMessage(message);
  }

  private follow(): void {
    if (!document.hidden) this.connect();
    else {
      this.port?.disconnect();
      this.port = undefined;
    }
  }

  private connect(): void {
    if (this.port) return;
    const port = chrome.runtime.connect({ name: POPUP_PORT });
    this.port = port;
    port.onMessage.addListener((snapshot: Snapshot) => {
      if (snapshot.language !== spoken) {
        location.reload();
        return;
      }
      this.latest = snapshot;
      this.show(snapshot);
    });
    // The browser may stop the service worker at any time; connecting starts it again.
    port.onDisconnect.addListener(() => {
      if (this.port !== port) return;
      this.port = undefined;
      this.follow();
    });
  }
}

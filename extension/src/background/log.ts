/** The host's log of calls, for whoever asks: the host is started for it where it is not running. */
import type { HostState } from "../shared/channel";
import type { Request } from "../shared/protocol";
import type { Host } from "./host";
import { type ReplyTo, RequestError } from "./native";

export class Log {
  private asked = 0;
  private readonly waiting = new Set<{ resolve(): void; reject(error: Error): void }>();

  /** @param changed called when the need for a host may have changed */
  constructor(
    private readonly host: Pick<Host, "request" | "info" | "state">,
    private readonly changed: () => void,
  ) {}

  /** Whether somebody waits for an answer. */
  get needHost(): boolean {
    return this.asked > 0;
  }

  /** Rejects with RequestError, whose text says what to do. */
  async ask<R extends Request>(request: R): Promise<ReplyTo<R>> {
    this.asked++;
    this.changed();
    try {
      await this.greeted();
      return await this.host.request(request);
    } finally {
      this.asked--;
      this.changed();
    }
  }

  /** To be told of every change of the host. */
  follow({ status, detail }: HostState): void {
    if (!this.host.info && status !== "failed") return;
    for (const { resolve, reject } of this.waiting) {
      if (this.host.info) resolve();
      else reject(new RequestError("closed", detail || "Veritile's program is not running."));
    }
    this.waiting.clear();
  }

  private greeted(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.add({ resolve, reject });
      this.follow(this.host.state);
    });
  }
}

/** What this script measures on itself. */
import type { TabFigures } from "../shared/channel";

/** Runs a task of ours on the page's thread, and times it. */
export type Measure = <T>(task: () => T) => T;

const KEPT_LATENCIES = 500;
/** What the browser calls a long task: longer ones are felt. */
const LONG_TASK_MS = 50;

/**
 * `main_thread_ms` covers our own tasks from start to end: scans, taking and posting pictures, messages, badges. It does not cover what the browser does on our behalf later: layout, paint, garbage collection.
 * `latency_ms` runs from the capture to the moment the badge's element is set, one paint before it is seen.
 */
export class Figures {
  captured = 0;
  dropped = 0;
  capture = "none";
  readonly #started = performance.now();
  readonly #latency: number[] = [];
  readonly #firstVerdict: Record<string, number> = {};
  #busy = 0;
  #longTasks = 0;
  #longestTask = 0;
  #depth = 0;

  /** Runs and times a synchronous task; tasks within a task are not counted twice. */
  readonly measure: Measure = (task) => {
    if (this.#depth > 0) return task();
    const start = performance.now();
    this.#depth += 1;
    try {
      return task();
    } finally {
      this.#depth -= 1;
      const took = performance.now() - start;
      this.#busy += took;
      this.#longestTask = Math.max(this.#longestTask, took);
      if (took > LONG_TASK_MS) this.#longTasks += 1;
    }
  };

  latency(ms: number): void {
    this.#latency.push(round(ms));
    if (this.#latency.length > KEPT_LATENCIES) this.#latency.shift();
  }

  firstVerdict(participant: string, ms: number): void {
    this.#firstVerdict[participant] ??= Math.round(ms);
  }

  /** What was found on the page at the last look. */
  page: TabFigures["page"];

  snapshot(): TabFigures {
    return {
      ...(this.page && { page: this.page }),
      captured: this.captured,
      dropped: this.dropped,
      latency_ms: [...this.#latency],
      first_verdict_ms: { ...this.#firstVerdict },
      main_thread_ms: round(this.#busy),
      long_tasks: this.#longTasks,
      longest_task_ms: round(this.#longestTask),
      observed_ms: Math.round(performance.now() - this.#started),
      capture: this.capture,
    };
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

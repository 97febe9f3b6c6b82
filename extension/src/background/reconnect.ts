/**
 * When a host that was lost may be started again.
 * Pure: the caller keeps the list of restarts and the clock.
 */

/** At most this many restarts … */
export const MAX_RESTARTS = 5;
/** … within this many milliseconds. */
export const WINDOW_MS = 60_000;
const FIRST_WAIT_MS = 250;
/** Kept short: a user who sees "reconnecting" should see it end within 5 s, start of the host included. */
const LONGEST_WAIT_MS = 2_000;

export interface Restart {
  /** Milliseconds until the host may be started. */
  wait: number;
  /** The restarts that still count, this one included: epoch ms, oldest first. */
  restarts: number[];
}

/**
 * The next restart, or null when the host was restarted as often as allowed.
 * @param restarts earlier restarts, epoch ms
 * @param now epoch ms
 */
export function nextRestart(restarts: readonly number[], now: number): Restart | null {
  // A clock that was set back must not keep old restarts alive for ever.
  const recent = restarts.filter((at) => Math.abs(now - at) < WINDOW_MS);
  if (recent.length >= MAX_RESTARTS) return null;
  const wait = Math.min(FIRST_WAIT_MS * 2 ** recent.length, LONGEST_WAIT_MS);
  return { wait, restarts: [...recent, now + wait] };
}

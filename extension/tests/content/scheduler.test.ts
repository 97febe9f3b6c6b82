import { describe, expect, it } from "vitest";
import { LONGEST_MS, LONGEST_SLOT_MS, RETRY_MS, Scheduler, SLOT_MS } from "../../src/content/scheduler";
import { MAX_BATCHES_IN_FLIGHT } from "../../src/shared/channel";

/** A host that answers each picture after `delay` ms and wants the next `every` ms after it, on a virtual clock. */
function simulate(participants: number, { every, delay, seconds }: { every: number; delay: number; seconds: number }) {
  const scheduler = new Scheduler();
  const taken: { participant: string; at: number }[] = [];
  const answers: { at: number; participant: string; taken: number }[] = [];
  let inFlight = 0;
  let most = 0;
  for (let i = 0; i < participants; i++) scheduler.add(`p${i}`, 0);
  for (let now = 0; now < seconds * 1000; now++) {
    while (answers[0] && answers[0].at <= now) {
      const answer = answers.shift();
      if (!answer) break;
      inFlight -= 1;
      scheduler.answered();
      scheduler.judged(answer.participant, answer.taken, every);
    }
    const participant = scheduler.take(now);
    if (participant === undefined) continue;
    taken.push({ participant, at: now });
    scheduler.captured(participant);
    scheduler.sent();
    most = Math.max(most, ++inFlight);
    answers.push({ at: now + delay, participant, taken: now });
  }
  return { taken, most };
}

/** How many pictures were taken of each. */
function counted(taken: readonly { participant: string }[]): number[] {
  const counts = new Map<string, number>();
  for (const { participant } of taken) counts.set(participant, (counts.get(participant) ?? 0) + 1);
  return [...counts.values()];
}

describe("Scheduler", () => {
  it("never starts two captures within a slot", () => {
    const { taken } = simulate(25, { every: 500, delay: 10, seconds: 5 });
    for (const [i, { at }] of taken.entries()) {
      const before = taken[i - 1];
      if (before) expect(at - before.at).toBeGreaterThanOrEqual(SLOT_MS);
    }
  });

  it("spreads the burst at the start of a call of 49 out, and has looked at everybody within two seconds", () => {
    const { taken } = simulate(49, { every: 5000, delay: 25, seconds: 4 });
    expect(counted(taken)).toEqual(Array(49).fill(1));
    for (const [i, { at }] of taken.entries())
      expect(at - (taken[i - 1]?.at ?? -SLOT_MS)).toBeGreaterThanOrEqual(SLOT_MS);
    expect(taken.at(-1)?.at).toBeLessThan(2000);
  });

  it("has at most so many batches in flight, however slow the host", () => {
    expect(simulate(9, { every: 100, delay: 700, seconds: 10 }).most).toBe(MAX_BATCHES_IN_FLIGHT);
  });

  it("gives everybody the pace that the host wants", () => {
    const { taken } = simulate(9, { every: 1000, delay: 15, seconds: 10 });
    expect(counted(taken)).toEqual(Array(9).fill(10));
  });

  it("serves everybody alike when the host cannot keep up", () => {
    const { taken } = simulate(20, { every: 50, delay: 200, seconds: 20 });
    const counts = counted(taken);
    expect(counts).toHaveLength(20);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it("does not take a second picture of somebody whose first is not judged", () => {
    const scheduler = new Scheduler();
    scheduler.add("a", 0);
    expect(scheduler.take(0)).toBe("a");
    expect(scheduler.take(5000)).toBeUndefined();
    scheduler.add("a", 5000);
    expect(scheduler.take(10_000)).toBeUndefined();
  });

  it("says how long to wait, and nothing when only an answer can help", () => {
    const scheduler = new Scheduler();
    expect(scheduler.wait(0)).toBeUndefined();
    scheduler.add("a", 100);
    scheduler.add("b", 100);
    expect(scheduler.wait(0)).toBe(100);
    scheduler.take(100);
    expect(scheduler.wait(100)).toBe(SLOT_MS);
    for (let i = 0; i < MAX_BATCHES_IN_FLIGHT; i++) scheduler.sent();
    expect(scheduler.wait(100)).toBeUndefined();
    expect(scheduler.take(1000)).toBeUndefined();
    scheduler.answered();
    expect(scheduler.take(1000)).toBe("b");
  });

  it("tries again a while after a picture that failed, and forgets who is gone", () => {
    const scheduler = new Scheduler();
    scheduler.add("a", 0);
    scheduler.take(0);
    scheduler.captured("a");
    scheduler.retry("a", 10);
    expect(scheduler.wait(10)).toBe(RETRY_MS);
    scheduler.remove("a");
    scheduler.judged("a", 0, 100);
    expect(scheduler.wait(0)).toBeUndefined();
  });

  it("bounds what a host can ask for", () => {
    const scheduler = new Scheduler();
    scheduler.add("a", 0);
    for (const [asked, least, most] of [
      [-1e9, 1, 1000],
      [1e12, 1000, LONGEST_MS],
    ] as const) {
      scheduler.captured(scheduler.take(1e6) ?? "");
      scheduler.judged("a", 1e6, asked);
      const wait = scheduler.wait(1e6) ?? 0;
      expect(wait).toBeGreaterThanOrEqual(least);
      expect(wait).toBeLessThanOrEqual(most);
      scheduler.judged("a", 0, 100);
    }
  });

  it("leaves nobody without a look for more than 30 s, whatever a host asks for", () => {
    const { taken } = simulate(9, { every: 600_000, delay: 15, seconds: 95 });
    expect(counted(taken)).toEqual(Array(9).fill(4));
  });

  it("takes whoever has something new to show at once, but for those who are being judged", () => {
    const scheduler = new Scheduler();
    scheduler.add("a", 0);
    scheduler.captured(scheduler.take(0) ?? "");
    scheduler.hurry("a", 10);
    expect(scheduler.wait(10)).toBeUndefined();
    scheduler.judged("a", 0, 5000);
    scheduler.hurry("a", 100);
    scheduler.hurry("nobody", 100);
    expect(scheduler.take(100)).toBe("a");
  });

  it("lets nobody go before whom the user looks at, once they are due, and keeps nobody else waiting until then", () => {
    const scheduler = new Scheduler();
    scheduler.add("other", 0);
    scheduler.add("chosen", 10);
    scheduler.prefer("chosen");
    expect(scheduler.take(5)).toBe("other");
    scheduler.captured("other");
    scheduler.judged("other", 5, 100);
    expect(scheduler.take(200)).toBe("chosen");
    scheduler.captured("chosen");
    scheduler.prefer(undefined);
    scheduler.judged("chosen", 200, 100);
    expect(scheduler.take(400)).toBe("other");
  });

  it("spreads captures out on a page that is late, and closes up when it is not", () => {
    const scheduler = new Scheduler();
    const gap = () => {
      scheduler.add("a", 0);
      scheduler.add("b", 0);
      scheduler.take(1e6);
      const wait = scheduler.wait(1e6) ?? 0;
      for (const one of ["a", "b"]) {
        scheduler.remove(one);
        scheduler.captured(one);
      }
      return wait;
    };
    for (let i = 0; i < 50; i++) scheduler.late(10_000);
    expect(gap()).toBe(LONGEST_SLOT_MS);
  });
});

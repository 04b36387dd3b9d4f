import { describe, expect, test } from "vitest";

import type { Clock } from "../../../../worker/platform.ts";
import type { ComputePool, Job, JobEvents } from "../../../../worker/threads/compute-pool.ts";
import { RestingPool } from "../../../../worker/threads/resting-pool.ts";

const job: Job = {
  kind: "gradient",
  step: 0,
  parameters: new Uint8Array(4),
  blocks: [
    { start: 0, end: 1 },
    { start: 1, end: 2 },
  ],
};

/** A clock that the test moves, and a pool that takes 50 ms for each of a job's two blocks. */
function setUp(effort: number) {
  let nowMs = 0;
  let timers: { atMs: number; callback: () => void }[] = [];
  const starts: number[] = [];
  const clock: Clock = {
    now: () => nowMs,
    after(delayMs, callback) {
      const timer = { atMs: nowMs + delayMs, callback };
      timers.push(timer);
      return () => (timers = timers.filter((each) => each !== timer));
    },
  };
  const inner: ComputePool = {
    threads: 3,
    load: () => Promise.resolve({ selfTest: "bits", samplesPerSecond: 1000 }),
    start({ blocks }, events) {
      starts.push(nowMs);
      for (const block of blocks) {
        nowMs += 50;
        events.result(block, { lossSum: 1, correct: 0, values: new Uint8Array(4) }, 50);
      }
      events.done();
    },
    cancel() {},
    close() {},
  };
  const pool = new RestingPool(inner, clock);
  pool.setEffort(effort);
  const computeMs: number[] = [];
  const events: JobEvents = {
    result: (_block, _result, ms) => computeMs.push(ms),
    failed: () => {},
    done: () => {},
  };
  return {
    pool,
    starts,
    computeMs,
    start: () => pool.start(job, events),
    pass: (ms: number) => {
      const untilMs = nowMs + ms;
      for (;;) {
        const next = timers.toSorted((a, b) => a.atMs - b.atMs).find(({ atMs }) => atMs <= untilMs);
        if (next === undefined) break;
        timers = timers.filter((each) => each !== next);
        nowMs = Math.max(nowMs, next.atMs);
        next.callback();
      }
      nowMs = Math.max(nowMs, untilMs);
    },
  };
}

describe("a pool at less than full effort", () => {
  test("at 25 % rests 300 ms after a job of 100 ms, and counts the rest with the next job's first block", () => {
    const { start, pass, starts, computeMs } = setUp(0.25);
    start();
    start();
    expect(starts).toEqual([0]);
    pass(299);
    expect(starts).toEqual([0]);
    pass(1);
    expect(starts).toEqual([0, 400]);
    expect(computeMs).toEqual([50, 50, 350, 50]);
  });

  test("at 50 % has already rested when the next job comes 100 ms later", () => {
    const { start, pass, starts, computeMs } = setUp(0.5);
    start();
    pass(100);
    start();
    expect(starts).toEqual([0, 200]);
    expect(computeMs).toEqual([50, 50, 50, 50]);
  });

  test("at 100 % never rests", () => {
    const { start, starts } = setUp(1);
    start();
    start();
    start();
    expect(starts).toEqual([0, 100, 200]);
  });

  test("announces half of the speed at 50 %, and all threads", async () => {
    const { pool } = setUp(0.5);
    const run = {} as Parameters<ComputePool["load"]>[0];
    expect(await pool.load(run)).toEqual({ selfTest: "bits", samplesPerSecond: 500 });
    expect(pool.threads).toBe(3);
  });

  test("a job that is dropped while it waits is never computed, and the owed rest stays owed", () => {
    const { pool, start, pass, starts } = setUp(0.5);
    start();
    start();
    pass(40);
    pool.cancel();
    pass(20);
    start();
    pass(1_000);
    expect(starts).toEqual([0, 200]);
  });

  test("continues at once when it is set back to 100 %, from the next job on", () => {
    const { pool, start, starts } = setUp(0.25);
    start();
    pool.setEffort(1);
    start();
    expect(starts).toEqual([0, 100]);
  });
});

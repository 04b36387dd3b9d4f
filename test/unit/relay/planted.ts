/** @file Mistakes that a relay might have, planted between its pool and its loop. */
import { bytesOf } from "../../../shared/bytes.ts";
import { roundKinds } from "../../../shared/run/kinds.ts";
import type { Block } from "../../../shared/run/tree.ts";
import type { UnitResult } from "../../../shared/run/unit.ts";
import type { ComputePool, Job, JobEvents } from "../../../worker/threads/compute-pool.ts";
import { floatsOf } from "../../support/fixtures/kernel-twins.ts";

export type Wrap = (pool: ComputePool) => ComputePool;

/** A relay's pool whose jobs go through `start`. */
function starting(pool: ComputePool, start: (job: Job, events: JobEvents) => void): ComputePool {
  return {
    threads: 1,
    load: async (run) => await pool.load(run),
    start,
    cancel: () => pool.cancel(),
    close: () => pool.close(),
  };
}

function eventsWith(events: JobEvents, result: JobEvents["result"]): JobEvents {
  return {
    result,
    failed: (block, reason) => events.failed(block, reason),
    done: () => events.done(),
  };
}

export function sendsTwice(pool: ComputePool): ComputePool {
  return starting(pool, (job, events) =>
    pool.start(
      job,
      eventsWith(events, (...of) => {
        events.result(...of);
        events.result(...of);
      }),
    ),
  );
}

export function mixesRounds(pool: ComputePool): ComputePool {
  let before: Uint8Array | undefined;
  return starting(pool, (job, events) =>
    pool.start(
      job,
      eventsWith(events, (block, result, computeMs) => {
        const isGradient = roundKinds[job.kind].answer === "gradient";
        const values = isGradient ? (before ?? result.values) : result.values;
        if (isGradient) before = result.values.slice();
        events.result(block, { ...result, values }, computeMs);
      }),
    ),
  );
}

function add(one: UnitResult, other: UnitResult): UnitResult {
  return {
    values: bytesOf(
      floatsOf(one.values).map((value, i) => value + (floatsOf(other.values)[i] ?? 0)),
    ),
    lossSum: one.lossSum + other.lossSum,
    correct: one.correct + other.correct,
  };
}

/** Adds the leaves of a block one after the other, the last one first. */
export function addsInOrderOfArrival(pool: ComputePool): ComputePool {
  return starting(pool, (job, events) => {
    const leaves: { block: Block; result: UnitResult }[] = [];
    const singles = job.blocks.flatMap(({ start, end }) =>
      Array.from({ length: end - start }, (_, i) => ({ start: start + i, end: start + i + 1 })),
    );
    pool.start(
      { ...job, blocks: singles },
      {
        result: (block, result) => {
          leaves.push({ block, result: { ...result, values: result.values.slice() } });
        },
        failed: (block, reason) => events.failed(block, reason),
        done: () => {
          for (const block of job.blocks) {
            const inside = leaves.filter(
              ({ block: { start } }) => block.start <= start && start < block.end,
            );
            events.result(block, inside.map(({ result }) => result).reduceRight(add), 1);
          }
          events.done();
        },
      },
    );
  });
}

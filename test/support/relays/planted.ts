/** @file Mistakes that a relay might have, planted between its pool and its loop. */
import { bytesOf } from "../../../shared/bytes.ts";
import { createPlainKernel, type Kernel } from "../../../shared/kernels/kernel.ts";
import { roundKinds } from "../../../shared/run/kinds.ts";
import type { Block } from "../../../shared/run/tree.ts";
import type { UnitResult } from "../../../shared/run/unit.ts";
import type { ComputePool, Job, JobEvents } from "../../../worker/threads/compute-pool.ts";
import { floatsOf } from "../fixtures/kernel-twins.ts";

export type Wrap = (pool: ComputePool) => ComputePool;

/** A relay's pool whose jobs go through `start`. */
function starting(pool: ComputePool, start: (job: Job, events: JobEvents) => void): ComputePool {
  return {
    threads: 1,
    load: async (run) => await pool.load(run),
    start,
    challenge: (...of) => pool.challenge?.(...of),
    cancel: () => pool.cancel(),
    close: () => pool.close(),
  };
}

function eventsWith(events: JobEvents, result: JobEvents["result"]): JobEvents {
  return {
    committed: (block, below) => events.committed?.(block, below),
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

/** Keeps the beginning of the point of the last step, and passes the rest of this one's on behind it. */
export function mixesVersions(pool: ComputePool): ComputePool {
  let before: Uint8Array | undefined;
  return {
    ...starting(pool, (job, events) => {
      const { parameters, version, arrivals = [] } = job;
      const passed = version?.update?.tensor ?? parameters;
      const stale = before?.length === passed.length ? before : undefined;
      const half = Math.floor(passed.length / 8) * 4;
      // Ahead of those that pass it on.
      const mix = () => void (stale !== undefined && passed.set(stale.subarray(0, half)));
      for (const arrival of arrivals) arrival.follow({ more: mix, abandoned: () => {} });
      pool.start(job, events);
      before = passed.slice();
    }),
    passesOn: true,
  };
}

/** Waits until a point is whole before it passes it on, as relays did. No mistake: the same bits, later. */
export function storesFirst(pool: ComputePool): ComputePool {
  return starting(pool, (job, events) => pool.start(job, events));
}

/** Changes every sum after having committed itself to what is below. */
export function changesSums(pool: ComputePool): ComputePool {
  return starting(pool, (job, events) =>
    pool.start(
      job,
      eventsWith(events, (block, result, computeMs) =>
        events.result(block, withOneMore(result), computeMs),
      ),
    ),
  );
}

/** Commits itself to nodes that are not its own. */
export function commitsToOthers(pool: ComputePool): ComputePool {
  return starting(pool, (job, events) =>
    pool.start(job, {
      ...eventsWith(events, (...of) => events.result(...of)),
      committed: (block) => events.committed?.(block, "0123456789abcdef".repeat(4)),
    }),
  );
}

/** Changes its sums, and reveals children that add up to what it sent: the sum, and nothing. */
export function revealsOthers(pool: ComputePool): ComputePool {
  let sent: UnitResult | undefined;
  return {
    ...starting(pool, (job, events) =>
      pool.start(
        job,
        eventsWith(events, (block, result, computeMs) => {
          sent = withOneMore(result);
          events.result(block, sent, computeMs);
        }),
      ),
    ),
    challenge: (challenge, evidence) => {
      const children = [sent];
      pool.challenge?.(challenge, {
        path: (...of) => evidence.path(...of),
        reveal: (part, { values }) => {
          const nothing = { values: new Uint8Array(values.length), lossSum: 0, correct: 0 };
          evidence.reveal(part, children.pop() ?? nothing);
        },
      });
    },
  };
}

/** Reveals nothing. */
export function isSilent(pool: ComputePool): ComputePool {
  return { ...starting(pool, (...of) => pool.start(...of)), challenge: () => {} };
}

/** A kernel that adds 1 to the first value of every sum. */
export function createWrongKernel(): Kernel {
  const kernel = createPlainKernel();
  const addVectors: Kernel["functions"]["addVectors"] = (out, one, other, count) => {
    kernel.functions.addVectors(out, one, other, count);
    kernel.views.f32[out / 4]! += 1;
  };
  return {
    ...kernel,
    get views() {
      return kernel.views;
    },
    functions: { ...kernel.functions, addVectors },
  };
}

/** The same result, with 1 added to its first value. */
export function withOneMore(result: UnitResult): UnitResult {
  const values = floatsOf(result.values).slice();
  values[0]! += 1;
  return { ...result, values: bytesOf(values) };
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

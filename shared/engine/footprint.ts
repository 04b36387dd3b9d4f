/**
 * @file Computes how much kernel memory a run takes in a worker, without allocating any. It lays out an engine in an arena that
 * only counts. So there is no second list of what layers and sums allocate.
 */
import { createPlainKernel } from "../kernels/kernel.ts";
import { Arena } from "../kernels/memory.ts";
import type { RunConfig } from "../run/config.ts";
import type { GivenCounts } from "../run/plan.ts";
import { createEngineOver, pointBytes } from "./engine.ts";

/** In bytes, without the dataset. */
export interface Footprint {
  /** Once per worker: the point. */
  readonly point: number;
  /** Of each thread: the outputs of the layers and their gradients for a few samples, and the sums of a block. */
  readonly thread: number;
}

/** @param counts - Samples of each split. */
export function footprintOf(config: RunConfig, counts: GivenCounts): Footprint {
  const { kind, count } = config.task;
  const { trainCount, validationCount = 0, testCount } = counts;
  const nowhere = { features: 0, targets: 0 };
  const dataset = {
    form: kind === "tokens" ? "tokens8" : "floats",
    target: { kind, count },
    train: { count: trainCount, ...nowhere },
    ...(validationCount === 0 ? {} : { validation: { count: validationCount, ...nowhere } }),
    test: { count: testCount, ...nowhere },
  } as const;
  const plain = createPlainKernel();
  const uncounted = { buffer: plain.memory.buffer, grow: () => 0 };
  const arena = new Arena(uncounted, { start: 0, end: Number.MAX_SAFE_INTEGER });
  createEngineOver({ kernel: { ...plain, arena }, config, data: { dataset, parameters: 0 } });
  return { point: pointBytes(config), thread: arena.byteLength };
}

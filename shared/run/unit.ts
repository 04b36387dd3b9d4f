/**
 * @file The unit of work: what a worker is asked to compute and what it answers. A pure function of (kernel, run
 * config, dataset, parameters, step, block), invariant 1. A tagged union, so that other kinds can join later.
 */
import type { Block } from "./tree.ts";

/** The kinds of leaves that the tree of a round can have. */
export type UnitKind = "gradient" | "evaluation" | "candidates";

/**
 * One block of one round.
 *
 * - `gradient`: leaves are the shards of the step's batch; the answer is their gradientSum, lossSum and correct.
 * - `evaluation`: leaves are the shards of the test split; the answer is lossSum, correct and the confusion counts.
 * - `candidates`: leaves are the neighbours of a local-search step (leaf 0 is the current point itself, leaf c ≥ 1
 *   is w + σ·noise(seed, step, c)); the answer is one cost a leaf, over the step's whole batch.
 */
export interface Unit {
  readonly kind: UnitKind;
  /** The step that the answer is for. For `evaluation`: the number of committed steps. */
  readonly step: number;
  readonly block: Block;
}

/** The answer to a unit. */
export interface UnitResult {
  /** Sum over the block's samples of the sample loss; for `candidates`, the first leaf's. */
  readonly lossSum: number;
  /** How many of the block's samples have their largest output at their label; for `candidates` 0. */
  readonly correct: number;
  /**
   * Little-endian float32: gradientSum `[parameterCount]` (gradient), confusion counts `[label, predicted]`
   * (evaluation), loss sums `[leaf]` (candidates). A view that the next unit overwrites.
   */
  readonly values: Float32Array;
}

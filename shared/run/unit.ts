/**
 * @file The unit of work: what a worker is asked to compute and what it answers. A pure function of (kernel, run
 * config, dataset, parameters, step, block), invariant 1.
 */
import type { RoundKind } from "./kinds.ts";
import type { Block } from "./tree.ts";

/** One block of one round of a kind; what its leaves are is in the kind's row of `kinds.ts`. */
export interface UnitOf<Kind extends RoundKind> {
  readonly kind: Kind;
  /** The step that the answer is for. For `evaluation`: the number of committed steps. */
  readonly step: number;
  readonly block: Block;
}

export type Unit = { readonly [Kind in RoundKind]: UnitOf<Kind> }[RoundKind];

/** The answer to a unit. */
export interface UnitResult {
  /** Sum over the block's samples of the sample loss; 0 where the values say it all (candidates). */
  readonly lossSum: number;
  /** How many of the block's samples have their largest output at their label; 0 where nobody counts. */
  readonly correct: number;
  /** Float32, of the length that the kind's row says. A view that the next unit overwrites. */
  readonly values: Float32Array;
}

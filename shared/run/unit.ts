/**
 * @file The unit of work: what a worker is asked to compute and what it answers. A pure function of (kernel, run
 * config, dataset, parameters, step, block), invariant 1.
 */
import type { RoundKind } from "./kinds.ts";
import type { Block } from "./tree.ts";

/** One block of one round. The kind's row in `kinds.ts` says what its leaves are. */
export interface UnitOf<Kind extends RoundKind> {
  readonly kind: Kind;
  /** The step that the answer is for. For `evaluation`: the number of committed steps. */
  readonly step: number;
  readonly block: Block;
}

export type Unit = { readonly [Kind in RoundKind]: UnitOf<Kind> }[RoundKind];

/** The answer to a unit. */
export interface UnitResult {
  /** Sum of the losses over the block's samples; 0 if the values contain everything (candidates). */
  readonly lossSum: number;
  /** How many of the block's samples have their largest output at their label; 0 if hits are not counted. */
  readonly correct: number;
  /**
   * As many as the kind's row says, as bytes in the form in which they travel (`layoutOfResult`). A view that the next
   * unit overwrites.
   */
  readonly values: Uint8Array;
}

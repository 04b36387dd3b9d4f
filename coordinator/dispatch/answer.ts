/** @file What a worker says about one block, and what becomes of it. */
import type { ResultMessage } from "../../shared/protocol/messages.ts";
import { sumsOf } from "../../shared/protocol/rounds.ts";
import type { Block } from "../../shared/run/tree.ts";
import type { Sentence } from "../../shared/words/sentence.ts";

/** Everything in a result that reaches the parameters or the metrics. */
export interface Content {
  /** As they travel. A worker's are read only during a call. */
  readonly values: Uint8Array;
  /** 0 in both for a kind of round that has only values. */
  readonly lossSum: number;
  readonly correct: number;
}

/** A worker's answer for one block. */
export interface Answer extends Content {
  readonly block: Block;
  /** How many samples the worker processed for it. */
  readonly samples: number;
}

/** @param tensor - That of the message. */
export function contentOf(message: ResultMessage, tensor: Uint8Array): Content {
  const { lossSum, correct } = sumsOf(message);
  return { values: tensor, lossSum, correct };
}

/** Whether two results of one unit are equal in every byte, as honest ones are (invariant 1). */
export function isSame(one: Content, other: Content): boolean {
  return (
    one.lossSum === other.lossSum &&
    one.correct === other.correct &&
    Buffer.compare(one.values, other.values) === 0
  );
}

/**
 * What becomes of an answer. Dispatch, audit and the sums look at it one after the other; the first that has an outcome
 * for it decides.
 */
export type Outcome =
  /** Its values are in the sums. */
  | { readonly kind: "counted"; readonly samples: number }
  /** It is equal to the answer in the sums, which needed a second opinion. */
  | { readonly kind: "confirmed"; readonly samples: number }
  /**
   * Its block, or a part of it, is known already. With a `doubt` it differs from the answer that counted, and it is too
   * late to find out which of the two is wrong.
   */
  | { readonly kind: "covered"; readonly doubt?: Sentence }
  /** Its round is over. */
  | { readonly kind: "stale"; readonly doubt?: Sentence }
  /** It differs from another answer. These workers were wrong and have been expelled; its sender may not be one of them. */
  | { readonly kind: "mismatch"; readonly liars: readonly string[] }
  /** No honest worker sends it. */
  | { readonly kind: "offence"; readonly reason: Sentence };

export type OutcomeOf<Kind extends Outcome["kind"]> = Extract<Outcome, { readonly kind: Kind }>;

export function offence(reason: Sentence): OutcomeOf<"offence"> {
  return { kind: "offence", reason };
}

export const stale: OutcomeOf<"stale"> = { kind: "stale" };

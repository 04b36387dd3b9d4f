/**
 * @file The samples of a text. A split is stored as one array of tokens; a sample is a window of it, `context` tokens
 * long, and its target the same window one token later. So nothing is stored twice.
 *
 * Window i of the validation and of the test split begins at token i · context. In the training split each epoch
 * moves all windows by an offset in [0, context), so that the network does not see the same beginnings each time.
 */
import type { Split } from "../dataset.ts";

/** A split's tokens; 16 bits each for more than 256 different ones. */
export type Tokens = Uint8Array | Uint16Array;

/**
 * How many samples a split has.
 *
 * @param length - Tokens of the split.
 * @param isTraining - Whether its windows move by up to `context − 1` tokens.
 * @returns Less than 1 if it is too short for one.
 */
export function windowCount(length: number, context: number, isTraining: boolean): number {
  return Math.floor((length - (isTraining ? context : 1)) / context);
}

/** The fewest tokens that make a sample. */
export function tokensMin(context: number, isTraining: boolean): number {
  return isTraining ? 2 * context : context + 1;
}

/** A split of these tokens, which it views. */
export function tokenSplit(tokens: Tokens, context: number, isTraining: boolean): Split {
  return {
    count: windowCount(tokens.length, context, isTraining),
    features: tokens,
    targets: tokens.subarray(1),
  };
}

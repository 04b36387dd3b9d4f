/**
 * @file Means of the gradients of single observations, and how far they may be from the mean of all: what the table of
 * averages is made of. Pure.
 */
import { known } from "../../../shared/assert.ts";
import { permutation } from "../../../shared/random.ts";
import type { AnswerBody } from "./questions.ts";

export type Averages = AnswerBody<"averages">;

/** The parameters that the table always has: three that never learn, one of each kind, and the bias of output 9. */
export const tableParameters = [0, 1, 2, 12_551, 12_690, 12_900, 13_001] as const;
/** The bias of the output of the lecture's sixth picture. */
export const lastBias = 13_001;

/** The table's rows, with one that the reader chose, in their order. */
export function rowsWith(parameter: number): readonly number[] {
  return [...new Set<number>([...tableParameters, parameter])].toSorted((a, b) => a - b);
}

/** One row: the gradients of one parameter. */
export interface AverageRow {
  readonly parameter: number;
  /** Of the lecture's six pictures. */
  readonly six: readonly number[];
  readonly mean6: number;
  /** Over the first B of an order drawn from the seed, and over all. */
  readonly meanB: number;
  readonly meanAll: number;
  /** The standard error of `meanB`: s/√B, less where few others are left. */
  readonly error: number;
  /** No observation changes it: its pixel is paper in all of them. */
  readonly isSilent: boolean;
}

/** The row of one of the answer's parameters. */
export function averageRow(
  averages: Averages,
  index: number,
  { batch, seed }: { readonly batch: number; readonly seed: number },
): AverageRow {
  const { count } = averages;
  const column = known(averages.columns[index], "a column");
  const six = averages.six.map((digit) => known(column[digit], "a digit"));
  const spread = deviationOf(column);
  return {
    parameter: known(averages.parameters[index], "a parameter"),
    six,
    mean6: meanOf(six),
    meanB: known(runningMeans(column, orderOf(count, seed))[batch - 1], "a mean"),
    meanAll: known(averages.full[index], "a mean"),
    error: spread * Math.sqrt(shareLeft(batch, count)),
    isSilent: column.every((value) => value === 0),
  };
}

/** 1/B, times what is left of it when B of N are drawn without repeats: `(N − B) / (N − 1)`. */
export function shareLeft(size: number, count: number): number {
  return (count - size) / (size * Math.max(1, count - 1));
}

/** The order in which observations come. @param draw - One of several. */
export function orderOf(count: number, seed: number, draw = 0): Uint32Array {
  return permutation(count, seed, draw, averagesStream);
}

/** Apart from other draws with the same seed. */
const averagesStream = 33;

/** The means of the first 1, 2, 3 … values in an order. */
export function runningMeans(column: ArrayLike<number>, order: Uint32Array): Float64Array {
  let sum = 0;
  return Float64Array.from(order, (digit, i) => {
    sum += column[digit] ?? NaN;
    return sum / (i + 1);
  });
}

export function meanOf(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

/** √ of the mean square of the distances from the mean. */
export function deviationOf(values: ArrayLike<number>): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(Array.from(values, (value) => (value - mean) ** 2)));
}

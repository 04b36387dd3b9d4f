/** @file From a network's outputs to an answer in the words of the data: names of classes, numbers in their unit. */
import type { DataDescription } from "../../shared/data/description.ts";
import { argmax } from "../../shared/engine/predictor.ts";

/** The answer to one sample. */
export type Prediction =
  | {
      readonly kind: "class";
      /** The name of the class with the largest share; its number if the data have no names. */
      readonly answer: string;
      /** By name of the class, in the order of the classes. */
      readonly shares: Readonly<Record<string, number>>;
    }
  /** By name of the value, in its unit. */
  | { readonly kind: "values"; readonly values: Readonly<Record<string, number>> }
  /** By name of the flag: how much speaks for it, in [0, 1]. */
  | { readonly kind: "flags"; readonly shares: Readonly<Record<string, number>> };

/**
 * The answer that a network's outputs mean.
 *
 * @param outputs - Shape `[outputCount]`: of the last layer, after its activation.
 * @param target - Absent for models of older versions, whose targets are classes without names.
 */
export function predictionOf(
  outputs: ArrayLike<number>,
  target: DataDescription["target"] | undefined,
): Prediction {
  const values = Array.from(outputs);
  const nameOf = (index: number) => target?.names?.[index] ?? String(index);
  const named = (numbers: readonly number[]) =>
    Object.fromEntries(numbers.map((value, index) => [nameOf(index), value]));
  if (target?.kind === "values") {
    const scaled = values.map((value, index) => {
      const { mean, scale } = target.scales?.[index] ?? { mean: 0, scale: 1 };
      return value * scale + mean;
    });
    return { kind: "values", values: named(scaled) };
  }
  if (target?.kind === "flags") return { kind: "flags", shares: named(values) };
  // Two classes may share one output: the share of the second.
  const [only = 0] = values;
  const shares = values.length === 1 ? [1 - only, only] : values;
  return { kind: "class", answer: nameOf(argmax(shares)), shares: named(shares) };
}

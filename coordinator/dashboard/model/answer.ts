/** @file What targets and a network's outputs mean in the words of the data: names and units. Pure. */
import type { Target } from "../../../shared/data/dataset.ts";
import { argmax } from "../../../shared/engine/predictor.ts";

/** What a class, flag or value is called: by its name, or its number if it has none. */
export function nameIn(target: Target, index: number): string {
  return target.names?.[index] ?? String(index);
}

/** A mistake with the names of its two classes. */
export function namesIn(
  target: Target,
  { label, predicted }: { readonly label: number; readonly predicted: number },
): { label: string; predicted: string } {
  return { label: nameIn(target, label), predicted: nameIn(target, predicted) };
}

/** A stored value in the unit of the data. */
export function inUnit(target: Target, index: number, value: number): number {
  const { mean, scale } = (target.kind === "values" ? target.scales?.[index] : undefined) ?? {
    mean: 0,
    scale: 1,
  };
  return value * scale + mean;
}

/** The share of each class. Two classes may have one output: the share of the second. */
export function sharesOf(outputs: ArrayLike<number>): readonly number[] {
  const [only = 0] = Array.from(outputs);
  return outputs.length === 1 ? [1 - only, only] : Array.from(outputs);
}

export function classIn(outputs: ArrayLike<number>): number {
  return argmax(sharesOf(outputs));
}

/** How much speaks for the second of two classes, in [0, 1]; above 0.5 it is the answer. */
export function scoreIn(outputs: ArrayLike<number>): number {
  const [first = 0, second = 0] = sharesOf(outputs);
  return Math.min(Math.max((second - first + 1) / 2, 0), 1);
}

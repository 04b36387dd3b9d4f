/** @file Which answers are worst. Pure. */
import type { Target } from "../../../shared/data/dataset.ts";
import type { ClassAnswer } from "./answers.ts";

/** A sample that the network got wrong. */
export interface Mistake {
  readonly sample: number;
  /** The class, or the values or flags. */
  readonly truth: readonly number[];
  /** In the same form. */
  readonly answer: readonly number[];
  /** Higher for a worse mistake: how much surer of a wrong class or flag, or how far off in standard deviations. */
  readonly badness: number;
}

/** What mistakes are read from. */
export interface Answered {
  readonly count: number;
  readonly target: Target;
  readonly targets: ArrayLike<number>;
  readonly classes: readonly ClassAnswer[];
  readonly outputs: ArrayLike<number>;
}

/** All mistakes, in the order of the samples. Values are hardly ever met exactly, so every sample is one. */
export function mistakesIn(answered: Answered): readonly Mistake[] {
  const { count, target, targets, classes } = answered;
  if (target.kind === "classes") {
    return classes.flatMap(({ predicted, surer }, sample) => {
      const label = targets[sample] ?? 0;
      if (predicted === label) return [];
      return [{ sample, truth: [label], answer: [predicted], badness: surer }];
    });
  }
  const isFlag = target.kind === "flags";
  return Array.from({ length: count }, (_, sample) => {
    const truth = rowOf(targets, sample, target.count);
    const outputs = rowOf(answered.outputs, sample, target.count);
    const answer = isFlag ? outputs.map((output) => Number(output > 0.5)) : outputs;
    const off = outputs.map((output, i) => Math.abs(output - (truth[i] ?? 0)));
    const badness = off.reduce((most, each) => Math.max(most, each), 0);
    return { sample, truth, answer, badness };
  }).filter(({ truth, answer }) => !isFlag || truth.some((flag, i) => flag !== answer[i]));
}

/** The worst first. */
export function worstOf(mistakes: readonly Mistake[], most: number): readonly Mistake[] {
  return mistakes.toSorted((a, b) => b.badness - a.badness).slice(0, most);
}

/** Row `row` of an array of shape `[rows, width]`. */
function rowOf(values: ArrayLike<number>, row: number, width: number): number[] {
  return Array.from({ length: width }, (_, i) => values[row * width + i] ?? 0);
}

/** Column `column` of the same. */
export function columnOf(values: ArrayLike<number>, column: number, width: number): number[] {
  const rows = values.length / width;
  return Array.from({ length: rows }, (_, row) => values[row * width + column] ?? 0);
}

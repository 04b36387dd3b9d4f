/**
 * @file Metrics of classes: how many samples of each class were taken for which. Up to 64 classes that is a matrix;
 * beyond that, which would grow with its square, three counts per class.
 */
import type { ScoredSample } from "../model/network.ts";
import { f1Of, type Figures, type Measured, mean, type Metrics, ratio } from "./metrics.ts";

/** More classes have no confusion matrix. */
export const confusionClassesMax = 64;

/** Counts of one class. */
export interface ClassCounts {
  /** Samples of this class, samples taken for it, and samples that are both. */
  readonly actual: number;
  readonly predicted: number;
  readonly hits: number;
}

/** Sums: `[label, predicted]` up to 64 classes, else `[class, 3]`: samples of it, taken for it, and both. */
export function classMetrics(classCount: number): Metrics {
  const hasMatrix = classCount <= confusionClassesMax;
  return {
    sumCount: hasMatrix ? classCount ** 2 : 3 * classCount,
    add(sums, { label, predicted }) {
      if (hasMatrix) return count(sums, label * classCount + predicted);
      count(sums, 3 * label);
      count(sums, 3 * predicted + 1);
      if (label === predicted) count(sums, 3 * label + 2);
    },
    figures: ({ sums, samples }) => classFigures(classCounts(sums, classCount), samples),
  };
}

/** Adds 1. */
export function count(sums: Float32Array, at: number): void {
  sums[at] = (sums[at] ?? 0) + 1;
}

/** The counts of each class, from the sums of either form. */
export function classCounts(sums: ArrayLike<number>, classCount: number): ClassCounts[] {
  const at = (index: number) => sums[index] ?? 0;
  const classes = Array.from({ length: classCount }, (_, i) => i);
  if (classCount > confusionClassesMax) {
    return classes.map((c) => ({
      actual: at(3 * c),
      predicted: at(3 * c + 1),
      hits: at(3 * c + 2),
    }));
  }
  const total = (cell: (other: number) => number) =>
    classes.reduce((sum, other) => sum + at(cell(other)), 0);
  return classes.map((c) => ({
    actual: total((other) => c * classCount + other),
    predicted: total((other) => other * classCount + c),
    hits: at(c * classCount + c),
  }));
}

/** Precision, recall and F1 are means over the classes that occur, each with the same weight. */
function classFigures(counts: readonly ClassCounts[], samples: number): Figures {
  const present = counts.filter(({ actual, predicted }) => actual + predicted > 0);
  return {
    accuracy: ratio(
      counts.reduce((sum, { hits }) => sum + hits, 0),
      samples,
    ),
    precision: mean(present.map(({ hits, predicted }) => ratio(hits, predicted))),
    recall: mean(present.map(({ hits, actual }) => ratio(hits, actual))),
    f1: mean(present.map(({ hits, actual, predicted }) => f1Of(hits, actual, predicted))),
  };
}

/** Scores of two classes are counted in this many steps. */
const binCount = 256;

/**
 * Metrics of two classes. Sums: the matrix `[label, predicted]`, then a histogram of scores `[label, 256]`. The score
 * is the only output, or the second minus the first. As a logit it falls into bin ⌊8·score + 128⌋, else into
 * ⌊128·score + 128⌋, limited to 0…255.
 */
export function binaryMetrics(areLogits: boolean): Metrics {
  const steps = areLogits ? 8 : 128;
  return {
    sumCount: 4 + 2 * binCount,
    add(sums, sample) {
      const { label, predicted } = sample;
      const bin = Math.floor(Math.fround(steps * scoreOf(sample) + binCount / 2));
      count(sums, 2 * label + predicted);
      count(sums, 4 + binCount * label + Math.min(Math.max(bin, 0), binCount - 1));
    },
    figures: binaryFigures,
  };
}

function scoreOf({ outputs: [first = 0, second] }: ScoredSample): number {
  return second === undefined ? first : Math.fround(second - first);
}

/** Precision, recall and F1 are those of class 1, as usual. */
function binaryFigures({ sums, samples }: Measured): Figures {
  const [none, one] = classCounts(sums, 2);
  const { hits = 0, predicted = 0, actual = 0 } = one ?? {};
  const auc = areaUnderCurve(sums);
  return {
    accuracy: ratio((none?.hits ?? 0) + hits, samples),
    precision: ratio(hits, predicted),
    recall: ratio(hits, actual),
    f1: f1Of(hits, actual, predicted),
    ...(auc === undefined ? {} : { auc }),
  };
}

/**
 * The area under the ROC curve: the share of pairs, one of each class, in which class 1 has the higher score; a pair
 * in one bin counts half. `undefined` without samples of both.
 */
function areaUnderCurve(sums: ArrayLike<number>): number | undefined {
  let [zeros, ones, won] = [0, 0, 0];
  for (let bin = 0; bin < binCount; bin++) {
    const zerosHere = sums[4 + bin] ?? 0;
    const onesHere = sums[4 + binCount + bin] ?? 0;
    won += onesHere * (zeros + zerosHere / 2);
    zeros += zerosHere;
    ones += onesHere;
  }
  return zeros * ones === 0 ? undefined : won / (zeros * ones);
}

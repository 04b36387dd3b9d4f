/**
 * @file What the labels of arrays are: one class per sample, a one-hot row, several yes-or-no answers, or numbers to
 * predict. Pure.
 */
import { known } from "../../../shared/assert.ts";
import type { Split, Target } from "../../../shared/data/dataset.ts";
import type { FoundArray } from "../../../shared/data/number-array.ts";
import { valuesMax } from "../../../shared/data/target-schema.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { type Sentence, sentence } from "../../../shared/words/sentence.ts";
import { spelled, type Settings } from "../divide.ts";
import { classLabels, isLabel } from "./class-labels.ts";

export interface ArrayTargets {
  readonly target: Target;
  /** Of each array. */
  readonly targets: readonly Split["targets"][];
  readonly notes: readonly Sentence[];
}

/**
 * @param arrays - The labels of each split, the training split's first.
 * @throws OperatorError if they are no targets, or not of the task that was asked for.
 */
export function targetsOf(arrays: readonly FoundArray[], settings: Settings): ArrayTargets {
  const columns = arrays.map(withoutLastOne);
  const [first] = columns;
  if (first === undefined || columns.some(({ shape }) => !isLike(shape, first.shape))) {
    const shapes = arrays.map(({ shape }) => shape.join(" × "));
    const path = arrays[0]?.path ?? "";
    throw new OperatorError(sentence("labels-not-a-list", { path, shape: shapes.join("], [") }));
  }
  const task = settings.data?.task;
  if (first.shape.length === 1) {
    const areLabels = columns.every(({ data }) => data.every(isLabel));
    if (task === "regression" || (task === undefined && !areLabels && columns.every(isFinite))) {
      return valuesOf(columns);
    }
    return classLabels(columns);
  }
  const areFlags = columns.every(({ data }) => data.every((value) => value === 0 || value === 1));
  if (task === "regression" || !areFlags) {
    if (task === "classification") {
      const setting = spelled("task", settings);
      throw new OperatorError(sentence("several-numbers", { setting, path: first.path }));
    }
    return valuesOf(columns);
  }
  const classes = columns.map(hotOnes);
  if (classes.every((array) => array !== undefined)) return classLabels(classes);
  const target = { kind: "flags", count: widthOf(first) } as const;
  return { target, targets: columns.map(({ data }) => Uint8Array.from(data)), notes: [] };
}

/** `[n, 1]` as `[n]`. */
function withoutLastOne(array: FoundArray): FoundArray {
  const { shape } = array;
  return shape.length === 2 && shape[1] === 1 ? { ...array, shape: shape.slice(0, 1) } : array;
}

function isLike(shape: readonly number[], first: readonly number[]): boolean {
  const hasRank = shape.length === first.length && (shape.length === 1 || shape.length === 2);
  return hasRank && shape.slice(1).join() === first.slice(1).join();
}

function isFinite({ data }: FoundArray): boolean {
  return data.every(Number.isFinite);
}

function widthOf({ shape }: FoundArray): number {
  return shape[1] ?? 1;
}

/** The place of the 1 in each row; `undefined` if a row has none or several. */
function hotOnes(array: FoundArray): FoundArray | undefined {
  const { data } = array;
  const width = widthOf(array);
  const count = data.length / width;
  const classes = new Float32Array(count);
  for (let sample = 0; sample < count; sample++) {
    const row = data.subarray(sample * width, (sample + 1) * width);
    const place = row.indexOf(1);
    if (place === -1 || row.lastIndexOf(1) !== place) return undefined;
    classes[sample] = place;
  }
  return { path: array.path, shape: [count], data: classes, isInteger: true };
}

/** Numbers to predict, standardised by the training split's. */
function valuesOf(arrays: readonly FoundArray[]): ArrayTargets {
  const train = known(arrays[0], "there is a training split");
  const width = widthOf(train);
  for (const { path, data } of arrays) {
    const sample = data.findIndex((value) => !Number.isFinite(value));
    if (sample === -1 && width <= valuesMax) continue;
    if (width > valuesMax) {
      throw new OperatorError(
        sentence("too-many-values", { path, values: width, most: valuesMax }),
      );
    }
    const value = String(data[sample]);
    const values = { path, sample: Math.floor(sample / width), value };
    throw new OperatorError(sentence("target-not-finite", values));
  }
  const scales = Array.from({ length: width }, (_, column) => scaleOf(train, column, width));
  const targets = arrays.map(({ data }) =>
    Float32Array.from(data, (value, i) => {
      const { mean, scale } = known(scales[i % width], "one scale per column");
      return (value - mean) / scale;
    }),
  );
  return { target: { kind: "values", count: width, scales }, targets, notes: [] };
}

/** Mean and standard deviation of a column. @throws OperatorError if it is the same number everywhere. */
function scaleOf(
  { data, path }: FoundArray,
  column: number,
  width: number,
): { readonly mean: number; readonly scale: number } {
  const count = data.length / width;
  let sum = 0;
  for (let i = column; i < data.length; i += width) sum += data[i] ?? 0;
  const mean = sum / count;
  let squares = 0;
  for (let i = column; i < data.length; i += width) squares += ((data[i] ?? 0) - mean) ** 2;
  const scale = Math.sqrt(squares / count);
  if (scale > 0) return { mean, scale };
  throw new OperatorError(sentence("target-constant", { path, value: String(mean) }));
}

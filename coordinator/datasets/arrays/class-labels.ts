/**
 * @file From labels to classes 0 … classCount − 1. Labels that start at 0 are classes already. Others (1 to 26 of
 * EMNIST's letters, −1 and 1) are numbered in their order, and keep their number as a name. Pure.
 */
import { known } from "../../../shared/assert.ts";
import { createLabels, type Target } from "../../../shared/data/dataset.ts";
import type { FoundArray } from "../../../shared/data/number-array.ts";
import { classesMax } from "../../../shared/data/target-schema.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { type Sentence, sentence, type Value } from "../../../shared/words/sentence.ts";

export interface ClassLabels {
  /** Its names are the labels, if these are not the classes' numbers. */
  readonly target: Target;
  /** For each array, the class of each sample. */
  readonly targets: readonly (Uint8Array | Uint16Array)[];
  readonly notes: readonly Sentence[];
}

/** Whole numbers up to here are exact, and nobody has more classes. */
const labelMax = 65_535;

/**
 * @param arrays - The labels of each split, the training split's first.
 * @throws OperatorError if they are not labels of at least two classes.
 */
export function classLabels(arrays: readonly FoundArray[]): ClassLabels {
  for (const array of arrays) refuseNoLabels(array);
  const { path, data } = known(arrays[0], "there is a training split");
  const trained = new Set(data);
  const everywhere = new Set(arrays.flatMap((array) => [...new Set(array.data)]));
  const found = [...everywhere].toSorted((a, b) => a - b);
  const [lowest = 0, highest = 0] = [found[0], found.at(-1)];
  if (found.length < 2) {
    throw new OperatorError(sentence("one-class", { path, label: lowest }));
  }
  const areClasses = lowest === 0 && 2 * found.length > highest;
  const classCount = areClasses ? highest + 1 : found.length;
  if (classCount > classesMax) {
    throw new OperatorError(
      sentence("too-many-classes", { path, classes: classCount, most: classesMax }),
    );
  }
  const target = { kind: "classes", count: classCount } as const;
  const classOf = new Map(found.map((label, i) => [label, areClasses ? label : i]));
  const classesIn = (array: FoundArray) => {
    const labels = createLabels(array.data.length, classCount);
    for (const [sample, label] of array.data.entries()) {
      labels[sample] = known(classOf.get(label), "a label that was found");
    }
    return labels;
  };
  const all = areClasses ? Array.from({ length: classCount }, (_, i) => i) : found;
  const missing = all.filter((label) => !trained.has(label));
  const notes = [];
  if (!areClasses) {
    notes.push(sentence("labels-numbered", { path, low: lowest, high: highest, classCount }));
  }
  if (missing.length > 0) {
    notes.push(sentence("classes-untrained", { labels: listed(missing), count: missing.length }));
  }
  return {
    target: areClasses ? target : { ...target, names: found.map(String) },
    targets: arrays.map(classesIn),
    notes,
  };
}

/** Whether a number can be a class. */
export function isLabel(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= labelMax;
}

function refuseNoLabels({ data, path }: FoundArray): void {
  const sample = data.findIndex((label) => !isLabel(label));
  if (sample === -1) return;
  const label = String(data[sample]);
  throw new OperatorError(sentence("label-not-a-class", { path, label, sample }));
}

function listed(labels: readonly number[]): Value {
  const names = labels.slice(0, 8).map(String);
  if (labels.length <= 8) return names;
  return sentence("and-more", { names, count: labels.length - 8 });
}

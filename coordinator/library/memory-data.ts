/** @file A dataset from arrays that a program has in memory, or from samples that it gives one by one. */
import type { Data, Numbers, Sample, Samples } from "../../library-types.d.ts";
import type { FoundArray } from "../../shared/data/number-array.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { type ArraySplit, contentOf } from "../datasets/arrays/from-arrays.ts";
import type { Settings } from "../datasets/divide.ts";
import { encodeArrays, type LoadedDataset } from "../datasets/loader.ts";

/** The name of a dataset whose program gave it none. */
const nameDefault = "memory";

/**
 * @param settings - How the splits are drawn, and which task is meant.
 * @param progress - Hears what the program may not expect.
 * @throws OperatorError if the arrays do not fit each other, or cannot be features or targets.
 */
export async function datasetOf(
  data: Data | AsyncIterable<Sample>,
  settings: Settings,
  progress: (said: Sentence) => void,
): Promise<LoadedDataset> {
  const {
    name = nameDefault,
    validation,
    test,
    ...train
  } = isIterator(data) ? await collected(data) : data;
  const splits = {
    train: arraysOf("data", train),
    validation: validation && arraysOf("data.validation", validation),
    test: test && arraysOf("data.test", test),
  };
  return encodeArrays(name, contentOf(name, splits, settings), { progress });
}

function isIterator(data: Data | AsyncIterable<Sample>): data is AsyncIterable<Sample> {
  return Symbol.asyncIterator in data;
}

async function collected(samples: AsyncIterable<Sample>): Promise<Data> {
  const features: unknown[] = [];
  const targets: unknown[] = [];
  for await (const sample of samples) {
    features.push(Array.from(sample.features));
    targets.push(sample.target);
  }
  return { features, targets };
}

function arraysOf(place: string, { features, targets }: Samples): ArraySplit {
  return {
    samples: arrayOf(`${place}.features`, features),
    labels: arrayOf(`${place}.targets`, targets),
  };
}

/** @throws OperatorError if the numbers are no array, or not as many as their shape says. */
function arrayOf(path: string, numbers: Numbers | undefined): FoundArray {
  const { shape, data } = shaped(path, numbers);
  const count = shape.reduce((product, length) => product * length, 1);
  if (count !== data.length) {
    const values = { path, shape: shape.join(" × "), numbers: data.length };
    throw new OperatorError(sentence("array-shape-wrong", values));
  }
  return { path, shape, data, isInteger: data instanceof Uint8Array };
}

function shaped(
  path: string,
  numbers: unknown,
): { readonly shape: readonly number[]; readonly data: Uint8Array | Float32Array } {
  if (numbers instanceof Uint8Array || numbers instanceof Float32Array) {
    return { shape: [numbers.length], data: numbers };
  }
  if (Array.isArray(numbers)) {
    const shape = shapeOf(numbers);
    const data = numbers.flatMap((item: unknown) => flat(item));
    return { shape, data: Float32Array.from(data, (value) => numberAt(path, value)) };
  }
  if (typeof numbers === "object" && numbers !== null && "shape" in numbers && "data" in numbers) {
    const { shape, data } = numbers;
    if (Array.isArray(shape) && typeof data === "object" && data !== null && "length" in data) {
      const lengths = shape.map((length) => numberAt(path, length));
      if (data instanceof Uint8Array || data instanceof Float32Array)
        return { shape: lengths, data };
      const values = Array.from({ ...data, length: Number(data.length) }, (value: unknown) =>
        numberAt(path, value),
      );
      return { shape: lengths, data: Float32Array.from(values) };
    }
  }
  throw new OperatorError(sentence("not-an-array", { path }));
}

/** Of nested lists, by the first of each: a ragged one has another count of numbers than its shape says. */
function shapeOf(list: unknown): number[] {
  if (list instanceof Float32Array || list instanceof Uint8Array) return [list.length];
  return Array.isArray(list) ? [list.length, ...shapeOf(list[0])] : [];
}

function flat(item: unknown): unknown[] {
  if (item instanceof Float32Array || item instanceof Uint8Array) return Array.from(item);
  return Array.isArray(item) ? item.flatMap((each: unknown) => flat(each)) : [item];
}

function numberAt(path: string, value: unknown): number {
  if (typeof value === "number") return value;
  throw new OperatorError(sentence("array-value-no-number", { path, value: String(value) }));
}

/**
 * @file A dataset from arrays of samples and labels, whatever file they come from: which numbers are bytes, which
 * dimension is the colour, which labels are the classes. Pure.
 */
import { known } from "../../../shared/assert.ts";
import type { DatasetContent } from "../../../shared/data/canonical.ts";
import { type Split, splitNames, type SplitName } from "../../../shared/data/dataset.ts";
import type { FoundArray, NumberArray } from "../../../shared/data/number-array.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { type Sentence, sentence } from "../../../shared/words/sentence.ts";
import { divide, newLike, type Settings } from "../divide.ts";
import { targetsOf } from "./targets.ts";

/** The two arrays of a split. */
export interface ArraySplit {
  readonly samples: FoundArray;
  readonly labels: FoundArray;
}

/** The splits that were found. Without `test`, it is drawn from `train`. */
export type ArraySplits = { readonly train: ArraySplit } & {
  readonly [Name in SplitName]?: ArraySplit | undefined;
};

export interface ArrayContent {
  readonly content: DatasetContent;
  /** What the operator may not expect: one sentence each. */
  readonly notes: readonly Sentence[];
}

/**
 * @throws OperatorError if the arrays do not fit each other, or their numbers can't be features or labels of classes.
 */
export function contentOf(name: string, splits: ArraySplits, settings: Settings): ArrayContent {
  const found = splitNames.flatMap((split) => {
    const arrays = splits[split];
    return arrays === undefined ? [] : [{ split, ...arrays }];
  });
  for (const arrays of found) {
    refuseOtherCount(arrays);
    refuseOtherShape(splits.train.samples, arrays.samples);
  }
  const features = featuresOf(found.map(({ samples }) => samples));
  const labels = targetsOf(
    found.map((arrays) => arrays.labels),
    settings,
  );
  const order = channelsLast(splits.train.samples.shape.slice(1));
  const made = new Map<SplitName, Split>(
    found.map(({ split, samples }, i) => [
      split,
      {
        count: samples.shape[0] ?? 0,
        features: reordered(known(features.data[i], "features of each split"), order),
        targets: known(labels.targets[i], "targets of each split"),
      },
    ]),
  );
  const { target } = labels;
  const train = known(made.get("train"), "there is a training split");
  const divided = divide(
    { train, validation: made.get("validation"), test: made.get("test") },
    target,
    settings,
  );
  const notes = features.note === undefined ? labels.notes : [features.note, ...labels.notes];
  return { content: { name, featureShape: order.featureShape, target, ...divided }, notes };
}

function refuseOtherCount({ samples, labels }: ArraySplit): void {
  const [count = 0] = samples.shape;
  if (count === 0) throw new OperatorError(sentence("array-empty", { path: samples.path }));
  const [labelCount = 0] = labels.shape;
  if (count === labelCount) return;
  const values = { images: samples.path, samples: count, labels: labels.path, labelCount };
  throw new OperatorError(sentence("counts-differ", values));
}

function refuseOtherShape(first: FoundArray, second: FoundArray): void {
  const [firstShape, secondShape] = [first, second].map(({ shape }) => shape.slice(1).join(" × "));
  if (firstShape === undefined || secondShape === undefined || firstShape === secondShape) return;
  const values = { first: first.path, firstShape, second: second.path, secondShape };
  throw new OperatorError(sentence("sample-shapes-differ", values));
}

type Data = NumberArray["data"];

/** From here on, whole numbers up to 255 can only be bytes of another type. Smaller ones may be counts or classes. */
const likeBytesMin = 128;

/**
 * The features of all splits. Bytes stay bytes. Whole numbers from 0 to 255 become bytes, whatever their type, so that
 * they are scaled like bytes; larger ones are refused, because a network learns nothing from them.
 */
function featuresOf(arrays: readonly FoundArray[]): {
  readonly data: readonly Data[];
  readonly note?: Sentence;
} {
  const data = arrays.map((array) => array.data);
  if (data.every((values) => values instanceof Uint8Array)) return { data };
  const ranges = data.map(rangeOf);
  const low = Math.min(...ranges.map((range) => range.low));
  const high = Math.max(...ranges.map((range) => range.high));
  const areWhole = ranges.every((range) => range.areWhole);
  const path = arrays[0]?.path ?? "";
  if (areWhole && low >= 0 && high <= 255 && high >= likeBytesMin) {
    const note = sentence("features-like-bytes", { path, low, high });
    return { data: data.map((values) => Uint8Array.from(values)), note };
  }
  if (arrays.every(({ isInteger }) => isInteger) && Math.max(-low, high) > 255) {
    throw new OperatorError(sentence("features-too-wide", { path, low, high }));
  }
  return { data };
}

function rangeOf(data: Data): {
  readonly low: number;
  readonly high: number;
  readonly areWhole: boolean;
} {
  let [low, high, areWhole] = [Infinity, -Infinity, true];
  for (const value of data) {
    if (value < low) low = value;
    if (value > high) high = value;
    areWhole &&= Number.isInteger(value);
  }
  return { low, high, areWhole };
}

/** The order of the values of one sample. */
interface SampleOrder {
  readonly featureShape: readonly number[];
  /** For each value of a sample, its place in the file; `undefined` if it stays where it is. */
  readonly places?: Uint32Array;
}

const colourChannels = [1, 3, 4];
/** Narrower pictures than this don't exist, so it is not taken for a picture. */
const pictureSizeMin = 8;

/** Pictures whose first dimension is the colour, as PyTorch keeps them, get it last. */
function channelsLast(sampleShape: readonly number[]): SampleOrder {
  const [channels = 0, height = 0, width = 0] = sampleShape;
  const isFirst =
    sampleShape.length === 3 &&
    colourChannels.includes(channels) &&
    height >= pictureSizeMin &&
    width >= pictureSizeMin;
  if (!isFirst) return { featureShape: sampleShape.length === 0 ? [1] : sampleShape };
  if (channels === 1) return { featureShape: [height, width] };
  const area = height * width;
  const places = Uint32Array.from(
    { length: channels * area },
    (_, i) => (i % channels) * area + Math.floor(i / channels),
  );
  return { featureShape: [height, width, channels], places };
}

function reordered(data: Data, { places }: SampleOrder): Data {
  if (places === undefined) return data;
  const result = newLike(data, data.length);
  for (let start = 0; start < data.length; start += places.length) {
    for (let i = 0; i < places.length; i++) {
      result[start + i] = data[start + (places[i] ?? 0)] ?? 0;
    }
  }
  return result;
}

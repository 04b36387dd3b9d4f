/**
 * @file A dataset from arrays of samples and labels, whatever file they come from: which numbers are bytes, which
 * dimension is the colour, which labels are the classes. Pure.
 */
import { known } from "../../shared/assert.ts";
import type { DatasetContent } from "../../shared/data/canonical.ts";
import type { FoundArray, NumberArray } from "../../shared/data/number-array.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { type ClassLabels, classLabels } from "./class-labels.ts";

/** The two arrays of a split. */
export interface ArraySplit {
  readonly samples: FoundArray;
  readonly labels: FoundArray;
}

export interface ArrayContent {
  readonly content: DatasetContent;
  /** What the operator may not expect: one sentence each. */
  readonly notes: readonly Sentence[];
}

/**
 * @throws OperatorError if the arrays do not fit each other, or their numbers can't be features or labels of classes.
 */
export function contentOf(name: string, train: ArraySplit, test: ArraySplit): ArrayContent {
  for (const split of [train, test]) refuseOtherCount(split);
  refuseOtherShape(train.samples, test.samples);
  const features = featuresOf(train.samples, test.samples);
  const labels = classLabels(train.labels, test.labels);
  const order = channelsLast(train.samples.shape.slice(1));
  const split = (side: "train" | "test", { samples }: ArraySplit) => {
    const [count = 0] = samples.shape;
    return { count, features: reordered(features[side], order), targets: labels[side] };
  };
  return {
    content: {
      name,
      featureShape: order.featureShape,
      target: labels.target,
      train: split("train", train),
      test: split("test", test),
    },
    notes: notesOf(features, labels),
  };
}

function notesOf(features: Features, labels: ClassLabels): Sentence[] {
  return [...(features.note === undefined ? [] : [features.note]), ...labels.notes];
}

function refuseOtherCount({ samples, labels }: ArraySplit): void {
  const [count = 0] = samples.shape;
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

interface Features {
  readonly train: Data;
  readonly test: Data;
  readonly note?: Sentence;
}

/** From here on, whole numbers up to 255 can only be bytes of another type. Smaller ones may be counts or classes. */
const likeBytesMin = 128;

/**
 * Bytes stay bytes. Whole numbers from 0 to 255 become bytes, whatever their type, so that they are scaled like
 * bytes; larger ones are refused, because a network learns nothing from them.
 */
function featuresOf(train: FoundArray, test: FoundArray): Features {
  if (train.data instanceof Uint8Array && test.data instanceof Uint8Array) {
    return { train: train.data, test: test.data };
  }
  const [first, second] = [rangeOf(train.data), rangeOf(test.data)];
  const low = Math.min(first.low, second.low);
  const high = Math.max(first.high, second.high);
  const areWhole = first.areWhole && second.areWhole;
  if (areWhole && low >= 0 && high <= 255 && high >= likeBytesMin) {
    const note = sentence("features-like-bytes", { path: train.path, low, high });
    return { train: Uint8Array.from(train.data), test: Uint8Array.from(test.data), note };
  }
  if (train.isInteger && Math.max(-low, high) > 255) {
    throw new OperatorError(sentence("features-too-wide", { path: train.path, low, high }));
  }
  return { train: train.data, test: test.data };
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

function reordered<Kind extends Data>(data: Kind, { places }: SampleOrder): Kind {
  if (places === undefined) return data;
  const result = data.slice();
  for (let start = 0; start < data.length; start += places.length) {
    for (let i = 0; i < places.length; i++) {
      result[start + i] = known(data[start + known(places[i], "a place")], "a value");
    }
  }
  // `slice` keeps the type of its array.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return result as Kind;
}

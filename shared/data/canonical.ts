/**
 * @file The canonical bytes of a dataset: one safetensors file, whose SHA-256 is the dataset's identity in the run
 * config and its address under `/data/`. Coordinator and workers read the same bytes and refuse any other.
 *
 * | tensor | dtype | shape |
 * |---|---|---|
 * | `train.features`, `test.features` | U8 or F32, both the same | `[count, …featureShape]` |
 * | `train.labels`, `test.labels` | U8 | `[count]` |
 *
 * Metadata: `format` and `classCount`. The name is not part of it. Names are for people, and equal data under two
 * names must have one address, one cache entry and one result. The run config carries name and hash side by side.
 */
import { assert } from "../assert.ts";
import { FormatError } from "../format-error.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../safetensors.ts";
import { sentence } from "../words/sentence.ts";
import type { Dataset, Split } from "./dataset.ts";
import { type Sha256, sha256Hex } from "./sha256.ts";

const format = "promedio-dataset-1";

/** Labels are bytes. */
const classCountMax = 256;
/** Per sample. Enough for a colour image of 512 × 512. A worker must hold many samples in memory. */
const featureCountMax = 2 ** 20;
/** More than an image or a video clip needs. */
const featureRankMax = 4;
/** The whole file. A worker holds it in memory once, even on a phone, and a typed array must be able to span it. */
export const datasetBytesMax = 2 ** 30;

/** A dataset before it has an identity. */
export type DatasetContent = Omit<Dataset, "sha256" | "featureCount">;

/** A dataset and the bytes that it views. */
export interface CanonicalDataset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly dataset: Dataset;
}

/** What identifies a dataset: the `dataset` of a run config. */
export interface DatasetIdentity {
  readonly name: string;
  readonly sha256: string;
}

/**
 * Writes the canonical bytes.
 *
 * @param content - Its splits are no longer needed afterwards: the returned dataset views the returned bytes.
 * @param hash - A faster SHA-256, if available.
 * @throws FormatError if the content breaks a rule of `decodeDataset`.
 */
export function encodeDataset(content: DatasetContent, hash: Sha256 = sha256Hex): CanonicalDataset {
  const { name, featureShape, classCount, train, test } = content;
  checkSize([train, test].reduce((sum, { features }) => sum + features.byteLength, 0));
  const bytes = encodeSafetensors({
    metadata: new Map([
      ["format", format],
      ["classCount", String(classCount)],
    ]),
    tensors: new Map<string, Tensor>([
      ["train.features", { shape: [train.count, ...featureShape], data: train.features }],
      ["train.labels", { shape: [train.count], data: train.labels }],
      ["test.features", { shape: [test.count, ...featureShape], data: test.features }],
      ["test.labels", { shape: [test.count], data: test.labels }],
    ]),
  });
  const sha256 = hash(bytes);
  return { bytes, dataset: decodeDataset(bytes, { name, sha256 }, () => sha256) };
}

/**
 * Reads canonical bytes.
 *
 * @param bytes - Untrusted. The dataset's splits are views of them.
 * @param identity - What the run config says about them; `name` is only passed through.
 * @param hash - A faster SHA-256, if available.
 * @throws FormatError if the hash differs, or if a tensor, a shape, a label or a number is wrong. Every label must
 *   be below classCount, every float finite, each split must have at least one sample, and all limits above hold.
 */
export function decodeDataset(
  bytes: Uint8Array,
  identity: DatasetIdentity,
  hash: Sha256 = sha256Hex,
): Dataset {
  checkSize(bytes.length);
  const sha256 = hash(bytes);
  if (sha256 !== identity.sha256) {
    throw new FormatError(
      sentence("dataset-hash-differs", { found: sha256, expected: identity.sha256 }),
    );
  }
  const { metadata, tensors } = decodeSafetensors(bytes);
  checkTensorNames(tensors);
  const classCount = readClassCount(metadata);
  const train = readSplit("train", tensors, classCount);
  const test = readSplit("test", tensors, classCount);
  const { featureShape } = train;
  if (featureShape.join() !== test.featureShape.join()) {
    const shapes = { train: featureShape.join(", "), test: test.featureShape.join(", ") };
    throw new FormatError(sentence("splits-differ-in-shape", shapes));
  }
  if (train.split.features.constructor !== test.split.features.constructor) {
    throw new FormatError(sentence("splits-differ-in-type"));
  }
  const featureCount = product(featureShape);
  return {
    name: identity.name,
    sha256,
    featureShape,
    featureCount,
    classCount,
    train: train.split,
    test: test.split,
  };
}

function checkSize(byteLength: number): void {
  if (byteLength <= datasetBytesMax) return;
  throw new FormatError(
    sentence("dataset-bytes", { bytes: byteLength, bytesMax: datasetBytesMax }),
  );
}

const tensorNames = ["train.features", "train.labels", "test.features", "test.labels"] as const;
type TensorName = (typeof tensorNames)[number];

function checkTensorNames(tensors: ReadonlyMap<string, Tensor>): void {
  const complete = tensorNames.every((name) => tensors.has(name));
  if (!complete || tensors.size !== tensorNames.length) {
    const found = tensors.size === 0 ? sentence("none") : [...tensors.keys()];
    throw new FormatError(sentence("dataset-tensors", { expected: tensorNames, found }));
  }
}

function readClassCount(metadata: ReadonlyMap<string, string>): number {
  const foundFormat = metadata.get("format");
  if (foundFormat !== format)
    throw new FormatError(
      sentence("dataset-format", { expected: format, found: foundFormat ?? sentence("none") }),
    );
  const text = metadata.get("classCount") ?? "";
  const classCount = Number(text);
  if (!/^\d{1,3}$/u.test(text) || classCount < 1 || classCount > classCountMax) {
    throw new FormatError(sentence("class-count", { most: classCountMax, found: text }));
  }
  return classCount;
}

function readSplit(
  name: "train" | "test",
  tensors: ReadonlyMap<string, Tensor>,
  classCount: number,
): { readonly split: Split; readonly featureShape: readonly number[] } {
  const { shape, features } = readFeatures(`${name}.features`, tensors);
  const [count = 0, ...featureShape] = shape;
  const labels = readLabels(`${name}.labels`, tensors, count);
  checkLabels(labels, classCount, name);
  return { split: { count, features, labels }, featureShape };
}

function readFeatures(
  name: TensorName,
  tensors: ReadonlyMap<string, Tensor>,
): { readonly shape: readonly number[]; readonly features: Uint8Array | Float32Array } {
  const { shape, data } = tensorOf(name, tensors);
  if (!(data instanceof Uint8Array || data instanceof Float32Array)) {
    throw new FormatError(sentence("tensor-not-u8-f32", { name }));
  }
  const [count = 0, ...featureShape] = shape;
  if (count < 1) throw new FormatError(sentence("no-samples", { name, shape: shape.join(", ") }));
  const rankFits = featureShape.length >= 1 && featureShape.length <= featureRankMax;
  const featureCount = product(featureShape);
  if (!rankFits || featureCount < 1 || featureCount > featureCountMax) {
    const limits = { rankMax: featureRankMax, featuresMax: featureCountMax };
    throw new FormatError(sentence("sample-shape", { name, ...limits, shape: shape.join(", ") }));
  }
  if (data instanceof Float32Array) checkFinite(data, featureCount, name);
  return { shape, features: data };
}

function readLabels(
  name: TensorName,
  tensors: ReadonlyMap<string, Tensor>,
  count: number,
): Uint8Array {
  const { shape, data } = tensorOf(name, tensors);
  if (!(data instanceof Uint8Array)) throw new FormatError(sentence("tensor-not-u8", { name }));
  if (shape.length !== 1 || shape[0] !== count) {
    throw new FormatError(sentence("labels-shape", { name, count, shape: shape.join(", ") }));
  }
  return data;
}

function tensorOf(name: TensorName, tensors: ReadonlyMap<string, Tensor>): Tensor {
  const tensor = tensors.get(name);
  assert(tensor !== undefined, `${name} was checked to be there`);
  return tensor;
}

function checkLabels(labels: Uint8Array, classCount: number, split: string): void {
  const sample = labels.findIndex((label) => label >= classCount);
  if (sample === -1) return;
  throw new FormatError(
    sentence("label-too-large", { split, sample, label: labels[sample] ?? "?", classCount }),
  );
}

function checkFinite(values: Float32Array, featureCount: number, name: string): void {
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index === -1) return;
  const sample = Math.floor(index / featureCount);
  const value = String(values[index]);
  throw new FormatError(sentence("feature-not-finite", { name, sample, value }));
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((result, size) => result * size, 1);
}

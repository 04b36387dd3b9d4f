/**
 * @file The canonical bytes of a dataset: one safetensors file, whose SHA-256 is the dataset's identity in the run
 * config and its address under `/data/`. Coordinator and workers read the same bytes and refuse any other.
 *
 * | tensor | dtype | shape |
 * |---|---|---|
 * | `train.features`, `test.features` | U8 or F32, all the same | `[count, …featureShape]` |
 * | `train.labels`, `test.labels` (classes) | U8, or U16 for more than 256 classes | `[count]` |
 * | `train.targets`, `test.targets` (values, flags) | F32, or U8 of 0 and 1 | `[count, target.count]` |
 * | `train.tokens`, `test.tokens` (tokens, and nothing else) | U8, or U16 for more than 256 tokens | `[length]` |
 * | `validation.…` (optional) | as the other splits | as the other splits |
 *
 * Metadata: `format` and `classCount` (promedio-dataset-1), or `format`, `target` and, where there is any,
 * `preprocessing` as JSON (promedio-dataset-2). The first is written wherever it suffices: up to 256 classes without
 * names, a validation split or preprocessing.
 *
 * The dataset's name is not part of it. Names are for people, and equal data under two names must have one address,
 * one cache entry and one result. The run config carries name and hash side by side.
 */
import type * as z from "zod/mini";

import { assert } from "../assert.ts";
import { FormatError } from "../format-error.ts";
import { decodeSafetensors, encodeSafetensors, type Tensor } from "../safetensors.ts";
import { quoted, sentence } from "../words/sentence.ts";
import {
  byteClassesMax,
  type Dataset,
  type Split,
  splitNames,
  type SplitName,
  type Target,
  targetForm,
} from "./dataset.ts";
import { type Preprocessing, preprocessingSchema } from "./preprocessing.ts";
import { type Sha256, sha256Hex } from "./sha256.ts";
import { targetSchema } from "./target-schema.ts";
import { type TextPreprocessing, tokenCount } from "./text/preprocess.ts";
import { tokenSplit, tokensMin } from "./text/windows.ts";

const plainFormat = "promedio-dataset-1";
const format = "promedio-dataset-2";

/** Per sample. Enough for a colour image of 512 × 512. A worker must hold many samples in memory. */
const featureCountMax = 2 ** 20;
/** More than an image or a video clip needs. */
const featureRankMax = 4;
/** The whole file. A worker holds it in memory once, even on a phone, and a typed array must be able to span it. */
export const datasetBytesMax = 2 ** 30;

/** Target and preprocessing, each. Both must fit into the header here and, beside a run config, in a checkpoint's. */
const metadataBytesMax = 400_000;

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
  const { name } = content;
  const splits = splitNames.flatMap((splitName) => {
    const split = content[splitName];
    return split === undefined ? [] : [[splitName, split] as const];
  });
  const tensors = splits.flatMap(([splitName, split]) => tensorsOf(splitName, split, content));
  checkSize(tensors.reduce((sum, [, { data }]) => sum + data.byteLength, 0));
  const bytes = encodeSafetensors({ metadata: metadataOf(content), tensors: new Map(tensors) });
  const sha256 = hash(bytes);
  return { bytes, dataset: decodeDataset(bytes, { name, sha256 }, () => sha256) };
}

function metadataOf({ target, preprocessing, validation }: DatasetContent): Map<string, string> {
  const isPlain =
    target.kind === "classes" &&
    target.count <= byteClassesMax &&
    target.names === undefined &&
    preprocessing === undefined &&
    validation === undefined;
  if (isPlain) {
    return new Map([
      ["format", plainFormat],
      ["classCount", String(target.count)],
    ]);
  }
  const metadata = new Map([
    ["format", format],
    ["target", jsonOf("target", targetSchema, target)],
  ]);
  if (preprocessing !== undefined) {
    metadata.set("preprocessing", jsonOf("preprocessing", preprocessingSchema, preprocessing));
  }
  return metadata;
}

/** Text of a checked value; the schema also orders its keys, so that equal values give equal bytes. */
function jsonOf<T>(name: string, schema: z.ZodMiniType<T>, value: T): string {
  const text = JSON.stringify(checked(name, schema, value));
  // In the header it is a string in JSON again.
  const bytes = new TextEncoder().encode(JSON.stringify(text)).length;
  if (bytes <= metadataBytesMax) return text;
  throw new FormatError(
    sentence("dataset-metadata-too-long", { name, bytes, bytesMax: metadataBytesMax }),
  );
}

function tensorsOf(
  name: SplitName,
  { count, features, targets }: Split,
  { featureShape, target }: DatasetContent,
): [string, Tensor][] {
  if (target.kind === "tokens") {
    return [[`${name}.tokens`, { shape: [features.length], data: features }]];
  }
  return [
    [`${name}.features`, { shape: [count, ...featureShape], data: features }],
    [targetsName(name, target), { shape: targetShape(count, target), data: targets }],
  ];
}

function tensorNames(split: SplitName, target: Target): readonly string[] {
  if (target.kind === "tokens") return [`${split}.tokens`];
  return [`${split}.features`, targetsName(split, target)];
}

function targetsName(split: SplitName, { kind }: Target): string {
  return kind === "classes" ? `${split}.labels` : `${split}.targets`;
}

function targetShape(count: number, { kind, count: values }: Target): readonly number[] {
  return kind === "classes" ? [count] : [count, values];
}

/**
 * Reads canonical bytes.
 *
 * @param bytes - Untrusted. The dataset's splits are views of them.
 * @param identity - What the run config says about them; `name` is only passed through.
 * @param hash - A faster SHA-256, if available.
 * @throws FormatError if the hash differs, or if a tensor, a shape, a target or a number is wrong. Every label must
 *   be below the number of classes, every token below that of tokens, every flag 0 or 1, every float finite, each
 *   split must have at least one sample, and all limits above hold.
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
  const { target, preprocessing } = readMetadata(metadata);
  const hasValidation = tensorNames("validation", target).some((name) => tensors.has(name));
  const names = splitNames.filter((name) => name !== "validation" || hasValidation);
  checkTensorNames(names, target, tensors);
  const text = textOf(target, preprocessing);
  const read = (name: SplitName) =>
    text === undefined
      ? readSplit(name, tensors, target)
      : readTokens(name, tensorOf(`${name}.tokens`, tensors), text);
  const [train, test] = [read("train"), read("test")];
  const validation = hasValidation ? read("validation") : undefined;
  for (const other of [test, validation]) {
    if (other !== undefined) refuseDifference(train, other);
  }
  const { featureShape } = train;
  return {
    name: identity.name,
    sha256,
    featureShape,
    featureCount: product(featureShape),
    target,
    ...(preprocessing === undefined ? {} : { preprocessing }),
    train: train.split,
    ...(validation === undefined ? {} : { validation: validation.split }),
    test: test.split,
  };
}

function refuseDifference(train: ReadSplit, other: ReadSplit): void {
  const shapes = { train: train.featureShape.join(", "), test: other.featureShape.join(", ") };
  if (shapes.train !== shapes.test) {
    throw new FormatError(sentence("splits-differ-in-shape", { ...shapes, split: other.name }));
  }
  if (train.split.features.constructor !== other.split.features.constructor) {
    throw new FormatError(sentence("splits-differ-in-type"));
  }
}

function checkSize(byteLength: number): void {
  if (byteLength <= datasetBytesMax) return;
  throw new FormatError(
    sentence("dataset-bytes", { bytes: byteLength, bytesMax: datasetBytesMax }),
  );
}

function checkTensorNames(
  splits: readonly SplitName[],
  target: Target,
  tensors: ReadonlyMap<string, Tensor>,
): void {
  const expected = splits.flatMap((name) => tensorNames(name, target));
  if (expected.every((name) => tensors.has(name)) && tensors.size === expected.length) return;
  const found = tensors.size === 0 ? sentence("none") : [...tensors.keys()];
  throw new FormatError(sentence("dataset-tensors", { expected, found }));
}

function readMetadata(metadata: ReadonlyMap<string, string>): {
  readonly target: Target;
  readonly preprocessing?: Preprocessing | undefined;
} {
  const found = metadata.get("format");
  if (found === plainFormat) {
    return { target: { kind: "classes", count: readClassCount(metadata) } };
  }
  if (found !== format) {
    const expected = `${plainFormat}, ${format}`;
    throw new FormatError(
      sentence("dataset-format", { expected, found: found ?? sentence("none") }),
    );
  }
  const target = parsed("target", targetSchema, metadata);
  const hasPreprocessing = metadata.has("preprocessing");
  return {
    target,
    ...(hasPreprocessing
      ? { preprocessing: parsed("preprocessing", preprocessingSchema, metadata) }
      : {}),
  };
}

function readClassCount(metadata: ReadonlyMap<string, string>): number {
  const text = metadata.get("classCount") ?? "";
  const classCount = Number(text);
  if (!/^\d{1,3}$/u.test(text) || classCount < 1 || classCount > byteClassesMax) {
    throw new FormatError(sentence("class-count", { most: byteClassesMax, found: text }));
  }
  return classCount;
}

function parsed<T>(
  name: string,
  schema: z.ZodMiniType<T>,
  metadata: ReadonlyMap<string, string>,
): T {
  let value: unknown;
  try {
    value = JSON.parse(metadata.get(name) ?? "");
  } catch {
    throw new FormatError(sentence("dataset-metadata", { name, reason: sentence("not-json") }));
  }
  return checked(name, schema, value);
}

function checked<T>(name: string, schema: z.ZodMiniType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = [name, ...(issue?.path ?? [])].join(".");
  throw new FormatError(
    sentence("dataset-metadata", { name: place, reason: quoted(issue?.message ?? "") }),
  );
}

/** How a text became tokens, if the targets are such. One can't be without the other. */
function textOf(
  { kind, count }: Target,
  preprocessing: Preprocessing | undefined,
): TextPreprocessing | undefined {
  const text = preprocessing?.kind === "text" ? preprocessing : undefined;
  const found = text === undefined ? 0 : tokenCount(text);
  if ((kind === "tokens" ? count : 0) === found) return text;
  const reason = sentence("token-count-differs", { found, count });
  throw new FormatError(sentence("dataset-metadata", { name: "preprocessing", reason }));
}

interface ReadSplit {
  readonly name: SplitName;
  readonly split: Split;
  readonly featureShape: readonly number[];
}

function readSplit(
  name: SplitName,
  tensors: ReadonlyMap<string, Tensor>,
  target: Target,
): ReadSplit {
  const { shape, features } = readFeatures(`${name}.features`, tensors);
  const [count = 0, ...featureShape] = shape;
  const targets = readTargets(name, tensors, count, target);
  return { name, split: { count, features, targets }, featureShape };
}

function readTokens(name: SplitName, { shape, data }: Tensor, text: TextPreprocessing): ReadSplit {
  const tensor = `${name}.tokens`;
  const count = tokenCount(text);
  const { context } = text;
  const isWide = count > byteClassesMax;
  const isKnown = data instanceof Uint8Array || data instanceof Uint16Array;
  if (!isKnown || data instanceof Uint16Array !== isWide) {
    const dtype = isWide ? "U16" : "U8";
    throw new FormatError(sentence("tensor-not-of-type", { name: tensor, dtype }));
  }
  const least = tokensMin(context, name === "train");
  if (shape.length !== 1 || data.length < least) {
    const found = shape.join(", ");
    throw new FormatError(sentence("tokens-too-few", { name: tensor, least, context, found }));
  }
  checkBelow(data, { kind: "tokens", count }, name);
  return { name, split: tokenSplit(data, context, name === "train"), featureShape: [context] };
}

function readFeatures(
  name: string,
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

function readTargets(
  split: SplitName,
  tensors: ReadonlyMap<string, Tensor>,
  count: number,
  target: Target,
): Split["targets"] {
  const name = targetsName(split, target);
  const { shape, data } = tensorOf(name, tensors);
  const { type, perSample } = targetForm(target);
  const isOfType =
    data instanceof type &&
    (data instanceof Uint8Array || data instanceof Uint16Array || data instanceof Float32Array);
  if (!isOfType) {
    const dtype = { 1: "U8", 2: "U16", 4: "F32" }[type.BYTES_PER_ELEMENT] ?? "?";
    throw new FormatError(sentence("tensor-not-of-type", { name, dtype }));
  }
  const expected = targetShape(count, target).join(", ");
  if (shape.join(", ") !== expected) {
    throw new FormatError(sentence("labels-shape", { name, expected, shape: shape.join(", ") }));
  }
  if (data instanceof Float32Array) checkFinite(data, perSample, name);
  else checkBelow(data, target, split);
  return data;
}

function tensorOf(name: string, tensors: ReadonlyMap<string, Tensor>): Tensor {
  const tensor = tensors.get(name);
  assert(tensor !== undefined, `${name} was checked to be there`);
  return tensor;
}

function checkBelow(
  targets: Uint8Array | Uint16Array,
  { kind, count }: Target,
  split: string,
): void {
  const limit = kind === "flags" ? 2 : count;
  const index = targets.findIndex((value) => value >= limit);
  if (index === -1) return;
  const label = targets[index] ?? "?";
  throw new FormatError(
    kind === "flags"
      ? sentence("flag-not-0-1", { split, sample: Math.floor(index / count), label })
      : sentence(kind === "tokens" ? "token-too-large" : "label-too-large", {
          split,
          sample: index,
          label,
          classCount: count,
        }),
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

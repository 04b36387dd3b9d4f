/** @file Predicts from the records of a file and writes an answer for each, as CSV or as JSON lines. */
import type { DataDescription } from "../../shared/data/description.ts";
import { Predictor } from "../../shared/engine/predictor.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { sizeOf } from "../../shared/model/layer-kind.ts";
import { outputCount } from "../../shared/model/layout.ts";
import type { ReadOptions } from "../datasets/table/read/file-bytes.ts";
import type { TrainedModel } from "../export/trained-model.ts";
import { arePictures, pictureSamples } from "./picture-samples.ts";
import { type Prediction, predictionOf } from "./prediction.ts";
import { openSamples } from "./raw-samples.ts";

export interface PredictOptions {
  readonly path: string;
  /** JSON lines instead of CSV. */
  readonly json: boolean;
  readonly read: ReadOptions;
  /** Writes some lines; resolves when there is room for more. */
  readonly write: (text: string) => Promise<void>;
}

/**
 * Predicts for every record of a file, in its order.
 *
 * @throws OperatorError at the first record that can't be used; the answers before it are written.
 */
export async function predictFile(
  kernel: Kernel,
  model: TrainedModel,
  { path, json, read, write }: PredictOptions,
): Promise<void> {
  const { config, parameters, data } = model;
  const featureCount = sizeOf(config.model.inputShape);
  const predictor = new Predictor(kernel, config);
  const width = outputCount(config.model);
  const line = json ? jsonLine : csvLine;
  let isFirst = true;
  for await (const batch of batchesOf(path, { data, featureCount }, read)) {
    const outputs = predictor.outputs(parameters, joined(batch, featureCount));
    const answers = batch.map(({ file }, sample) => {
      const values = outputs.subarray(sample * width, (sample + 1) * width);
      return { file, prediction: predictionOf(values, data?.target) };
    });
    const [first] = answers;
    if (first === undefined) continue;
    const head = isFirst && !json ? csvHead(first) : "";
    isFirst = false;
    await write(head + answers.map((answer) => line(answer)).join(""));
  }
}

/** A sample as the network sees it, with its file's path if it has a file of its own. */
interface NamedSample {
  readonly features: Float32Array;
  readonly file?: string;
}

async function* batchesOf(
  path: string,
  model: { readonly data: DataDescription | undefined; readonly featureCount: number },
  read: ReadOptions,
): AsyncGenerator<readonly NamedSample[]> {
  if (await arePictures(read.disk, path)) {
    for await (const sample of pictureSamples(read.disk, path, model.data)) yield [sample];
  } else yield* (await openSamples(path, model, read)).batches();
}

function joined(batch: readonly NamedSample[], featureCount: number): Float32Array {
  const all = new Float32Array(batch.length * featureCount);
  for (const [sample, { features }] of batch.entries()) all.set(features, sample * featureCount);
  return all;
}

/** Float32 numbers have no more digits than these. */
function figure(value: number): number {
  return Number(value.toPrecision(8));
}

function figures(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, figure(value)]));
}

interface Answer {
  readonly file: string | undefined;
  readonly prediction: Prediction;
}

function jsonLine({ file, prediction }: Answer): string {
  const value =
    prediction.kind === "class"
      ? { prediction: prediction.answer, probabilities: figures(prediction.shares) }
      : prediction.kind === "flags"
        ? { probabilities: figures(prediction.shares) }
        : figures(prediction.values);
  return `${JSON.stringify({ file, ...value })}\n`;
}

/** Classes: the answer, then each class's probability. Numbers: their own columns. */
function csvHead({ file, prediction }: Answer): string {
  const first = file === undefined ? [] : ["file"];
  if (prediction.kind === "values") return csvRow([...first, ...Object.keys(prediction.values)]);
  const shares = Object.keys(prediction.shares).map((name) => `p(${name})`);
  return csvRow([...first, ...(prediction.kind === "class" ? ["prediction"] : []), ...shares]);
}

function csvLine({ file, prediction }: Answer): string {
  const first = file === undefined ? [] : [file];
  if (prediction.kind === "values") {
    return csvRow([...first, ...Object.values(prediction.values).map(figure)]);
  }
  const shares = Object.values(prediction.shares).map(figure);
  return csvRow([...first, ...(prediction.kind === "class" ? [prediction.answer] : []), ...shares]);
}

/** @see RFC 4180, section 2. */
function csvRow(cells: readonly (string | number)[]): string {
  const texts = cells.map((cell) => {
    const text = String(cell);
    return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  });
  return `${texts.join(",")}\n`;
}

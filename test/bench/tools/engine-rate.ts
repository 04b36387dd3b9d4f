/** @file An engine and its dataset for benches: computes whole gradients as fast as one core can. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import { createStore } from "../../../coordinator/run/create-run.ts";
import type { Dataset, Split } from "../../../shared/data/dataset.ts";
import { generateDigits } from "../../../shared/data/digits/generate-digits.ts";
import { parseIdx } from "../../../shared/data/idx.ts";
import { createEngine } from "../../../shared/engine/engine.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../shared/model/initialize.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import type { Block } from "../../../shared/run/tree.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";
import { mnistFolder, mnistIsHere } from "./trainer.ts";

const wasm = await loadKernelWasm();

export interface RateOptions {
  readonly dataset: Dataset;
  readonly config: RunConfig;
  /** The part of every batch to compute; by default all of it. */
  readonly block?: Block;
  /** Whether every batch ends with the optimizer's step. */
  readonly commits?: boolean;
}

/** Lays everything out. Returns a function that computes for some seconds and returns samples per second. */
export function createRate({
  dataset,
  config,
  ...options
}: RateOptions): (seconds: number) => number {
  const shards = Math.ceil(config.batchSize / config.shardSize);
  const block = options.block ?? { start: 0, end: shards };
  const samples = Math.min(config.shardSize * (block.end - block.start), config.batchSize);
  const compute =
    options.commits === true ? createStep(dataset, config) : createGradient(dataset, config);
  let step = 0;
  return (seconds) => {
    const start = performance.now();
    let steps = 0;
    for (; performance.now() - start < 1000 * seconds; steps++) compute(step++, block);
    return (1000 * steps * samples) / (performance.now() - start);
  };
}

/** Forward, backward and the sums over shards. */
function createGradient(dataset: Dataset, config: RunConfig): (step: number, block: Block) => void {
  const engine = createEngine({ kernel: instantiateKernel(wasm), config, dataset });
  engine.setParameters(new Uint8Array(initialParameters(config.model, 1).buffer));
  const fullSteps = Math.floor(dataset.train.count / config.batchSize);
  // Only the first epoch's steps, so that drawing an order is not measured.
  return (step, block) => engine.compute({ kind: "gradient", step: step % fullSteps, block });
}

/** The same plus the optimizer's step: training on one core, without a network. */
function createStep(dataset: Dataset, config: RunConfig): (step: number, block: Block) => void {
  const kernel = instantiateKernel(wasm);
  const store = createStore({ kernel, config, dataset });
  const engine = createEngine({ kernel, config, dataset });
  // An epoch's last batch may be smaller. It is left out, so that every step does the same work.
  const fullSteps = Math.floor(dataset.train.count / config.batchSize);
  return (step, block) => {
    engine.setParameters(store.encode("look-ahead"));
    const { values } = engine.compute({ kind: "gradient", step: step % fullSteps, block });
    store.applyStep({ step, gradientSum: values.byteOffset, divisor: config.batchSize });
  };
}

/** MNIST if available, else the built-in digits. */
export function pictures(): Dataset {
  const named = {
    featureShape: [28, 28],
    featureCount: 784,
    target: { kind: "classes", count: 10 } as const,
    sha256: "0".repeat(64),
  };
  if (!mnistIsHere) return { name: "digits", ...named, ...drawnDigits() };
  return { name: "mnist", ...named, train: readSplit("train"), test: readSplit("t10k") };
}

function drawnDigits(): Pick<Dataset, "train" | "test"> {
  const { train, test } = generateDigits();
  const split = ({ features, labels }: typeof train) => ({
    count: labels.length,
    features,
    targets: labels,
  });
  return { train: split(train), test: split(test) };
}

/** Float features without zeros, so that the dense path is used. */
export function noise(count: number): Dataset {
  const features = Float32Array.from(
    { length: count * 784 },
    (_, i) => ((i * 37) % 101) / 101 + 0.01,
  );
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const split = { count, features, targets: labels };
  const shape = {
    featureShape: [784],
    featureCount: 784,
    target: { kind: "classes", count: 10 } as const,
  };
  return { name: "noise", sha256: "0".repeat(64), ...shape, train: split, test: split };
}

function readIdx(name: string): Uint8Array | Float32Array {
  const path = `${mnistFolder}/${name}-ubyte.gz`;
  return parseIdx(gunzipSync(readFileSync(path)), path).data;
}

function readSplit(prefix: string): Split {
  const labels = new Uint8Array(readIdx(`${prefix}-labels-idx1`));
  return { count: labels.length, features: readIdx(`${prefix}-images-idx3`), targets: labels };
}

/**
 * @file What one core computes: samples per second of the whole gradient (forward, backward, and the sums over shards)
 * of 784-16-16-10 on MNIST, GFLOP/s of a dense network, and the cost of the fixed tree. Medians of several runs.
 *
 * `npx tsx test/bench/kernel.ts`
 */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import type { Dataset, Split } from "../../shared/data/dataset.ts";
import { parseIdx } from "../../shared/data/idx.ts";
import { instantiateKernel } from "../../shared/kernels/kernel.ts";
import { initialParameters } from "../../shared/model/initialize.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { createEngine } from "../../shared/run/engine.ts";
import { defaultShardSize } from "../../shared/run/plan.ts";
import { loadKernelWasm } from "../support/kernel-wasm.ts";
import { testConfig } from "../support/run-config.ts";

const mnistFolder = "../shared/data/mnist";
const runs = 9;
const secondsPerRun = 0.3;
const wasm = await loadKernelWasm();

if (existsSync(mnistFolder)) benchMnist(readMnist());
else print(`skipped: MNIST, because ${mnistFolder} is not there`);
benchDense();

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function benchMnist(mnist: Dataset): void {
  print("784-16-16-10 on MNIST, one core, gradient of whole batches");
  for (const batchSize of [32, 64, 128, 256, 512, 1024, 2048, 4096]) {
    const config = testConfig({
      layers: [784, 16, 16, 10],
      batchSize,
      shardSize: defaultShardSize(batchSize),
    });
    const rate = samplesPerSecond(mnist, config);
    print(`  batch ${String(batchSize).padStart(4)}: ${(rate / 1e6).toFixed(2)} M samples/s`);
  }
}

function benchDense(): void {
  const dataset = noise(1024);
  for (const layers of [
    [784, 512, 512, 10],
    [784, 128, 10],
  ]) {
    const config = testConfig({ layers, batchSize: 256, shardSize: 32, activation: "relu" });
    const rate = samplesPerSecond(dataset, config);
    const gigaflops = (rate * flopsPerSample(layers)) / 1e9;
    const name = layers.join("-");
    print(`${name}, dense: ${gigaflops.toFixed(1)} GFLOP/s, ${Math.round(rate)} samples/s`);
  }
}

/** Two for every weight forward, two for its gradient, two for its input's gradient (not in the first layer). */
function flopsPerSample(layers: readonly number[]): number {
  return layers.slice(1).reduce((sum, outputs, index) => {
    const multiplies = (layers[index] ?? 0) * outputs;
    return sum + multiplies * (index === 0 ? 4 : 6);
  }, 0);
}

function samplesPerSecond(dataset: Dataset, config: RunConfig): number {
  const engine = createEngine({ kernel: instantiateKernel(wasm), config, dataset });
  engine.setParameters(new Uint8Array(initialParameters(config.model, 1).buffer));
  const block = { start: 0, end: Math.ceil(config.batchSize / config.shardSize) };
  const fullSteps = Math.floor(dataset.train.count / config.batchSize);
  let step = 0;
  const rates: number[] = [];
  for (let run = 0; run <= runs; run++) {
    const start = performance.now();
    let samples = 0;
    while (performance.now() - start < 1000 * secondsPerRun) {
      // Only the first epoch's steps: drawing an order is not what is measured.
      engine.compute({ kind: "gradient", step: step++ % fullSteps, block });
      samples += config.batchSize;
    }
    if (run > 0) rates.push(samples / ((performance.now() - start) / 1000));
  }
  return rates.toSorted((a, b) => a - b)[runs >> 1]!;
}

function readIdx(name: string): Uint8Array | Float32Array {
  const path = `${mnistFolder}/${name}-ubyte.gz`;
  return parseIdx(gunzipSync(readFileSync(path)), path).data;
}

function readSplit(prefix: string): Split {
  const labels = new Uint8Array(readIdx(`${prefix}-labels-idx1`));
  return { count: labels.length, features: readIdx(`${prefix}-images-idx3`), labels };
}

function readMnist(): Dataset {
  return {
    name: "mnist",
    sha256: "0".repeat(64),
    featureShape: [28, 28],
    featureCount: 784,
    classCount: 10,
    train: readSplit("train"),
    test: readSplit("t10k"),
  };
}

/** Float features without a zero, so that the dense path is taken. */
function noise(count: number): Dataset {
  const features = Float32Array.from({ length: count * 784 }, (_, i) => ((i * 37) % 101) / 101);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  const split = { count, features, labels };
  const shape = { featureShape: [784], featureCount: 784, classCount: 10 };
  return { name: "noise", sha256: "0".repeat(64), ...shape, train: split, test: split };
}

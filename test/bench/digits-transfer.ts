/**
 * @file How realistic the built-in dataset is: networks trained only on `digits` classify real MNIST test digits.
 * Run with `npx tsx test/bench/digits-transfer.ts`; takes about half a minute. Bars: 97 % on the dataset's own test
 * split and 80 % on MNIST, with 784-16-16-10 and plain Adam.
 */
import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

import { generateDigits } from "../../shared/data/digits/generate-digits.ts";
import { parseIdx } from "../../shared/data/idx.ts";
import {
  accuracyOf,
  type LabelledImages,
  trainClassifier,
  type TrainerOptions,
} from "../support/trainers/digits-trainer.ts";

const mnistFolder = new URL("../../../shared/data/mnist/", import.meta.url);
const mnistFiles = ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"] as const;
const seeds = [1, 2, 3];

const started = performance.now();
const digits = generateDigits();
const elapsedMs = performance.now() - started;
const zeros = zerosOf(digits.train);
print(`digits: 10,000 + 2,000 drawn in ${(elapsedMs / 1000).toFixed(1)} s`);

const mnist = readMnistTest();
if (mnist === undefined) print("SKIPPED: transfer to MNIST, ../shared/data/mnist is not there");
const mnistZeros = mnist === undefined ? "" : `, of MNIST ${percent(zerosOf(mnist))}`;
print(`pixels that are 0: of digits ${percent(zeros)}${mnistZeros}`);

const common = { epochs: 20, batchSize: 64, learningRate: 0.006 };
measure("784-16-16-10, Adam", { ...common, layers: [784, 16, 16, 10], decoupledDecay: 0 });
measure("784-16-16-10, AdamW 0.1", { ...common, layers: [784, 16, 16, 10], decoupledDecay: 0.1 });

function measure(name: string, options: Omit<TrainerOptions, "seed">): void {
  const runs = seeds.map((seed) => {
    const classify = trainClassifier(digits.train, { ...options, seed });
    const own = accuracyOf(classify, digits.test);
    return { own, transfer: mnist === undefined ? undefined : accuracyOf(classify, mnist) };
  });
  const own = runs.map((run) => percent(run.own)).join(" ");
  const transfer = runs.map((run) => (run.transfer === undefined ? "–" : percent(run.transfer)));
  print(`${name}, ${options.epochs} epochs, seeds ${seeds.join(" ")}:`);
  print(`  digits test ${own}   MNIST test ${transfer.join(" ")}`);
}

function readMnistTest(): LabelledImages | undefined {
  const [images, labels] = mnistFiles.map((name) => new URL(name, mnistFolder));
  if (images === undefined || labels === undefined || !existsSync(images) || !existsSync(labels)) {
    return undefined;
  }
  const { data } = parseIdx(gunzipSync(readFileSync(images)), mnistFiles[0]);
  const classes = parseIdx(gunzipSync(readFileSync(labels)), mnistFiles[1]);
  return { features: Uint8Array.from(data), labels: Uint8Array.from(classes.data) };
}

function zerosOf({ features }: LabelledImages): number {
  return features.filter((pixel) => pixel === 0).length / features.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

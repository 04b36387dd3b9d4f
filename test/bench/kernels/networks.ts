/**
 * @file Networks beside PyTorch: pictures and text on one core beside one thread, and the text model with two workers
 * beside DDP. Made-up samples (MNIST, if available, for the CNN), cross-entropy and Adam in both; ours for the text with
 * AdamW and a limit on the gradient's norm.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { Dataset } from "../../../shared/data/dataset.ts";
import { resolveRunConfig } from "../../../shared/run/settings/resolve.ts";
import { Cluster } from "../../support/processes/cluster.ts";
import { createRate, pictures } from "../tools/engine-rate.ts";
import { type Contestant, interleave, type Turn } from "../tools/interleave.ts";
import { notePyTorch, runPyTorch } from "../tools/processes.ts";
import { ratios, type Report } from "../tools/report.ts";

const rounds = 5;
const seconds = 2;

interface Case {
  readonly title: string;
  /** The name in `pytorch.py`. */
  readonly network: string;
  readonly batchSize: number;
  readonly dataset: () => Dataset;
  readonly given: object;
  readonly atLeast: number;
}

/** Convolutions of 32 to 128 channels, two by two, with a pool in between. */
const sixConvolutions = [32, 64, 128].flatMap((channels, stage) => [
  ...(stage === 0 ? [] : [{ kind: "max-pool2d", size: 2, stride: 2 }]),
  ...Array.from({ length: 2 }, () => [
    { kind: "conv2d", channels, kernel: 3, stride: 1, padding: "same" },
    { kind: "relu" },
  ]).flat(),
]);

const cases: readonly Case[] = [
  {
    title: "CNN of 16 and 32 channels, batch 64",
    network: "cnn",
    batchSize: 64,
    dataset: pictures,
    given: { model: "cnn" },
    atLeast: 1,
  },
  {
    title: "six convolutions of 32 to 128 channels on 32 × 32 × 3, batch 64",
    network: "six-convolutions",
    batchSize: 64,
    dataset: () => madeUp([32, 32, 3], 10, 640),
    given: {
      model: JSON.stringify([
        ...sixConvolutions,
        { kind: "average-pool2d", size: "global", stride: 1 },
        { kind: "flatten" },
        { kind: "dense", units: 10 },
        { kind: "softmax" },
      ]),
    },
    atLeast: 0.3,
  },
];

export async function benchNetworks(report: Report): Promise<void> {
  await notePyTorch(report);
  for (const each of cases) {
    // oxlint-disable-next-line no-await-in-loop -- one case after the other
    await benchCase(each, report);
  }
  await benchText(report);
}

async function benchCase(
  { title, network, batchSize, given, atLeast, ...rest }: Case,
  report: Report,
): Promise<void> {
  const dataset = rest.dataset();
  const counts = { trainCount: dataset.train.count, testCount: dataset.test.count };
  const settings = { given: { ...given, batchSize }, origins: {} };
  const config = resolveRunConfig(settings, { ...dataset, ...counts });
  const rate = createRate({ dataset, config, commits: true });
  rate(0.5);
  const contestants: Contestant[] = [
    { name: `${title}: one core`, turn: async () => ({ perSecond: rate(seconds) }) },
    {
      name: `${title}: PyTorch, one thread`,
      turn: () => pyTorch({ mode: "single", network, batchSize }, batchSize),
    },
  ];
  await compare(contestants, {
    title: `${title}: one core / PyTorch`,
    unit: "samples/s",
    atLeast,
    report,
  });
}

interface Comparison {
  readonly title: string;
  readonly unit: string;
  readonly atLeast: number;
  readonly report: Report;
}

async function compare(
  contestants: readonly Contestant[],
  { title, unit, atLeast, report }: Comparison,
): Promise<void> {
  const turns = await interleave(contestants, rounds, report);
  const rates = contestants.map(({ name }) => turns(name).perSecond);
  for (const [i, { name }] of contestants.entries()) report.figure(name, unit, rates[i] ?? []);
  report.figure(title, "×", ratios(rates[0] ?? [], rates[1] ?? []), { atLeast });
}

async function pyTorch(asked: object, each: number): Promise<Turn | undefined> {
  const turn = await runPyTorch<Turn>({ seconds, layers: [784, 10], ...asked });
  return turn === undefined ? undefined : { perSecond: turn.perSecond * each };
}

/** The defaults of `--dataset text:`: 4 layers, 4 heads, width 128, context 64, batch 12. */
async function benchText(report: Report): Promise<void> {
  const one = "gpt, batch 12";
  const contestants = [1, 2].map((workers) => [
    { name: `${one}: ${workers} Node workers`, turn: () => textTurn(workers) },
    {
      name: `${one}: PyTorch, ${workers === 1 ? "one thread" : "DDP with two processes"}`,
      turn: () =>
        pyTorch({ mode: workers === 1 ? "single" : "ddp", network: "gpt", batchSize: 12 }, 1),
    },
  ]);
  for (const [i, pair] of contestants.entries()) {
    const title = `${one}: ${i === 0 ? "one worker / PyTorch" : "two workers / DDP"}`;
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await compare(pair, { title, unit: "steps/s", atLeast: 1, report });
  }
}

/** The first steps recompute what new workers send; of so many, that is a few percent. */
const textSteps = 200;

/** Whole runs of the program on a made-up text of 65 characters. */
async function textTurn(workers: number): Promise<Turn> {
  const cluster = await Cluster.create();
  try {
    const file = join(cluster.folder, "made-up.txt");
    await writeFile(file, madeUpText());
    const settings = [
      "--steps",
      `${textSteps}`,
      "--local-workers",
      `${workers}`,
      "--min-workers",
      `${workers}`,
    ];
    const coordinator = cluster.coordinator(
      "--exit",
      "--dataset",
      `text:${file}`,
      ...settings,
      "--threads",
      "1",
    );
    const end = await coordinator.event("epoch");
    return { perSecond: Number(end["stepsPerSecond"]) };
  } finally {
    await cluster.stop();
  }
}

function madeUpText(): string {
  return Array.from({ length: 200_000 }, (_, i) =>
    String.fromCodePoint(48 + ((((i * 37) % 101) * ((i * 11) % 13)) % 65)),
  ).join("");
}

function madeUp(featureShape: readonly number[], classes: number, count: number): Dataset {
  const featureCount = featureShape.reduce((product, size) => product * size);
  const features = Float32Array.from(
    { length: count * featureCount },
    (_, i) => ((i * 37) % 101) / 101 + 0.01,
  );
  const targets = Uint8Array.from({ length: count }, (_, i) => i % classes);
  const split = { count, features, targets };
  return {
    name: "made up",
    sha256: "0".repeat(64),
    featureShape: [...featureShape],
    featureCount,
    target: { kind: "classes", count: classes },
    train: split,
    test: split,
  };
}

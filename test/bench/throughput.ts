/**
 * @file Samples per second of two cores' worth of workers with growing batches, for a small and a large network, compared
 * with PyTorch DDP, the bare kernel on the same cores, and TensorFlow.js if it is installed. The workers are those that
 * `promedio start` starts: two for the small network, one with two threads inside the coordinator for the large one.
 */
import { type Contestant, interleave, type Turn } from "./tools/interleave.ts";
import { notePyTorch, runPeer, runPyTorch } from "./tools/processes.ts";
import { type Bar, ratios, type Report } from "./tools/report.ts";
import { trainingTurn } from "./tools/trainer.ts";

interface Case {
  readonly layers: readonly number[];
  readonly batchSize: number;
  readonly steps: number;
  readonly ofDdp?: Bar;
  readonly ofKernel?: Bar;
}

const small = [784, 16, 16, 10];
const large = [784, 512, 512, 10];
const smallCases: readonly Case[] = [
  { layers: small, batchSize: 64, steps: 16_000, ofDdp: { atLeast: 4 } },
  { layers: small, batchSize: 256, steps: 10_000 },
  { layers: small, batchSize: 1024, steps: 6_000 },
  {
    layers: small,
    batchSize: 4096,
    steps: 3_000,
    ofDdp: { atLeast: 1.5 },
    ofKernel: { atLeast: 0.85 },
  },
];
const largeCases: readonly Case[] = [
  { layers: large, batchSize: 64, steps: 1_800, ofDdp: { atLeast: 1 } },
  { layers: large, batchSize: 256, steps: 460, ofDdp: { atLeast: 1 } },
  { layers: large, batchSize: 1024, steps: 180, ofDdp: { atLeast: 1 } },
  { layers: large, batchSize: 4096, steps: 90, ofDdp: { atLeast: 1 } },
];
const rounds = 3;
const seconds = 2;

export async function benchThroughput(report: Report): Promise<void> {
  await notePyTorch(report);
  for (const each of smallCases) {
    // oxlint-disable-next-line no-await-in-loop -- one case after the other
    await benchCase(each, { name: "2 Node workers", workers: 2, threads: 1 }, report);
  }
  await benchTensorFlow(report);
}

export async function benchLarge(report: Report): Promise<void> {
  await notePyTorch(report);
  for (const each of largeCases) {
    // oxlint-disable-next-line no-await-in-loop -- one case after the other
    await benchCase(each, { name: "2 threads inside", workers: "auto", threads: 1 }, report);
  }
}

async function benchCase(
  { layers, batchSize, steps, ofDdp, ofKernel }: Case,
  { name: who, ...placement }: { name: string; workers: number | "auto"; threads: number },
  report: Report,
): Promise<void> {
  const title = `${layers.join("-")}, batch ${batchSize}`;
  const contestants: Contestant[] = [
    {
      name: `${title}: ${who}`,
      turn: () => trainingTurn({ layers, batchSize, steps, ...placement }),
    },
    {
      name: `${title}: PyTorch DDP`,
      turn: () => runPyTorch<Turn>({ mode: "ddp", layers, batchSize, seconds }),
    },
    {
      name: `${title}: bare kernel, 2 processes`,
      turn: () => runPeer<Turn>("kernel.ts", { layers, batchSize, processes: 2, seconds }),
    },
  ];
  const turns = await interleave(contestants, rounds, report);
  const rates = contestants.map(({ name }) =>
    turns(name).perSecond.map((rate) => rate * batchSize),
  );
  for (const [i, { name }] of contestants.entries())
    report.figure(name, "samples/s", rates[i] ?? []);
  const [ours = [], ddp = [], kernel = []] = rates;
  report.figure(`${title}: / DDP`, "×", ratios(ours, ddp), ofDdp);
  report.figure(`${title}: / bare kernel`, "×", ratios(ours, kernel), ofKernel);
}

async function benchTensorFlow(report: Report): Promise<void> {
  const contestants = [64, 256, 1024, 4096].map((batchSize) => ({
    name: `${small.join("-")}, batch ${batchSize}: TensorFlow.js`,
    batchSize,
    turn: () => runPeer<Turn>("tfjs.ts", { layers: small, batchSize, seconds }),
  }));
  const turns = await interleave(contestants, rounds, report);
  for (const { name, batchSize } of contestants) {
    report.figure(
      name,
      "samples/s",
      turns(name).perSecond.map((rate) => rate * batchSize),
    );
  }
}

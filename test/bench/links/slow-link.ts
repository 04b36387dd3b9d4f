/**
 * @file What local steps leave of the speed of eight workers behind a slow link that they share; and with how many samples per
 * exchange a worker there computes as long as it waits, predicted and measured.
 */
import { Cluster } from "../../support/processes/cluster.ts";
import type { Report } from "../tools/report.ts";
import { flags } from "../tools/trainer.ts";
import { convolutions } from "./links.ts";
import { breakEvenSamples } from "./prediction.ts";
import { farAddress, ShapedLink } from "./shaped-link.ts";

const megabits = 10;
const workers = 8;
const remainsMin = 0.75;
const batchSize = 64;
/** Each epoch ends with an exchange, and one of so many batches has no other. The first is not counted: workers compile. */
const exchanges = 4;
const runs = [
  { title: "two convolutions", model: convolutions, wire: "float32", localSteps: 100 },
  // It computes these batches in less time than a copy of its parameters takes.
  { title: "784-16-16-10", model: "mlp", wire: "float32", localSteps: 100, isUnbarred: true },
  { title: "784-16-16-10", model: "mlp", wire: "int8", localSteps: 1_500 },
] as const;
/** Two convolutions with 10,330 parameters, whose exchange is long beside the latency. */
const wider = JSON.stringify([
  { kind: "conv2d", channels: 16, kernel: 3, stride: 1, padding: "same" },
  { kind: "relu" },
  { kind: "conv2d", channels: 16, kernel: 3, stride: 1, padding: "same" },
  { kind: "relu" },
  { kind: "average-pool2d", size: 4, stride: 4 },
  { kind: "flatten" },
  { kind: "dense", units: 10 },
  { kind: "softmax" },
]);
const widerCount = 10_330;
const turns = 3;

export async function benchSlowLink(report: Report): Promise<void> {
  const link = ShapedLink.create(megabits);
  if (typeof link === "string") return report.absent("local steps behind a slow link", link);
  const far = { prefix: link.prefix, host: farAddress };
  try {
    await breakEven(report, far);
    for (const { title, model, wire, localSteps, ...about } of runs) {
      const run = { model, wire, workers, samples: batchSize * localSteps, exchanges };
      // oxlint-disable-next-line no-await-in-loop -- one run after the other
      const free = await samplesPerSecond(run, near);
      // oxlint-disable-next-line no-await-in-loop
      const shaped = await samplesPerSecond(run, far);
      const settings = `${wire}, ${localSteps} local steps`;
      report.figure(`${title}, ${settings}: ${workers} workers here`, "samples/s", [free]);
      report.figure(`  behind ${megabits} Mbit/s`, "samples/s", [shaped]);
      const bar = "isUnbarred" in about ? undefined : { atLeast: remainsMin };
      report.figure("  the part that is left", "×", [shaped / free], bar);
    }
  } finally {
    link.remove();
  }
}

/** One worker, with as many samples per exchange as should make both times equal. */
async function breakEven(report: Report, far: Place): Promise<void> {
  const once = { model: wider, wire: "float32", workers: 1 };
  const free = await samplesPerSecond({ ...once, samples: 100 * batchSize, exchanges }, near);
  const predicted = breakEvenSamples({ values: widerCount, bytesPerValue: 4 }, megabits, free);
  const samples = batchSize * Math.max(1, Math.round(predicted / batchSize));
  report.figure("samples per exchange that compute as long as it takes, predicted", "", [
    predicted,
  ]);
  const parts: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const run = { ...once, samples, exchanges: 30 };
    // oxlint-disable-next-line no-await-in-loop -- one run after the other
    const [beside, behind] = [await samplesPerSecond(run, near), await samplesPerSecond(run, far)];
    // n/r is the time of an exchange: what is longer behind the link is the exchange.
    const exchangeSeconds = samples / behind - samples / beside;
    parts.push((exchangeSeconds * beside) / predicted);
  }
  report.figure("  measured / predicted", "×", parts, { atLeast: 0.75, below: 1.25 });
}

interface Place {
  readonly prefix: readonly string[];
  readonly host: string;
}

const near: Place = { prefix: [], host: "127.0.0.1" };

interface SlowRun {
  readonly model: string;
  readonly wire: string;
  readonly workers: number;
  /** Of an exchange, and of an epoch. */
  readonly samples: number;
  readonly exchanges: number;
}

/** Of all exchanges but the first. */
async function samplesPerSecond(run: SlowRun, { prefix, host }: Place): Promise<number> {
  const cluster = await Cluster.create();
  try {
    const settings = {
      host,
      model: run.model,
      wire: run.wire,
      dataset: `digits:${run.samples},64`,
      optimizer: "sgd",
      "learning-rate": 0.1,
      "local-steps": run.samples / batchSize,
      replicas: run.workers,
      steps: run.exchanges,
      "local-workers": run.workers,
      "min-workers": run.workers,
      threads: 1,
      audit: "none",
    };
    const coordinator = cluster.coordinatorIn(prefix, "--exit", ...flags(settings));
    const first = await coordinator.event("epoch");
    const last = await coordinator.event("epoch", ({ epoch }) => epoch === run.exchanges);
    const seconds = Number(last["seconds"]) - Number(first["seconds"]);
    return (run.samples * (run.exchanges - 1)) / seconds;
  } finally {
    await cluster.stop();
  }
}

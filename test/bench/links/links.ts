/**
 * @file Network size × workers × link: predicted by `prediction.ts`, and measured for the cells that take seconds. Workers and
 * coordinator share the link, in both directions, and this machine's cores. `CELLS='30 Mbit/s, 784-16'` measures those whose
 * title matches.
 */
import { availableParallelism } from "node:os";

import { factsOf } from "../../../coordinator/run-setup.ts";
import { parameterCount } from "../../../shared/model/layout.ts";
import { resolveRunConfig } from "../../../shared/run/settings/resolve.ts";
import { type Loaded, loadForBench } from "../tools/dataset.ts";
import { createRate } from "../tools/engine-rate.ts";
import { print, type Report } from "../tools/report.ts";
import { flags } from "../tools/trainer.ts";
import { stepsPerSecondOf } from "./measured.ts";
import { fastest, type StepCost, stepSeconds } from "./prediction.ts";
import { ShapedLink } from "./shaped-link.ts";

/** Much to compute and few parameters, 2,650. */
export const convolutions = JSON.stringify([
  { kind: "conv2d", channels: 16, kernel: 3, stride: 1, padding: "same" },
  { kind: "relu" },
  { kind: "conv2d", channels: 16, kernel: 3, stride: 1, padding: "same" },
  { kind: "relu" },
  { kind: "average-pool2d", size: "global", stride: 1 },
  { kind: "flatten" },
  { kind: "dense", units: 10 },
  { kind: "softmax" },
]);

interface Network {
  readonly title: string;
  readonly given: { readonly model: string } | { readonly layers: readonly number[] };
}

const networks: readonly Network[] = [
  { title: "two convolutions", given: { model: convolutions } },
  { title: "784-16-16-10", given: { layers: [784, 16, 16, 10] } },
  { title: "784-128-10", given: { layers: [784, 128, 10] } },
  { title: "784-512-512-10", given: { layers: [784, 512, 512, 10] } },
];
/** What travels and how often. Local steps with SGD send one tensor, as steps without do. */
const forms = [
  { title: "float32", bytesPerValue: 4, batches: 1, flags: [] },
  { title: "float16", bytesPerValue: 2, batches: 1, flags: ["--wire=float16"] },
  { title: "int8", bytesPerValue: 1, batches: 1, flags: ["--wire=int8"] },
  {
    title: "float16, 50 local steps",
    bytesPerValue: 2,
    batches: 50,
    flags: ["--wire=float16", "--local-steps=50"],
  },
] as const;
const optimizer = ["--optimizer=sgd", "--learning-rate=0.1"];
const predictedMegabits = [10, 30, 100, 1000];
const predictedWorkers = [1, 8, 100];
const measuredMegabits = [10, 30, 100];
const measuredWorkers = [1, 2, 4, 8];
const batchSize = 64;
const rateSeconds = 0.5;
/** A step that takes longer is not measured: nobody wants to wait for some of them. */
const secondsMax = 1;
/** Titles of the cells that are measured. */
const wanted = new RegExp(process.env["CELLS"] ?? "", "u");
/** Steps before the measurement: the coordinator tries numbers of workers meanwhile. */
const warmUpSteps = 20;
/** Batches of an epoch, whose samples every worker draws. */
const stepsMax = 200;
const warmUpMs = 2_500;
const windowMs = 3_000;
const cores = availableParallelism();

export async function benchLinks(report: Report): Promise<void> {
  const loaded = await loadForBench("digits:2000,100");
  const costs = networks.map((network) => costOf(network, loaded));
  predict(costs);
  for (const megabits of measuredMegabits) {
    const link = ShapedLink.create(megabits);
    if (typeof link === "string") return report.absent("steps on a shared link", link);
    try {
      for (const { network, cost } of costs) {
        for (const form of forms) {
          // oxlint-disable-next-line no-await-in-loop -- one run after the other
          for (const workers of measuredWorkers)
            await measure(report, link, { network, cost, form, megabits, workers });
        }
      }
    } finally {
      link.remove();
    }
  }
}

interface Costed {
  readonly network: Network;
  /** In float32, a batch a step. */
  readonly cost: StepCost;
}

/** Of one core, as it is now. */
function costOf(network: Network, loaded: Loaded): Costed {
  const { dataset } = loaded;
  const given = { ...network.given, optimizer: "sgd", batchSize } as const;
  const config = resolveRunConfig({ given, origins: {} }, factsOf(loaded));
  const rate = createRate({ dataset, config });
  const samplesPerSecond = Math.max(rate(rateSeconds), rate(rateSeconds));
  const cost = {
    values: parameterCount(config.model),
    bytesPerValue: 4,
    computeSeconds: batchSize / samplesPerSecond,
  };
  return { network, cost };
}

function inForm({ cost }: Costed, { bytesPerValue, batches }: (typeof forms)[number]): StepCost {
  return { ...cost, bytesPerValue, computeSeconds: cost.computeSeconds * batches };
}

/** Prints samples per second of each cell, all workers used and as many as are best. */
function predict(costs: readonly Costed[]): void {
  print(
    `predicted samples/s of batches of ${batchSize}, all connected workers used → the best number of them`,
  );
  print(
    ["network", "form", "workers", ...predictedMegabits.map((rate) => `${rate} Mbit/s`)]
      .map(padded)
      .join(""),
  );
  for (const costed of costs) {
    for (const form of forms) {
      for (const workers of predictedWorkers) {
        const cost = inForm(costed, form);
        const samples = batchSize * form.batches;
        const cells = predictedMegabits.map((megabits) => {
          // A hundred workers are machines of their own.
          const link = { megabits, cores: workers };
          const best = fastest(cost, link, workers);
          return `${rounded(samples / stepSeconds(cost, link, workers))} → ${rounded(samples / best.seconds)} (${best.workers})`;
        });
        print([costed.network.title, form.title, String(workers), ...cells].map(padded).join(""));
      }
    }
  }
}

interface Cell extends Costed {
  readonly form: (typeof forms)[number];
  readonly megabits: number;
  readonly workers: number;
}

async function measure(report: Report, link: ShapedLink, cell: Cell): Promise<void> {
  const { network, form, megabits, workers } = cell;
  const predicted = fastest(inForm(cell, form), { megabits, cores }, workers);
  const title = `${megabits} Mbit/s, ${network.title}, ${form.title}, ${workers} connected`;
  if (!wanted.test(title)) return;
  if (predicted.seconds > secondsMax)
    return report.absent(title, `predicted ${rounded(1 / predicted.seconds)} steps/s`);
  const stepsPerSecond = await stepsPerSecondOf(link, {
    batchSize,
    batches: form.batches,
    stepsPerEpoch: Math.min(
      stepsMax / form.batches,
      Math.max(1, Math.round(1 / predicted.seconds)),
    ),
    workers,
    flags: [...modelFlags(network), ...optimizer, ...form.flags],
    warmUpSteps,
    warmUpMs,
    windowMs,
  });
  report.figure(title, "steps/s", [stepsPerSecond]);
  report.figure(
    `  of the predicted ${rounded(1 / predicted.seconds)}, with ${predicted.workers}`,
    "×",
    [stepsPerSecond * predicted.seconds],
  );
}

function modelFlags({ given }: Network): string[] {
  return flags("model" in given ? given : { layers: given.layers.join() });
}

function padded(text: string): string {
  return text.padEnd(25);
}

function rounded(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumSignificantDigits: 3 });
}

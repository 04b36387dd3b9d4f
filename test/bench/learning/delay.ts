/**
 * @file A delay of one step: what it costs in test accuracy after as many epochs, on MNIST with 784-16-16-10, and how many
 * more steps a second two workers make behind a long way. Accuracies are of runs in this process, whose bits are those
 * of any other run. `EPOCHS=10 npm run bench -- delay` trains longer; four epochs by default.
 */
import process from "node:process";

import { factsOf } from "../../../coordinator/run-setup.ts";
import { known } from "../../../shared/assert.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { resolveRunConfig } from "../../../shared/run/settings/resolve.ts";
import type { RunSettings } from "../../../shared/run/settings/run-settings.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";
import { Cluster } from "../../support/processes/cluster.ts";
import { DirectRun } from "../../support/trainers/direct-run.ts";
import { LongLink } from "../links/long-link.ts";
import { loadForBench } from "../tools/dataset.ts";
import type { Report } from "../tools/report.ts";
import { flags } from "../tools/trainer.ts";

const epochs = Number(process.env["EPOCHS"] ?? 4);
const seeds = [1, 2, 3];
const delays = [0, 1];

/** The recipe's Adam, and the others with a rate that halves every three epochs like its own. */
const optimizers: readonly (readonly [string, RunSettings])[] = [
  ["adam", {}],
  ["momentum", { optimizer: "momentum", schedule: "step" }],
  ["sgd", { optimizer: "sgd", schedule: "step" }],
];

const roundTripMs = 40;
/** Of what one round trip can hide. */
const timesMin = 1.6;
const networks = [
  { title: "784-16-16-10, batches of 64", layers: "784,16,16,10", batchSize: 64, isBarred: true },
  { title: "784-128-128-10, batches of 2,048", layers: "784,128,128,10", batchSize: 2048 },
];
const stepsPerEpoch = 40;

export async function benchDelay(report: Report): Promise<void> {
  await compareAccuracy(report);
  for (const { title, layers, batchSize, isBarred = false } of networks) {
    const rates: number[] = [];
    for (const delay of delays) {
      // oxlint-disable-next-line no-await-in-loop -- one run after the other
      const rate = await stepsPerSecond({ layers, delay, "batch-size": batchSize }, batchSize);
      rates.push(rate);
      report.figure(`${title}, ${roundTripMs} ms, delay ${delay}`, "steps/s", [rate]);
    }
    const [prompt = 0, late = 0] = rates;
    const bar = isBarred ? { atLeast: timesMin } : undefined;
    report.figure("  times as many with a delay of 1", "×", [late / prompt], bar);
  }
}

async function compareAccuracy(report: Report): Promise<void> {
  const loaded = await loadForBench();
  const wasm = await loadKernelWasm();
  const createKernel = () => instantiateKernel(wasm);
  const accuracyOf = (given: RunSettings) => {
    const config = resolveRunConfig({ given: { ...given, epochs }, origins: {} }, factsOf(loaded));
    const direct = new DirectRun({ config, dataset: loaded.dataset, createKernel, workers: 2 });
    direct.finish();
    const { metrics } = known(direct.run.progress.test ?? undefined, "it was evaluated");
    return 100 * known(metrics["accuracy"], "classes have one");
  };
  for (const [name, given] of optimizers) {
    const means = delays.map((delay) => {
      const accuracies = seeds.map((seed) => accuracyOf({ ...given, delay, seed }));
      report.figure(`${name}, delay ${delay}: test accuracy, ${epochs} epochs`, "%", accuracies);
      return accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / seeds.length;
    });
    const [prompt = 0, late = 0] = means;
    report.figure("  points lost, mean of the seeds", "", [prompt - late]);
  }
}

/** Of the second of two epochs, when the workers' code is compiled. */
async function stepsPerSecond(
  settings: Readonly<Record<string, string | number>>,
  batchSize: number,
): Promise<number> {
  const cluster = await Cluster.create();
  const all = {
    ...settings,
    dataset: `digits:${stepsPerEpoch * batchSize},64`,
    epochs: 2,
    "min-workers": 2,
    audit: "none",
  };
  let link: LongLink | undefined;
  try {
    const coordinator = cluster.coordinator("--exit", ...flags(all));
    const { joinUrl } = await coordinator.event("listening");
    link = await LongLink.to(Number(new URL(String(joinUrl)).port), roundTripMs);
    for (let i = 0; i < 2; i++) cluster.worker(link.urlOf(String(joinUrl)));
    const first = await coordinator.event("epoch");
    const second = await coordinator.event("epoch", ({ epoch }) => epoch === 2);
    return stepsPerEpoch / (Number(second["seconds"]) - Number(first["seconds"]));
  } finally {
    link?.close();
    await cluster.stop();
  }
}

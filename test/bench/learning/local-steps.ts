/**
 * @file Local steps: how many fewer bytes travel, and what they cost in test accuracy after as many epochs, on MNIST with
 * 784-16-16-10. Eight workers in this process; the messages to them and from them are encoded and counted, for each worker
 * that takes part in a step.
 */
import { factsOf } from "../../../coordinator/run-setup.ts";
import { known } from "../../../shared/assert.ts";
import type { Dataset } from "../../../shared/data/dataset.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { resolveRunConfig } from "../../../shared/run/settings/resolve.ts";
import type { RunSettings } from "../../../shared/run/settings/run-settings.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";
import { DirectRun } from "../../support/trainers/direct-run.ts";
import { loadForBench } from "../tools/dataset.ts";
import type { Report } from "../tools/report.ts";
import { mnistFolder, mnistIsHere } from "../tools/trainer.ts";

const workers = 8;
const seeds = [1, 2, 3];
const epochs = 4;
/** Eight leaves in a batch of 64, so that eight workers have work in both kinds of run. */
const shardSize = 8;
const wantedTimes = 17;
const pointsMax = 0.7;

/** The recipe's Adam unless an optimizer is named. */
const local = { localSteps: 50 };
const sgd = { optimizer: "sgd", learningRate: 0.5, schedule: "step" } as const;
const rows: readonly {
  readonly title: string;
  readonly given: RunSettings;
  /** Absent: the row that others are compared with. */
  readonly than?: string;
  readonly hasBars?: true;
}[] = [
  { title: "adam", given: {} },
  { title: "adam, 50 local steps", given: local, than: "adam", hasBars: true },
  { title: "  outer momentum 0.5", given: { ...local, outerMomentum: 0.5 }, than: "adam" },
  { title: "sgd", given: sgd },
  { title: "sgd, 50 local steps", given: { ...sgd, ...local }, than: "sgd" },
];

interface Outcome {
  /** In percent. */
  readonly accuracy: number;
  /** To a worker that takes part in every step and every evaluation with one block, and back. */
  readonly bytes: number;
}

export async function benchLocalSteps(report: Report): Promise<void> {
  if (mnistIsHere) await compare(report);
  else report.absent("local steps on MNIST", `${mnistFolder} is not there`);
}

async function compare(report: Report): Promise<void> {
  const wasm = await loadKernelWasm();
  const loaded = await loadForBench(`mnist:${mnistFolder}`);
  const { dataset } = loaded;
  const done = new Map<string, readonly Outcome[]>();
  for (const { title, given, than, hasBars } of rows) {
    const outcomes = seeds.map((seed) => {
      const settings = { ...given, epochs, seed, shardSize };
      const config = resolveRunConfig({ given: settings, origins: {} }, factsOf(loaded));
      return trainOnce(config, dataset, wasm);
    });
    done.set(title, outcomes);
    report.figure(
      `${title}: test accuracy, ${epochs} epochs`,
      "%",
      outcomes.map(({ accuracy }) => accuracy),
    );
    if (than === undefined) continue;
    const others = known(done.get(than), "a row above");
    const points = meanOf(others.map(({ accuracy }) => accuracy)) - accuracyOf(outcomes);
    const below = hasBars === undefined ? undefined : { below: pointsMax };
    report.figure("  points below the run without", "", [points], below);
    const times = outcomes.map(({ bytes }, i) => known(others[i], "a run").bytes / bytes);
    const atLeast = hasBars === undefined ? undefined : { atLeast: wantedTimes };
    report.figure("  times fewer bytes for a worker, both ways", "×", times, atLeast);
  }
}

function trainOnce(
  config: ReturnType<typeof resolveRunConfig>,
  dataset: Dataset,
  wasm: Awaited<ReturnType<typeof loadKernelWasm>>,
): Outcome {
  const carried = new Map<string, { bytes: number; messages: number }>();
  const direct = new DirectRun({
    config,
    dataset,
    createKernel: () => instantiateKernel(wasm),
    workers,
    carried: (type, bytes) => {
      const before = carried.get(type) ?? { bytes: 0, messages: 0 };
      carried.set(type, { bytes: before.bytes + bytes, messages: before.messages + 1 });
    },
  });
  direct.finish();
  const bytesOf = (type: string) => {
    const { bytes, messages } = carried.get(type) ?? { bytes: 0, messages: 1 };
    return bytes / messages;
  };
  const ofStep = bytesOf("work") + bytesOf("gradient") + bytesOf("replica");
  const ofEvaluation = bytesOf("evaluate") + bytesOf("evaluation");
  const bytes = direct.run.step * ofStep + epochs * ofEvaluation;
  const { metrics } = known(direct.run.progress.test ?? undefined, "it was evaluated");
  return { accuracy: 100 * known(metrics["accuracy"], "classes have one"), bytes };
}

function accuracyOf(outcomes: readonly Outcome[]): number {
  return meanOf(outcomes.map(({ accuracy }) => accuracy));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

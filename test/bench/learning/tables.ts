/**
 * @file How well tables are learned: test accuracy (classes) and error (numbers) of the same small network with the same
 * recipe on the same rows, beside scikit-learn's. Each round has another split and another seed. The bar is noise: the
 * mean difference in units of its own standard error.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { LoadedDataset } from "../../../coordinator/datasets/loader.ts";
import { loadDataset } from "../../../coordinator/datasets/loaders.ts";
import { nodeDisk } from "../../../coordinator/storage/disk.ts";
import type { DataSettings } from "../../../shared/run/settings/data-settings.ts";
import { flagOf } from "../../../shared/run/settings/option.ts";
import { Cluster } from "../../support/processes/cluster.ts";
import { runScikitLearn } from "../tools/processes.ts";
import type { Report } from "../tools/report.ts";
import { flags } from "../tools/trainer.ts";

const folder = "../shared/data/tables";
const rounds = 8;
const hidden = [16, 16];
const batchSize = 32;
const learningRate = 0.005;
const epochs = 60;
/** |mean difference| / standard error. Chance alone exceeds it in 1 of 50 benches. */
const noiseBar = 3;

interface Table {
  readonly name: string;
  readonly data: DataSettings;
}

const tables: readonly Table[] = [
  { name: "penguins", data: { target: ["species"], missing: "drop" } },
  { name: "titanic", data: { target: ["survived"], missing: "median", ignore: ["alive"] } },
];

export async function benchTables(report: Report): Promise<void> {
  if (!existsSync(folder)) return report.absent("tables", `${folder} is not there`);
  for (const table of tables) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await benchTable(report, table);
  }
}

async function benchTable(report: Report, { name, data }: Table): Promise<void> {
  const place = await mkdtemp(join(tmpdir(), "promedio-bench-"));
  try {
    const ours: number[] = [];
    const splits: { readonly path: string; readonly seed: number }[] = [];
    for (let seed = 1; seed <= rounds; seed++) {
      const settings = { ...data, dataSeed: seed };
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { bytes, dataset } = await loadTable(name, settings);
      const path = join(place, `${seed}.safetensors`);
      // oxlint-disable-next-line no-await-in-loop
      await writeFile(path, bytes);
      splits.push({ path, seed });
      const layers = [dataset.featureCount, ...hidden, dataset.target.count];
      // oxlint-disable-next-line no-await-in-loop
      ours.push(await trainOnce(name, settings, { layers, seed }));
    }
    const given = { hidden, batchSize, learningRate, epochs, rounds: splits };
    const theirs = await runScikitLearn<{ name: string; figures: number[] }>(given);
    report.figure(`${name}: test accuracy`, "%", ours.map(percent));
    if (theirs === undefined) return report.absent(`${name}: scikit-learn`, "not installed");
    report.figure(`  ${theirs.name}, same rows and recipe`, "%", theirs.figures.map(percent));
    const differences = ours.map((figure, round) => figure - (theirs.figures[round] ?? 0));
    report.figure("  difference / its standard error", "×", [Math.abs(inErrors(differences))], {
      below: noiseBar,
    });
  } finally {
    await rm(place, { recursive: true });
  }
}

async function loadTable(name: string, data: DataSettings): Promise<LoadedDataset> {
  return await loadDataset(nameOf(name), {
    disk: nodeDisk,
    cache: undefined,
    mnistMirror: undefined,
    data,
    progress: () => undefined,
  });
}

function nameOf(table: string): string {
  return `csv:${join(folder, `${table}.csv`)}`;
}

async function trainOnce(
  name: string,
  data: DataSettings,
  { layers, seed }: { readonly layers: readonly number[]; readonly seed: number },
): Promise<number> {
  const cluster = await Cluster.create();
  try {
    const settings = Object.entries(data).flatMap(([key, value]) => [flagOf(key), String(value)]);
    const recipe = flags({
      layers: layers.join(),
      activation: "relu",
      optimizer: "adam",
      "learning-rate": learningRate,
      "batch-size": batchSize,
      epochs,
      seed,
      "local-workers": 1,
    });
    const dataset = ["--dataset", nameOf(name), ...settings];
    const coordinator = cluster.coordinator("--exit", ...dataset, ...recipe);
    const { testAccuracy } = await coordinator.event("finished");
    return Number(testAccuracy);
  } finally {
    await cluster.stop();
  }
}

/** The mean of differences in units of its standard error; 0 if all are 0. */
function inErrors(differences: readonly number[]): number {
  const count = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / count;
  const squares = differences.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  const error = Math.sqrt(squares / (count - 1) / count);
  return mean === 0 ? 0 : mean / error;
}

function percent(share: number): number {
  return 100 * share;
}

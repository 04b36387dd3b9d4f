/**
 * @file How well tables are learned: test accuracy (classes) and error (numbers) of the same small network with the same
 * recipe on the same rows, beside scikit-learn's. Each round has another split and another seed. The bar is noise: the
 * mean difference in units of its own standard error.
 */
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Dataset } from "../../../shared/data/dataset.ts";
import type { DataSettings } from "../../../shared/run/settings/data-settings.ts";
import { flagOf } from "../../../shared/run/settings/option.ts";
import { Cluster, type JsonEvent } from "../../support/processes/cluster.ts";
import { loadForBench } from "../tools/dataset.ts";
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
  { name: "mpg", data: { target: ["mpg"], missing: "median", ignore: ["name"] } },
];

/** What a run is measured by. */
interface Measure {
  readonly name: string;
  readonly unit: string;
  readonly ofRun: (finished: JsonEvent) => number;
  /** From scikit-learn's figure: a share, or an error in standard deviations of the target. */
  readonly ofPeer: (figure: number, dataset: Dataset) => number;
}

const accuracy: Measure = {
  name: "test accuracy",
  unit: "%",
  ofRun: ({ testAccuracy }) => 100 * Number(testAccuracy),
  ofPeer: (figure) => 100 * figure,
};
const rootMeanSquare: Measure = {
  name: "test RMSE",
  unit: "",
  ofRun: ({ testMetrics }) => Number(Object(testMetrics).rmse),
  ofPeer: (figure, { target }) => {
    return figure * ((target.kind === "values" ? target.scales?.[0]?.scale : undefined) ?? 1);
  },
};

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
    const finished: JsonEvent[] = [];
    const splits: { readonly path: string; readonly seed: number }[] = [];
    const datasets: Dataset[] = [];
    for (let seed = 1; seed <= rounds; seed++) {
      const settings = { ...data, dataSeed: seed };
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const { bytes, dataset } = await loadForBench(nameOf(name), settings);
      const path = join(place, `${seed}.safetensors`);
      // oxlint-disable-next-line no-await-in-loop
      await writeFile(path, bytes);
      splits.push({ path, seed });
      datasets.push(dataset);
      const layers = [dataset.featureCount, ...hidden, dataset.target.count];
      // oxlint-disable-next-line no-await-in-loop
      finished.push(await trainOnce(name, settings, { layers, seed }));
    }
    const measure = datasets[0]?.target.kind === "values" ? rootMeanSquare : accuracy;
    const ours = finished.map((end) => measure.ofRun(end));
    const given = { hidden, batchSize, learningRate, epochs, rounds: splits };
    const theirs = await runScikitLearn<{ name: string; figures: number[] }>(given);
    report.figure(`${name}: ${measure.name}`, measure.unit, ours);
    if (theirs === undefined) return report.absent(`${name}: scikit-learn`, "not installed");
    const peers = theirs.figures.map((figure, round) => {
      const dataset = datasets[round];
      return dataset === undefined ? figure : measure.ofPeer(figure, dataset);
    });
    report.figure(`  ${theirs.name}, same rows and recipe`, measure.unit, peers);
    const differences = ours.map((figure, round) => figure - (peers[round] ?? 0));
    report.figure("  difference / its standard error", "×", [Math.abs(inErrors(differences))], {
      below: noiseBar,
    });
  } finally {
    await rm(place, { recursive: true });
  }
}

function nameOf(table: string): string {
  return `csv:${join(folder, `${table}.csv`)}`;
}

async function trainOnce(
  name: string,
  data: DataSettings,
  { layers, seed }: { readonly layers: readonly number[]; readonly seed: number },
): Promise<JsonEvent> {
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
    return await coordinator.event("finished");
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

/**
 * Every task on real processes, from files on the disk: one fingerprint and one set of figures for any workers, a page,
 * a worker in another language, and after a restart.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, afterEach, describe, expect, test } from "vitest";

import { fingerprintOf } from "../../../coordinator/storage/checkpoint.ts";
import type { Dataset } from "../../../shared/data/dataset.ts";
import { countsOf } from "../../../shared/run/plan.ts";
import { resolveRunConfig } from "../../../shared/run/settings/resolve.ts";
import { metricsOf } from "../../../shared/tasks/tasks.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import { firstOf } from "../../support/fixtures/effort.ts";
import { npyFolder } from "../../support/fixtures/tasks/npy-files.ts";
import { taskData, withValidation } from "../../support/fixtures/tasks/task-datasets.ts";
import type { Cluster } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";
import { python, type PythonWorker, pythonWorker } from "../../support/processes/python-worker.ts";
import { trainSequentially } from "../../support/trainers/sequential-trainer.ts";

const settings = { batchSize: 20, shardSize: 3, epochs: 4 } as const;
const flags = ["--batch-size=20", "--shard-size=3", "--epochs=4"];
const numbers = taskData["2 numbers"]!.dataset;
const folders = [
  npyFolder("binary", taskData["2 classes"]!.dataset),
  npyFolder("flags", taskData["3 flags"]!.dataset),
  npyFolder("numbers", withValidation(numbers, 13)),
];

/** A page computes with the kernel and the engine of a Node worker, and a checkpoint has the same fields for every task. */
const [inPage, resumed] = [folders, folders.toReversed()].map((all) =>
  firstOf(1, all).map(({ dataset }) => dataset),
) as [Dataset[], Dataset[]];

const browser = await launchBrowser();
afterAll(async () => await browser?.close());

let cluster: Cluster;
let others: PythonWorker[] = [];
eachWithCluster((fresh) => (cluster = fresh));
afterEach(() => {
  for (const other of others) other.kill();
  others = [];
});

describe.each(folders)("$dataset.name", ({ dataset, files }) => {
  const { name, sha256, featureCount, target } = dataset;
  const facts = { name, sha256, featureCount, target, ...countsOf(dataset) };
  const config = resolveRunConfig({ given: settings, origins: {} }, facts);
  const { parameters, testLoss, sums } = trainSequentially(config, dataset);
  const testMetrics = metricsOf(config).figures({ sums, samples: dataset.test.count, target });
  const expected = { fingerprint: fingerprintOf(parameters), testLoss, testMetrics };

  /** Starts a coordinator on the files of the dataset. */
  async function coordinate(...args: string[]) {
    const folder = join(cluster.folder, name);
    await mkdir(folder, { recursive: true });
    for (const [file, bytes] of files) await writeFile(join(folder, file), bytes);
    return cluster.coordinator("--exit", `--dataset=npy:${folder}`, ...flags, ...args);
  }

  // In memory, another test tries all of these for every task.
  test.each(firstOf(1, [2, 1, 5]))(
    "gives the sequential trainer's result with %i workers",
    async (workers) => {
      const many = [`--min-workers=${workers}`, `--local-workers=${workers}`];
      const coordinator = await coordinate(...many, "--threads=1", "--audit=sample");
      expect(await coordinator.event("finished")).toMatchObject(expected);
      const { kind: targets, name: task, count } = config.task;
      const data = { dataset: name, task, targets, count, ...countsOf(dataset) };
      expect(await coordinator.event("data")).toMatchObject(data);
    },
  );

  test.runIf(browser !== undefined && inPage.includes(dataset))(
    "and the same with a page alone",
    async () => {
      const coordinator = await coordinate();
      const { joinUrl } = await coordinator.event("listening");
      const page = await browser!.newPage();
      await page.goto(String(joinUrl));
      expect(await coordinator.event("finished")).toMatchObject(expected);
      await page.close();
    },
  );

  test.skipIf(python === undefined)("and with a worker that knows only the wire page", async () => {
    const coordinator = await coordinate("--audit=sample");
    const { joinUrl } = await coordinator.event("listening");
    const worker = pythonWorker(String(joinUrl));
    others.push(worker);
    expect(await coordinator.event("finished")).toMatchObject(expected);
    expect(worker.said).toBe("");
  });

  test.runIf(resumed.includes(dataset))(
    "and after the coordinator was killed with SIGKILL and resumed",
    async () => {
      const first = await coordinate("--local-workers=1", "--name=lesson");
      await first.event("epoch");
      first.child.kill("SIGKILL");
      await first.exited;
      const second = cluster.coordinator("--exit", "--local-workers=1", "--resume=lesson");
      expect(await second.event("finished")).toMatchObject(expected);
    },
  );
});

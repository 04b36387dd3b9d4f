/**
 * The promise, on real processes and sockets: one fingerprint, whoever computes. The oracle is the sequential trainer.
 */
import { once } from "node:events";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { beforeAll, describe, expect, test } from "vitest";

import { drawDigits } from "../../coordinator/datasets/digits.ts";
import { decodeCheckpoint, fingerprintOf } from "../../coordinator/storage/checkpoint.ts";
import { known } from "../../shared/assert.ts";
import { resolveRunConfig } from "../../shared/run/settings/resolve.ts";
import type { RunSettings } from "../../shared/run/settings/run-settings.ts";
import { firstOf } from "../support/fixtures/effort.ts";
import type { Cluster, JsonEvent } from "../support/processes/cluster.ts";
import { eachWithCluster } from "../support/processes/each-with-cluster.ts";
import { trainSequentially } from "../support/trainers/sequential-trainer.ts";
import { undisturbedFingerprint } from "../support/trainers/undisturbed-run.ts";

const { dataset } = drawDigits(600, 100);
const facts = {
  name: dataset.name,
  sha256: dataset.sha256,
  featureCount: dataset.featureCount,
  target: dataset.target,
  trainCount: dataset.train.count,
  testCount: dataset.test.count,
};

/** The sequential trainer's result for some settings. */
function expected(given: RunSettings): { fingerprint: string; testAccuracy: number } {
  const config = resolveRunConfig(
    { given: { dataset: "digits:600,100", ...given }, origins: {} },
    facts,
  );
  const { parameters, testAccuracy } = trainSequentially(config, dataset);
  return { fingerprint: fingerprintOf(parameters), testAccuracy };
}

const data = ["--dataset", "digits:600,100"];
let cluster: Cluster;

eachWithCluster((fresh) => (cluster = fresh));

/** The coordinator's progress. */
async function committedStep(url: string): Promise<number> {
  const response = await fetch(`${url}/run/parameters`);
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  return Number(response.headers.get("promedio-step"));
}

async function finished(...args: string[]): Promise<JsonEvent> {
  return await cluster.coordinator("--exit", ...data, ...args).event("finished");
}

describe("Node workers", () => {
  const whole = expected({ epochs: 2 });

  // In memory, other tests try every number of workers, optimizer and loss. Here are those that differ in what
  // travels between processes and threads.
  const crews = [
    [3, 1],
    [2, 2],
    [5, 1],
    [1, 2],
    [1, 1],
    [2, 1],
  ] as const;

  test.each(firstOf(1, crews))(
    "%i with %i threads each give the sequential trainer's fingerprint",
    async (workers, threads) => {
      const crew = [`--min-workers=${workers}`, `--local-workers=${workers}`];
      const run = [...data, "--epochs=2", ...crew, `--threads=${threads}`];
      const coordinator = cluster.coordinator("--exit", ...run);
      const end = await coordinator.event("finished");
      expect(await coordinator.exited).toBe(0);
      const names = coordinator.events.map(({ event }) => event);
      expect([names[0], names.at(-1)]).toEqual(["listening", "finished"]);
      expect(names.filter((name) => name === "epoch")).toHaveLength(2);
      expect(end.fingerprint).toBe(whole.fingerprint);
      expect(end.testAccuracy).toBe(whole.testAccuracy);
      expect(end.steps).toBe(20);
    },
  );

  const recipes = [
    ["local-search", "cce", "softmax", 100],
    ["momentum", "bce", "sigmoid", 1],
    ["adamw", "mse", "softmax", "full"],
    ["sgd", "cce", "softmax", 100],
    ["nag", "mse", "sigmoid", "full"],
    ["rmsprop", "mae", "sigmoid", 100],
    ["adam", "mse", "softmax", "full"],
  ] as const;

  test.each(firstOf(2, recipes))(
    "%s with %s on %s and batches of %s do too",
    async (optimizer, loss, output, batchSize) => {
      const steps = { 1: 40, 100: 4, full: 2 }[batchSize];
      const settings = { optimizer, loss, outputActivation: output, batchSize, steps };
      const end = await finished(
        `--optimizer=${optimizer}`,
        `--loss=${loss}`,
        `--output=${output}`,
        `--batch-size=${batchSize}`,
        `--steps=${steps}`,
        "--local-workers=2",
      );
      expect(end.fingerprint).toBe(expected(settings).fingerprint);
    },
  );
});

describe("a preset with dropout", () => {
  const text = `--dataset=text:${join(import.meta.dirname, "../../LICENSE")}`;
  const pictures = ["--dataset=digits:600,100", "--augment=flip,shift=2,crop=2"];

  test.each([
    ["cnn:channels=4,hidden=8,dropout=0.3", pictures],
    ["resnet:channels=4,stages=2,dropout=0.3", pictures],
    ["gpt:layers=1,heads=2,width=16,dropout=0.2", [text, "--context=16"]],
  ])(
    "%s gives one fingerprint for 1 thread and for 2 workers with 2 threads each",
    async (model, source) => {
      const run = ["--exit", "--steps=3", `--model=${model}`, ...source];
      const crew = ["--min-workers=2", "--local-workers=2", "--threads=2"];
      const end = await cluster.coordinator(...run, ...crew).event("finished");
      expect(end.fingerprint).toBe(await undisturbedFingerprint(...run));
    },
  );
});

describe("workers that come and go", () => {
  const batches = ["--batch-size", "20", "--shard-size", "5"];
  const args = ["--epochs", "20", ...batches];
  // The sequential trainer would take half a minute. It is compared with such a run above.
  let whole: string;
  beforeAll(async () => {
    whole = await undisturbedFingerprint(...data, ...args);
  });

  test("one alone waits for the second; one killed with SIGKILL in mid-run and one that joins then change no bit", async () => {
    const coordinator = cluster.coordinator("--exit", "--min-workers", "2", ...data, ...args);
    const { joinUrl } = (await coordinator.event("listening")) as unknown as { joinUrl: string };
    const victim = cluster.worker(joinUrl, "--name", "victim");
    await coordinator.event("worker", ({ change }) => change === "joined");
    await coordinator.event("waiting", ({ reason }) => reason === "waiting for 1 more worker");
    expect(coordinator.events.some(({ event }) => event === "epoch")).toBe(false);
    cluster.worker(joinUrl, "--name", "survivor");
    await coordinator.event("epoch", ({ epoch }) => Number(epoch) >= 3);
    victim.kill("SIGKILL");
    await coordinator.event("worker", ({ change, name }) => change === "left" && name === "victim");
    cluster.worker(joinUrl, "--name", "late");
    const end = await coordinator.event("finished");
    expect(end.fingerprint).toBe(whole);
    const names = coordinator.events
      .filter(({ change }) => change === "joined")
      .map(({ name }) => name);
    expect(names).toContain("victim");
  });

  test("two relays and one below them, one of them killed with SIGKILL in mid-run, and a worker that joins then, change no bit", async () => {
    const coordinator = cluster.coordinator("--exit", "--min-workers", "2", ...data, ...args);
    const { joinUrl } = (await coordinator.event("listening")) as unknown as { joinUrl: string };
    const relays = [await cluster.relay(joinUrl), await cluster.relay(joinUrl)];
    const below = await cluster.relay(known(relays[1], "the second").joinUrl);
    for (const relay of [...relays, below]) cluster.worker(relay.joinUrl);
    await coordinator.event("epoch", ({ epoch }) => Number(epoch) >= 3);
    cluster.worker(joinUrl, "--name", "late");
    await coordinator.event("worker", ({ change, name }) => change === "joined" && name === "late");
    relays[0]?.child.kill("SIGKILL");
    await coordinator.event("worker", ({ change }) => change === "left");
    const end = await coordinator.event("finished");
    expect(end.fingerprint).toBe(whole);
    const refused = coordinator.events.filter(({ change }) => change === "refused");
    expect(refused).toEqual([]);
  });

  test("a checkpoint alone, of a run that is gone, continues in a new run to the same bits", async () => {
    const half = ["--epochs", "10", "--name", "lesson", ...batches];
    const first = cluster.coordinator("--local-workers", "1", "--exit", ...data, ...half);
    const { checkpoint } = await first.event("finished");
    await first.exited;
    const kept = await readdir(join(cluster.folder, "runs/lesson/checkpoints"));
    expect(kept).toContain("best.safetensors");
    const file = join(cluster.folder, "downloaded.safetensors");
    await rename(String(checkpoint), file);
    await rm(join(cluster.folder, "runs"), { recursive: true });
    const alone = ["--resume", file, "--epochs", "20", "--name", "again"];
    const second = cluster.coordinator("--local-workers", "2", "--exit", ...alone);
    expect(await second.event("resumed")).toMatchObject({ run: "again", step: 300 });
    expect((await second.event("finished")).fingerprint).toBe(whole);
    expect(await readdir(join(cluster.folder, "runs"))).toEqual(["again"]);
  });

  test("a coordinator stopped with SIGTERM saves, exits with 130, and resumes from exactly that step", async () => {
    // No checkpoint at an epoch's end: the only one is written at the signal.
    const settled = ["--open", "--checkpoint-every", "100"];
    const first = cluster.coordinator("--local-workers", "1", ...settled, ...data, ...args);
    const { step: epochEnd } = await first.event("epoch", ({ epoch }) => Number(epoch) >= 2);
    const { url } = await first.event("listening");
    let committed = 0;
    while (committed <= Number(epochEnd)) committed = await committedStep(String(url));
    first.child.kill("SIGTERM");
    expect(await first.exited).toBe(130);
    const { step: stoppedAt } = await first.event("stopped");
    expect(first.events.at(-1)).toMatchObject({ event: "stopped", checkpointStep: stoppedAt });
    const second = cluster.coordinator("--local-workers", "1", "--exit", "--resume");
    const resumed = await second.event("resumed");
    expect(resumed.step).toBeGreaterThanOrEqual(committed);
    expect(resumed.step).toBe(stoppedAt);
    const end = await second.event("finished");
    expect(end.fingerprint).toBe(whole);
  });

  test("a second signal ends a coordinator at once, with 130", async () => {
    const coordinator = cluster.coordinator("--local-workers", "1", ...data, ...args);
    await coordinator.event("epoch");
    coordinator.child.kill("SIGSTOP");
    // Both must arrive before it continues, so that it cannot finish between the two.
    coordinator.child.kill("SIGINT");
    coordinator.child.kill("SIGTERM");
    coordinator.child.kill("SIGCONT");
    expect(await coordinator.exited).toBe(130);
  });

  /** A coordinator whose checkpoint folder has disappeared when its run ends, once it reports so. */
  async function withoutRoom(...more: string[]) {
    const short = ["--local-workers", "1", "--name", "full", "--epochs", "1"];
    const coordinator = cluster.coordinator(...short, ...data, ...batches, ...more);
    await coordinator.event("started");
    const checkpoints = join(cluster.folder, "runs/full/checkpoints");
    await rename(checkpoints, `${checkpoints}-away`);
    await coordinator.event("warning", ({ message }) => String(message).includes("trying again"));
    return { coordinator, checkpoints };
  }

  test("a result that can't be written is tried again, and --exit waits for it", async () => {
    const { coordinator, checkpoints } = await withoutRoom("--exit");
    await mkdir(checkpoints);
    const { checkpoint } = await coordinator.event("finished");
    expect(await readdir(checkpoints)).toContain(basename(String(checkpoint)));
    expect(await coordinator.exited).toBe(0);
  });

  test("a result that can't be written is written to another place when the coordinator is asked to end", async () => {
    const { coordinator } = await withoutRoom();
    coordinator.child.kill("SIGTERM");
    const path = String((await coordinator.event("finished")).checkpoint);
    expect(path).not.toContain(cluster.folder);
    expect(decodeCheckpoint(await readFile(path))).toMatchObject({ ok: true });
    await rm(dirname(path), { recursive: true });
    expect(await coordinator.exited).toBe(0);
  });
});

test("without --exit it stays up after the run, and a worker that joins then waits", async () => {
  const coordinator = cluster.coordinator("--local-workers", "1", ...data, "--epochs", "1");
  const { joinUrl } = (await coordinator.event("listening")) as unknown as { joinUrl: string };
  await coordinator.event("finished");
  const worker = cluster.worker(joinUrl, "--name", "late");
  await coordinator.event("worker", ({ name }) => name === "late");
  await delay(300);
  expect(worker.exitCode).toBe(null);
  const workerExited = once(worker, "exit");
  coordinator.child.kill("SIGINT");
  expect(await coordinator.exited).toBe(0);
  const [code] = (await workerExited) as [number];
  expect(code).toBe(0);
});

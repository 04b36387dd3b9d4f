/**
 * @file Many workers, and bad ones: 1,000 that train to the right fingerprint, 10,000 that only wait, and some that
 * never read what they receive. The workers are light: rooms of them, each a process with one engine.
 */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { drawDigits } from "../../coordinator/datasets/digits.ts";
import { fingerprintOf } from "../../coordinator/storage/checkpoint.ts";
import { assert } from "../../shared/assert.ts";
import { denseModel } from "../../shared/model/dense-model.ts";
import { parameterCount } from "../../shared/model/layout.ts";
import { silenceMaxMs } from "../../shared/protocol/limits.ts";
import { resolveRunConfig } from "../../shared/run/settings/resolve.ts";
import { Cluster } from "../support/processes/cluster.ts";
import { trainSequentially } from "../support/trainers/sequential-trainer.ts";
import type { RoomArguments, RoomState } from "./peers/light-room.ts";
import { LightClient, madeUp } from "./tools/light-client.ts";
import { cpuMicrosOf, residentBytesOf } from "./tools/processes.ts";
import type { Report } from "./tools/report.ts";
import { flags } from "./tools/trainer.ts";

const rooms = 4;
const trainingWorkers = 1_000;
/** As many as the protocol's limits allow. They come from 5 addresses, because one may hold only 2,000. */
const idleWorkers = 10_000;
const idleAddresses = 5;
/** Long enough to notice a dead worker. */
const heldMs = silenceMaxMs + 5_000;
const deafWorkers = 50;

export async function benchLoad(report: Report): Promise<void> {
  await measureTraining(report);
  await measureIdle(report);
  await measureDeaf(report);
}

/** One leaf per worker, ten steps. */
const run = {
  dataset: `digits:${2 * trainingWorkers},200`,
  layers: [784, 16, 10],
  batchSize: trainingWorkers,
  shardSize: 1,
  epochs: 5,
  optimizer: "adam",
  learningRate: 0.01,
} as const;

async function measureTraining(report: Report): Promise<void> {
  const stage = await Stage.create(
    "--dataset",
    run.dataset,
    "--layers",
    run.layers.join(),
    "--optimizer",
    run.optimizer,
    ...flags({
      "batch-size": run.batchSize,
      "shard-size": run.shardSize,
      epochs: run.epochs,
      "learning-rate": run.learningRate,
      "min-workers": trainingWorkers,
      audit: "none",
    }),
  );
  try {
    const clients = trainingWorkers / rooms;
    const joined = Array.from({ length: rooms }, () => stage.addRoom({ clients, computes: true }));
    await Promise.all(joined);
    const { fingerprint, stepsPerSecond } = await stage.coordinator.event("finished");
    assert(fingerprint === expectedFingerprint(), `${trainingWorkers} workers: other bits`);
    const helped = (await stage.states()).reduce((sum, state) => sum + state.helped, 0);
    report.figure("workers that trained to the sequential trainer's fingerprint", "", [helped]);
    report.figure("  their steps, 51 MB each way", "steps/s", [Number(stepsPerSecond)]);
    report.figure("  the coordinator's memory at the end", "MB", [stage.residentBytes() / 1e6]);
  } finally {
    await stage.stop();
  }
}

function expectedFingerprint(): string {
  const { dataset } = drawDigits(2 * trainingWorkers, 200);
  const { name, sha256, featureCount, target, train, test } = dataset;
  const counts = { trainCount: train.count, testCount: test.count };
  const facts = { name, sha256, featureCount, target, ...counts };
  const config = resolveRunConfig(
    { given: { ...run, layers: [...run.layers] }, origins: {} },
    facts,
  );
  return fingerprintOf(trainSequentially(config, dataset).parameters);
}

async function measureIdle(report: Report): Promise<void> {
  const stage = await Stage.create(...waitingRun);
  try {
    await delay(1_000);
    const before = stage.residentBytes();
    const startMs = performance.now();
    const clients = idleWorkers / idleAddresses;
    const joined = Array.from({ length: idleAddresses }, (_, i) =>
      stage.addRoom({ clients, computes: false, localAddress: `127.0.0.${i + 2}` }),
    );
    await Promise.all(joined);
    const joinMs = performance.now() - startMs;
    const cpuBefore = cpuMicrosOf(stage.pid);
    await delay(heldMs);
    const cpu = ((cpuMicrosOf(stage.pid) ?? Number.NaN) - (cpuBefore ?? 0)) / (1000 * heldMs);
    const open = (await stage.states()).reduce((sum, state) => sum + state.open, 0);
    report.figure(`sockets open after ${heldMs / 1000} s`, "", [open], { atLeast: idleWorkers });
    report.figure("  to let them all in", "s", [joinMs / 1000]);
    const growth = (stage.residentBytes() - before) / idleWorkers;
    report.figure("  memory of each", "kB", [growth / 1e3], { below: 20 });
    report.figure("  the coordinator's use of one core meanwhile", "%", [100 * cpu]);
  } finally {
    await stage.stop();
  }
}

const waitingRun = ["--dataset", "digits:200,100", "--min-workers", String(idleWorkers)];

/** 13 MB of parameters: more than the system buffers for a socket. */
const deafModel = [784, 4096, 10];

/** One healthy worker trains. The others take their first share and never read it. */
async function measureDeaf(report: Report): Promise<void> {
  const layers = deafModel.join();
  const more = flags({ layers, "batch-size": 64, "shard-size": 1, audit: "none" });
  const quiet = flags({ epochs: 1e6, "checkpoint-every": 1e6, "learning-rate": 1e-9 });
  const stage = await Stage.create(
    "--dataset",
    "digits:10000,64",
    "--optimizer",
    "sgd",
    ...more,
    ...quiet,
  );
  const clients: LightClient[] = [];
  try {
    const parameters = parameterCount(
      denseModel({ widths: deafModel, activation: "relu", output: "softmax" }),
    );
    const answers = madeUp(new Uint8Array(4 * parameters));
    const reader = new LightClient(stage.url, { answers });
    clients.push(reader);
    await delay(3_000);
    const before = stage.residentBytes();
    for (let i = 0; i < deafWorkers; i++) {
      const deaf = new LightClient(stage.url, { answers, isDeaf: true });
      clients.push(deaf);
      // In sequence, so that each holds another version of the parameters.
      // oxlint-disable-next-line no-await-in-loop
      await deaf.welcomed;
      // oxlint-disable-next-line no-await-in-loop
      await delay(200);
    }
    const step = reader.lastStep;
    await delay(4_000);
    assert(reader.lastStep > step, "the run goes on");
    const growth = stage.residentBytes() - before;
    const versions = growth / deafWorkers / (4 * parameters);
    const title = `memory of a worker that never reads, of ${deafWorkers}`;
    report.figure(title, "versions", [versions], { below: 2 });
  } finally {
    for (const client of clients) client.close();
    await stage.stop();
  }
}

/** A coordinator and the rooms around it. */
class Stage {
  readonly #cluster: Cluster;
  readonly #rooms: ChildProcess[] = [];
  readonly coordinator: ReturnType<Cluster["coordinator"]>;
  url = "";

  private constructor(cluster: Cluster, args: readonly string[]) {
    this.#cluster = cluster;
    this.coordinator = cluster.coordinator("--open", ...args);
  }

  static async create(...args: string[]): Promise<Stage> {
    const stage = new Stage(await Cluster.create(), args);
    stage.url = String((await stage.coordinator.event("listening"))["url"]);
    return stage;
  }

  get pid(): number {
    return this.coordinator.child.pid ?? 0;
  }

  residentBytes(): number {
    return residentBytesOf(this.pid) ?? Number.NaN;
  }

  /** Resolves when all clients of the room have joined. */
  addRoom(room: Omit<RoomArguments, "url" | "localAddress"> & { localAddress?: string }) {
    const { url } = this;
    const argument = JSON.stringify({ localAddress: "127.0.0.1", ...room, url });
    const child = fork(join(import.meta.dirname, "peers/light-room.ts"), [argument]);
    this.#rooms.push(child);
    return new Promise<void>((resolve, reject) => {
      child.once("message", () => resolve());
      child.once("exit", (code) => reject(new Error(`a room ended (${code})`)));
    });
  }

  states(): Promise<RoomState[]> {
    const asked = this.#rooms.map((child) => {
      const answered = new Promise<RoomState>((resolve) => child.once("message", resolve));
      child.send("how is it going?");
      return answered;
    });
    return Promise.all(asked);
  }

  async stop(): Promise<void> {
    for (const child of this.#rooms) {
      child.removeAllListeners("exit");
      child.kill("SIGKILL");
    }
    await this.#cluster.stop();
  }
}

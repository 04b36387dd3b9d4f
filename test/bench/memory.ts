/** @file Resident memory of a coordinator that trains MNIST with two workers, and per socket that only waits. */
import { setTimeout as delay } from "node:timers/promises";

import { Cluster } from "../support/processes/cluster.ts";
import { LightClient } from "./tools/light-client.ts";
import { mostResidentBytesOf, residentBytesOf } from "./tools/processes.ts";
import { type Report } from "./tools/report.ts";
import { datasetArguments } from "./tools/trainer.ts";

const rounds = 3;
/** By then, data are loaded and everybody has them. */
const settledMs = 10_000;
const trainingMs = 40_000;
const lookMs = 100;
/** As many as one address may hold at once, minus a few that may still be closing. */
const idleSockets = 900;

export async function benchMemory(report: Report): Promise<void> {
  const training: Resident[] = [];
  const perSocket: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    training.push(...(await residentInTraining()));
    // oxlint-disable-next-line no-await-in-loop
    perSocket.push(...(await residentPerSocket()));
  }
  const megabytes = (pick: (of: Resident) => number) => training.map((of) => pick(of) / 1e6);
  const bar = { below: 200 };
  report.figure(
    "coordinator, 2 workers: at most",
    "MB",
    megabytes(({ most }) => most),
    bar,
  );
  const later = megabytes(({ settledMost }) => settledMost);
  report.figure(`  at most from ${settledMs / 1000} s after its start on`, "MB", later, bar);
  report.figure(
    `  after ${trainingMs / 1000} s`,
    "MB",
    megabytes(({ last }) => last),
  );
  report.figure(`worker socket that waits, of ${idleSockets}`, "kB", perSocket, { below: 20 });
}

/** Bytes of a coordinator, from its start. */
interface Resident {
  readonly most: number;
  readonly settledMost: number;
  readonly last: number;
}

/** Empty where there is no /proc. */
async function residentInTraining(): Promise<Resident[]> {
  const cluster = await Cluster.create();
  try {
    const workers = ["--local-workers", "2", "--epochs", "10000"];
    const coordinator = cluster.coordinator(...datasetArguments, ...workers);
    const startMs = performance.now();
    const pid = coordinator.child.pid ?? 0;
    await delay(settledMs);
    const seen: number[] = [];
    while (performance.now() < startMs + trainingMs) {
      seen.push(residentBytesOf(pid) ?? 0);
      // oxlint-disable-next-line no-await-in-loop
      await delay(lookMs);
    }
    // On a slow machine, that was not training yet.
    await coordinator.event("epoch");
    const [most, last] = [mostResidentBytesOf(pid), residentBytesOf(pid)];
    if (most === undefined || last === undefined) return [];
    return [{ most, settledMost: Math.max(...seen), last }];
  } finally {
    await cluster.stop();
  }
}

/** Sockets of workers that have joined but are never ready: the coordinator stores everything it stores per worker. */
async function residentPerSocket(): Promise<number[]> {
  const cluster = await Cluster.create();
  const clients: LightClient[] = [];
  try {
    const coordinator = cluster.coordinator(
      "--dataset",
      "digits:200,100",
      "--open",
      "--min-workers",
      "2000",
    );
    const { url } = await coordinator.event("listening");
    const pid = coordinator.child.pid ?? 0;
    await join(clients, String(url), 50);
    await delay(1_000);
    const before = residentBytesOf(pid);
    await join(clients, String(url), idleSockets);
    await delay(2_000);
    const after = residentBytesOf(pid);
    if (before === undefined || after === undefined) return [];
    return [(after - before) / idleSockets / 1e3];
  } finally {
    for (const client of clients) client.close();
    await cluster.stop();
  }
}

async function join(clients: LightClient[], url: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const client = new LightClient(url);
    clients.push(client);
    // oxlint-disable-next-line no-await-in-loop -- all at once, strangers would find no place
    await client.welcomed;
  }
}

/** @file Resident memory of a coordinator that trains MNIST with two workers, and per socket that only waits. */
import { setTimeout as delay } from "node:timers/promises";

import { Cluster } from "../support/processes/cluster.ts";
import { LightClient } from "./tools/light-client.ts";
import { residentBytesOf } from "./tools/processes.ts";
import { type Report } from "./tools/report.ts";
import { datasetArguments } from "./tools/trainer.ts";

const rounds = 3;
/** As many as one address may hold at once, minus a few that may still be closing. */
const idleSockets = 900;

export async function benchMemory(report: Report): Promise<void> {
  const training: number[] = [];
  const perSocket: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    training.push(...(await residentInTraining()));
    // oxlint-disable-next-line no-await-in-loop
    perSocket.push(...(await residentPerSocket()));
  }
  report.figure("coordinator, 2 workers in training", "MB", training, { below: 200 });
  report.figure(`worker socket that waits, of ${idleSockets}`, "kB", perSocket, { below: 20 });
}

async function residentInTraining(): Promise<number[]> {
  const cluster = await Cluster.create();
  try {
    const coordinator = cluster.coordinator(
      ...datasetArguments,
      "--local-workers",
      "2",
      "--epochs",
      "50",
    );
    await coordinator.event("epoch", (event) => event["epoch"] === 4);
    const bytes = residentBytesOf(coordinator.child.pid ?? 0);
    return bytes === undefined ? [] : [bytes / 1e6];
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

/**
 * A large network's local worker is part of the coordinator's process: same bits, same rows, and an end as orderly as
 * that of a process.
 */
import { expect, test } from "vitest";

import { childrenOf } from "../bench/tools/processes.ts";
import type { Cluster, CoordinatorProcess } from "../support/processes/cluster.ts";
import { eachWithCluster } from "../support/processes/each-with-cluster.ts";

let cluster: Cluster;
eachWithCluster((fresh) => (cluster = fresh));

/** 101,770 parameters: just large enough. */
const large = ["--dataset", "digits:600,100", "--layers", "784,128,10", "--batch-size", "64"];

async function fingerprintOf(coordinator: CoordinatorProcess): Promise<unknown> {
  const finished = await coordinator.event("finished");
  expect(await coordinator.exited).toBe(0);
  return finished["fingerprint"];
}

test("the worker inside computes the bits of two processes, and there is no process beside it", async () => {
  const epochs = ["--epochs", "3", "--exit"];
  const processes = cluster.coordinator("--local-workers", "2", ...large, ...epochs);
  const inside = cluster.coordinator("--local-workers", "auto", ...large, ...epochs);
  const joined = await inside.event("worker", ({ change }) => change === "joined");
  expect(joined).toMatchObject({ name: "local 1", kind: "node", threads: 2, workers: 1 });
  expect(childrenOf(inside.child.pid ?? 0)).toEqual([]);
  expect(await fingerprintOf(inside)).toBe(await fingerprintOf(processes));
});

test("a worker that joins takes its part, and the one inside goes on when it is killed", async () => {
  const args = ["--epochs", "60", "--exit", ...large];
  const coordinator = cluster.coordinator("--local-workers", "auto", ...args);
  const { joinUrl } = await coordinator.event("listening");
  const guest = cluster.worker(String(joinUrl), "--name", "guest");
  await coordinator.event("worker", ({ name, change }) => name === "guest" && change === "joined");
  const step = Number((await coordinator.event("epoch")).step);
  expect(step).toBeGreaterThan(0);
  guest.kill("SIGKILL");
  await coordinator.event("worker", ({ name, change }) => name === "guest" && change === "left");
  const alone = cluster.coordinator("--local-workers", "2", ...args);
  expect(await fingerprintOf(coordinator)).toBe(await fingerprintOf(alone));
});

test("Ctrl-C ends the coordinator with its worker inside at once, with exit code 130", async () => {
  const args = ["--epochs", "10000", ...large];
  const coordinator = cluster.coordinator("--local-workers", "auto", ...args);
  await coordinator.event("epoch");
  coordinator.child.kill("SIGINT");
  expect(await coordinator.exited).toBe(130);
  expect(coordinator.stderr).toBe("");
});

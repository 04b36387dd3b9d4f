/** A run whose leader is killed or stopped, and whose NATS server is killed: another coordinator continues it, to the same bits. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { Cluster, type CoordinatorProcess } from "../../support/processes/cluster.ts";
import { freePort } from "../../support/processes/local-server.ts";
import { natsIsMissing, NatsServers } from "../../support/processes/nats-servers.ts";
import { undisturbedFingerprint } from "../../support/trainers/undisturbed-run.ts";

const run = [
  "--dataset",
  "digits:600,100",
  "--batch-size",
  "20",
  "--shard-size",
  "5",
  "--epochs",
  "100",
];

let cluster: Cluster;
let nats: NatsServers;
let expected: string;

beforeAll(async () => {
  if (!natsIsMissing) expected = await undisturbedFingerprint(...run);
});
beforeEach(async () => {
  cluster = await Cluster.create();
  nats = new NatsServers(1);
  if (!natsIsMissing) await nats.start();
});
afterEach(async () => {
  await cluster.stop();
  await nats.stop();
});

/** One of the coordinators; each has its own disk, as if it were on its own machine. */
async function coordinator(
  name: string,
  ...more: readonly string[]
): Promise<CoordinatorProcess & { port: number }> {
  const port = await freePort();
  const started = cluster.coordinator(
    "--cluster",
    nats.address,
    "--lease-seconds",
    "2",
    "--join-token",
    "join-token-1",
    "--admin-token",
    "admin-token-1",
    "--runs",
    join(cluster.folder, name),
    "--port",
    String(port),
    "--checkpoint-every",
    "20steps",
    "--exit",
    ...more,
  );
  return Object.assign(started, { port });
}

/** The names of the checkpoints on a coordinator's disk. */
async function checkpointsIn(name: string): Promise<string[]> {
  const [id = ""] = await readdir(join(cluster.folder, name));
  return await readdir(join(cluster.folder, name, id, "checkpoints"));
}

function says(process: CoordinatorProcess, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!process.stderr.includes(wanted)) return;
      process.child.stderr?.off("data", look);
      resolve();
    };
    process.child.stderr?.on("data", look);
    look();
  });
}

describe.skipIf(natsIsMissing)(
  `two coordinators of one run${natsIsMissing ? " (skipped: no nats-server)" : ""}`,
  () => {
    test("keep a relay and its worker when the leader is killed: the relay goes to the standby", async () => {
      const first = await coordinator("first", ...run);
      const { joinUrl } = await first.event("listening");
      const second = await coordinator("second");
      await says(second, "standby: follows");
      const relay = await cluster.relay(String(joinUrl), "--name", "school");
      const ana = cluster.worker(relay.joinUrl, "--name", "ana");
      await first.event("epoch", ({ epoch }) => Number(epoch) >= 2);
      // So that the run is not over before its leader is killed.
      ana.kill("SIGSTOP");
      await says(second, "keeps its newest checkpoint");
      first.child.kill("SIGKILL");
      const resumed = await second.event("resumed");
      expect(Number(resumed["step"])).toBeGreaterThan(0);
      ana.kill("SIGCONT");
      expect((await second.event("finished")).fingerprint).toBe(expected);
      // The worker stayed with its relay.
      const joined = second.events.filter(({ change }) => change === "joined");
      expect(joined.map(({ name, kind }) => [name, kind])).toEqual([["school", "relay"]]);
      expect(relay.child.exitCode).toBeNull();
    });

    test("end with the right fingerprint when the leader is killed, and when it is stopped and wakes up", async () => {
      const first = await coordinator("first", ...run);
      const { joinUrl } = await first.event("listening");
      const second = await coordinator("second");
      await says(second, "standby: follows");
      const page = await fetch(`http://127.0.0.1:${second.port}/join`);
      expect(page.status).toBe(503);
      expect(await page.text()).toContain(`http://127.0.0.1:${first.port}`);
      const ana = cluster.worker(String(joinUrl), "--name", "ana");
      // Step 60 is the first that ends an epoch and is a checkpoint's.
      await first.event("epoch", ({ epoch }) => Number(epoch) >= 2);
      // So that the run is not over before its leader is stopped.
      ana.kill("SIGSTOP");
      await says(second, "keeps its newest checkpoint");
      await expect.poll(() => checkpointsIn("second")).toContain("best.safetensors");
      first.child.kill("SIGSTOP");
      ana.kill("SIGKILL");
      const resumed = await second.event("resumed");
      expect(Number(resumed["step"])).toBeGreaterThan(0);
      first.child.kill("SIGCONT");
      await says(first, "stepped down");
      await says(first, "keeps its newest checkpoint");

      const { joinUrl: secondUrl } = await second.event("listening");
      const ben = cluster.worker(String(secondUrl), "--name", "ben");
      await second.event("epoch");
      ben.kill("SIGSTOP");
      second.child.kill("SIGKILL");
      await first.event("resumed", ({ step }) => Number(step) >= Number(resumed["step"]));
      ben.kill("SIGCONT");
      // It found its way by the list of doors.
      await first.event("worker", ({ change, name }) => change === "joined" && name === "ben");
      const { fingerprint } = await first.event("finished");
      expect(fingerprint).toBe(expected);
      expect(await first.exited).toBe(0);
    });

    test("lose no step while all NATS servers are down", async () => {
      const first = await coordinator("first", ...run);
      const { joinUrl } = await first.event("listening");
      const second = await coordinator("second");
      await says(second, "standby: follows");
      await nats.kill();
      await says(first, "do not answer");
      const ana = cluster.worker(String(joinUrl), "--name", "ana");
      await first.event("epoch", ({ epoch }) => Number(epoch) >= 3);
      ana.kill("SIGSTOP");
      await nats.start();
      await says(first, "answer again");
      ana.kill("SIGCONT");
      const { fingerprint } = await first.event("finished");
      expect(fingerprint).toBe(expected);
      expect(second.events.filter(({ event }) => event === "resumed")).toEqual([]);
      expect(await second.exited).toBe(0);
    });
  },
);

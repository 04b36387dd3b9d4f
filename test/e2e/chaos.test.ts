/**
 * Everything that goes wrong in a classroom, all at once, on real processes: workers are killed and join, the
 * coordinator is killed and resumed, sockets are cut by the hundred. The fingerprint is the same as that of a quiet
 * run.
 */
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import { Random } from "../../shared/random.ts";
import { quoted } from "../../shared/words/sentence.ts";
import { createConnect } from "../../worker/node/socket.ts";
import { WorkerLoop } from "../../worker/worker.ts";
import type { Cluster, CoordinatorProcess } from "../support/processes/cluster.ts";
import { eachWithCluster } from "../support/processes/each-with-cluster.ts";
import { undisturbedFingerprint } from "../support/trainers/undisturbed-run.ts";

const kernelPath = join(import.meta.dirname, "../../build/kernel.wasm");

const port = "18471";
const token = "a-token-for-tests";
const joinUrl = `http://127.0.0.1:${port}/join#token=${token}`;
const place = [`--port=${port}`, `--join-token=${token}`];
const data = ["--dataset=digits:2000,200", "--batch-size=64", "--shard-size=4"];

let cluster: Cluster;

eachWithCluster((fresh) => (cluster = fresh));

describe("5 workers", () => {
  test("of which one is killed and one joins every half second, under a coordinator that is killed twice, end like one quiet worker", async () => {
    const epochs = 24;
    const expected = await undisturbedFingerprint(...data, `--epochs=${epochs}`);
    const random = new Random(11);
    const workers = Array.from({ length: 5 }, (_, i) => cluster.worker(joinUrl, `--name=w${i}`));
    let coordinator = cluster.coordinator(
      "--exit",
      ...place,
      ...data,
      `--epochs=${epochs}`,
      "--name=chaos",
    );
    const storm = { isOver: false, killed: 0 };
    const blowing = (async () => {
      for (let i = 5; !storm.isOver && i < 20; i++) {
        await delay(500);
        const victim = workers.splice(random.below(workers.length), 1)[0];
        // False if the worker was already gone.
        if (victim?.kill("SIGKILL") === true) storm.killed += 1;
        workers.push(cluster.worker(joinUrl, `--name=w${i}`));
      }
    })();
    for (let kills = 0; kills < 2; kills++) {
      const reached = kills === 0 ? 4 : 10;
      await coordinator.event("epoch", ({ epoch }) => Number(epoch) >= reached);
      coordinator.child.kill("SIGKILL");
      await coordinator.exited;
      coordinator = cluster.coordinator("--exit", "--resume=chaos", ...place);
    }
    const end = await coordinator.event("finished");
    storm.isOver = true;
    const killedBeforeTheEnd = storm.killed;
    await blowing;
    expect(end.fingerprint).toBe(expected);
    expect(killedBeforeTheEnd).toBeGreaterThanOrEqual(5);
    expect(coordinator.events.find(({ event }) => event === "resumed")?.step).toBeGreaterThan(0);
  });
});

describe("a coordinator with 2 local workers", () => {
  const name = "loop";
  const epochs = 24;
  /** The last process has something left to do, even if an earlier one came to the end before it was killed. */
  const extended = 28;
  const kills = 3;

  /** Starts the run, or resumes it if an earlier process came far enough to leave one. */
  function start(...more: string[]): CoordinatorProcess {
    const hasBegun = existsSync(join(cluster.folder, "runs", name, "config.json"));
    const run = hasBegun ? [`--resume=${name}`] : [`--name=${name}`, ...data, `--epochs=${epochs}`];
    // Without `--exit`, so that a machine that finishes early can still be killed.
    return cluster.coordinator("--local-workers=2", ...run, ...more);
  }

  test("killed with SIGKILL 3 times, whatever it is doing, and resumed each time, ends like a quiet one", async () => {
    const expected = await undisturbedFingerprint(...data, `--epochs=${extended}`);
    const seed = 5;
    const random = new Random(seed);
    const moments: string[] = [];
    const checkpoints = join(cluster.folder, "runs", name, "checkpoints");
    for (let i = 0; i < kills; i++) {
      const coordinator = start();
      // Start-up takes as long as the machine likes, so the delay that should hit training counts from its first
      // epoch.
      const isStarting = random.below(3) === 0;
      const delayMs = random.below(isStarting ? 1_000 : 400);
      if (!isStarting) {
        await Promise.race([coordinator.event("epoch"), coordinator.event("finished")]);
        // It is written while training continues. Without one there would be nothing to resume.
        // oxlint-disable-next-line no-await-in-loop -- until it is there
        while (!existsSync(checkpoints) || readdirSync(checkpoints).length === 0) await delay(20);
      }
      await delay(delayMs);
      expect(coordinator.child.kill("SIGKILL")).toBe(true);
      await coordinator.exited;
      moments.push(`${delayMs} ms after its ${isStarting ? "start" : "first epoch"}`);
    }
    const replay = `seed ${seed}: killed ${moments.join(", ")}`;
    const last = start("--exit", `--epochs=${extended}`);
    const { fingerprint } = await last.event("finished");
    const { step } = await last.event("resumed");
    expect({ replay, fingerprint }).toEqual({ replay, fingerprint: expected });
    expect(step).toBeGreaterThan(0);
    expect(moments.some((moment) => moment.endsWith("start"))).toBe(true);
    expect(moments.some((moment) => moment.endsWith("epoch"))).toBe(true);
  });
});

describe("200 workers", () => {
  test("that lose their coordinator are all back within 5 s of its return, under their old names", async () => {
    const kernel = createHash("sha256")
      .update(await readFile(kernelPath))
      .digest("hex");
    const first = cluster.coordinator(...place, ...data, "--epochs=1", "--name=storm");
    await first.event("listening");
    const room = Array.from({ length: 200 }, (_, i) => new IdleWorker(`seat ${i}`, kernel));
    await Promise.all(room.map((worker) => worker.hasJoined()));
    first.child.kill("SIGKILL");
    await first.exited;
    await Promise.all(room.map((worker) => worker.isLost()));
    // Long enough that every worker's wait has reached its maximum.
    await delay(4_000);
    const second = cluster.coordinator(...place, "--resume=storm");
    await second.event("listening");
    const startedMs = performance.now();
    await Promise.all(room.map((worker) => worker.hasJoined()));
    const tookMs = performance.now() - startedMs;
    await second.event("worker", ({ workers }) => workers === 200);
    const joined = second.events
      .filter(({ change }) => change === "joined")
      .map(({ name }) => name);
    for (const worker of room) worker.leave();
    expect(tookMs).toBeLessThan(5_000);
    expect(new Set(joined)).toEqual(new Set(room.map(({ name }) => name)));
  });
});

/** The real worker loop over a real socket, with a pool that never gets ready: only the connection comes back. */
class IdleWorker {
  readonly name: string;
  readonly #loop: WorkerLoop;
  #phase = "connecting";
  #changed: (() => void)[] = [];

  constructor(name: string, kernel: string) {
    this.name = name;
    this.#loop = new WorkerLoop({
      token,
      name,
      kind: "node",
      agent: "idle",
      kernel,
      pool: {
        threads: 1,
        load: () => new Promise(() => {}),
        start: () => {},
        cancel: () => {},
        close: () => {},
      },
      connect: createConnect(`ws://127.0.0.1:${port}/worker`),
      loadDataset: () => new Promise(() => {}),
      clock: {
        now: () => performance.now(),
        after(delayMs, callback) {
          const timer = setTimeout(callback, delayMs);
          return () => clearTimeout(timer);
        },
      },
      random: Math.random,
      stopsAfterRun: false,
      changed: ({ phase }) => {
        this.#phase = phase;
        for (const resolve of this.#changed.splice(0)) resolve();
      },
    });
    this.#loop.start();
  }

  hasJoined(): Promise<void> {
    return this.#until("loading");
  }

  isLost(): Promise<void> {
    return this.#until("retrying");
  }

  leave(): void {
    this.#loop.leave(quoted("the test is over"));
  }

  async #until(phase: string): Promise<void> {
    while (this.#phase !== phase) {
      await new Promise<void>((resolve) => this.#changed.push(resolve));
    }
  }
}

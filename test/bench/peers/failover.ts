/**
 * @file How long a run stands still when the machine of its coordinator dies, with three NATS servers and the lease that
 * everybody has by default: from SIGKILL of the leader, at a random moment, to the standby's next epoch, which is at most 30
 * steps later. Each run must end with the fingerprint of one that nobody disturbed. Then a leader is stopped for a minute,
 * and all NATS servers are killed and started again. `TRIALS=3` makes it shorter.
 */
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

import { assert } from "../../../shared/assert.ts";
import { Cluster, type CoordinatorProcess } from "../../support/processes/cluster.ts";
import { natsIsMissing, NatsServers } from "../../support/processes/nats-servers.ts";
import { undisturbedFingerprint } from "../../support/trainers/undisturbed-run.ts";
import type { Report } from "../tools/report.ts";

const trials = Number(process.env["TRIALS"] ?? 20);
const limitSeconds = 20;
/** The leader dies within this time after it has its workers. Its run lasts longer. */
const killedWithinMs = 4_000;
const stoppedMs = 60_000;
const run = ["--dataset", "digits:600,100", "--batch-size", "20", "--shard-size", "5"];
const length = ["--epochs", "600"];

export async function benchFailover(report: Report): Promise<void> {
  if (natsIsMissing) return report.absent("nats-server", "not found; install Debian's nats-server");
  const expected = await undisturbedFingerprint(...run, ...length);
  const nats = new NatsServers(3);
  await nats.start();
  try {
    const seconds: number[] = [];
    for (let trial = 0; trial < trials; trial++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      seconds.push(await killed(new Trial(nats, `killed-${trial}`), expected));
    }
    report.figure(`from SIGKILL of the leader to the next epoch, ${trials} times`, "s", seconds, {
      below: limitSeconds,
    });
    await stopped(new Trial(nats, "stopped"), expected);
    report.figure("leaders that were stopped for a minute, and stepped down", "", [1]);
    const lost = await withoutNats(new Trial(nats, "without-nats"), nats, expected);
    report.figure("takeovers while all NATS servers were killed and restarted", "", [lost]);
  } finally {
    await nats.stop();
  }
}

/** @returns Seconds from the death of the leader to the next epoch. */
async function killed(trial: Trial, expected: string): Promise<number> {
  try {
    const { first, second } = await trial.start();
    await delay(Math.random() * killedWithinMs);
    assert(first.events.at(-1)?.event !== "finished", "it was killed in mid-run");
    first.child.kill("SIGKILL");
    const diedMs = performance.now();
    await second.event("epoch");
    const seconds = (performance.now() - diedMs) / 1000;
    await isRight(second, expected);
    return seconds;
  } finally {
    await trial.end();
  }
}

async function stopped(trial: Trial, expected: string): Promise<void> {
  try {
    const { first, second, workers } = await trial.start();
    first.child.kill("SIGSTOP");
    await second.event("epoch");
    // Its workers rest meanwhile, so that the run is not over before the old leader wakes up.
    for (const worker of workers) worker.kill("SIGSTOP");
    await delay(stoppedMs);
    first.child.kill("SIGCONT");
    await until(() => first.stderr.includes("stepped down"));
    for (const worker of workers) worker.kill("SIGCONT");
    await isRight(second, expected);
    await first.exited;
  } finally {
    await trial.end();
  }
}

/** @returns How often the standby took over. */
async function withoutNats(trial: Trial, nats: NatsServers, expected: string): Promise<number> {
  try {
    const { first, second } = await trial.start();
    await nats.kill();
    await delay(15_000);
    await nats.start();
    await isRight(first, expected);
    return second.events.filter(({ event }) => event === "resumed").length;
  } finally {
    await trial.end();
  }
}

async function isRight(coordinator: CoordinatorProcess, expected: string): Promise<void> {
  const { fingerprint } = await coordinator.event("finished");
  assert(fingerprint === expected, `the fingerprint ${expected}, got ${String(fingerprint)}`);
}

async function until(holds: () => boolean): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- one look after the other
  while (!holds()) await delay(50);
}

/** A leader, a standby and two workers, each coordinator with its own disk. */
class Trial {
  readonly #nats: NatsServers;
  readonly #name: string;
  #cluster: Cluster | undefined;

  constructor(nats: NatsServers, name: string) {
    this.#nats = nats;
    this.#name = name;
  }

  async start() {
    this.#cluster = await Cluster.create();
    const cluster = this.#cluster;
    const coordinator = (disk: string, ...more: readonly string[]) =>
      cluster.coordinator(
        "--cluster",
        `${this.#nats.address}/${this.#name}`,
        "--join-token",
        "join-token-1",
        "--admin-token",
        "admin-token-1",
        "--runs",
        join(cluster.folder, disk),
        "--checkpoint-every",
        "100steps",
        "--exit",
        ...more,
      );
    const first = coordinator("first", ...run, ...length);
    const { joinUrl } = await first.event("listening");
    const second = coordinator("second");
    await until(() => second.stderr.includes("standby: follows"));
    // A lease's third later, the leader knows the standby's door, and its workers hear of it.
    await delay(4_000);
    const workers = ["ana", "ben"].map((name) => cluster.worker(String(joinUrl), "--name", name));
    await first.event("epoch");
    return { first, second, workers };
  }

  async end(): Promise<void> {
    await this.#cluster?.stop();
  }
}

/**
 * @file What relays save: the bytes at the root of a step, which depend on its relays and not on the workers behind them,
 * counted in memory with the real code of all three; and the root's CPU time, with real processes and light workers, beside
 * a star of as many. `WORKERS=128,1024` measures those numbers only. On one machine relays can't make a run faster: what the root
 * is spared, they do.
 */
import { fingerprintOf } from "../../../coordinator/storage/checkpoint.ts";
import { known } from "../../../shared/assert.ts";
import { parameterCount } from "../../../shared/model/layout.ts";
import { testConfig } from "../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../support/fixtures/tiny-dataset.ts";
import { Cluster } from "../../support/processes/cluster.ts";
import { trainSequentially } from "../../support/trainers/sequential-trainer.ts";
import { Tree } from "../../unit/coordinator/relay/tree.ts";
import { LightClient, madeUp } from "../tools/light-client.ts";
import { cpuMicrosOf } from "../tools/processes.ts";
import type { Report } from "../tools/report.ts";
import { flags } from "../tools/trainer.ts";

const relayCount = 16;
const given = process.env["WORKERS"];
/** In memory, and as light workers behind relays and in a star. */
const workerCounts = given === undefined ? [16, 128] : given.split(",").map(Number);
/**
 * A leaf for each of the most workers. The same for all counts, because the root's work of a step grows with its leaves, and
 * that of an epoch, with its evaluation, falls on fewer steps.
 */
const batchSize = Math.max(128, ...workerCounts);
/** Of a share and of an answer, besides the tensor. */
const headerBytes = 200;
/** Of the bytes of one copy and one sum for each relay. */
const bar = 1.02;
/** Of the bytes with the fewest workers: a header has a digit more or less. */
const sameWithin = 0.01;
/** So long that a step is soonest ready if all workers take part. */
const leafMs = 20;
/** Of the root's CPU time with the fewest workers. */
const cpuBar = 1.1;
const joinedAtOnce = 100;
const readyMsMax = 180_000;
const settleMs = 3_000;
/** CPU time is counted in hundredths of a second. */
const windowMs = 10_000;

export async function benchRelays(report: Report): Promise<void> {
  const bytes: number[] = [];
  for (const workers of workerCounts) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    bytes.push(await bytesAtRoot(report, workers));
  }
  report.figure(
    `most bytes of the ${workerCounts.length} rows`,
    "× the least",
    [Math.max(...bytes) / Math.min(...bytes)],
    { below: 1 + sameWithin },
  );
  const cpu: number[] = [];
  for (const workers of workerCounts) {
    // oxlint-disable-next-line no-await-in-loop
    const star = await rootOf({ relays: 0, workers });
    // oxlint-disable-next-line no-await-in-loop
    const tree = await rootOf({ relays: relayCount, workers });
    report.figure(`${workers} light workers, a star`, "steps/s", [star.stepsPerSecond]);
    report.figure("  blocks of workers", "a step", [star.answers]);
    report.figure("  CPU time of the coordinator", "µs/step", [star.cpuMicros]);
    report.figure(`  behind ${relayCount} relays`, "steps/s", [tree.stepsPerSecond]);
    report.figure("  blocks of workers", "a step", [tree.answers]);
    report.figure("  CPU time of the coordinator", "µs/step", [tree.cpuMicros]);
    report.figure("    of the star's", "×", [tree.cpuMicros / star.cpuMicros]);
    cpu.push(tree.cpuMicros);
  }
  const [fewest = Number.NaN] = cpu;
  const title = `CPU time of a root with ${relayCount} relays, ${workerCounts.join(" → ")} workers`;
  report.figure(title, "×", [(cpu.at(-1) ?? Number.NaN) / fewest], { below: cpuBar });
}

/** In memory: virtual time, and bytes counted at the root's sockets. @returns Bytes of a step, both ways. */
async function bytesAtRoot(report: Report, workers: number): Promise<number> {
  const dataset = tinyDataset({ trainCount: 4 * workers });
  const config = testConfig({ layers: [12, 700, 3], batchSize: workers, shardSize: 1, epochs: 3 });
  const tree = new Tree(config, dataset);
  tree.grow(
    Array.from({ length: relayCount }, (_, i) => [shareOf(workers, i + 1) - shareOf(workers, i)]),
  );
  const at: { up: number; down: number }[] = [];
  const fingerprint = await tree.finish(() => (at[tree.run.step] ??= { ...tree.root.traffic }));
  // Steps of the last epoch: all have joined, and their speeds are known. Without its first and last step.
  const { stepsPerEpoch, totalSteps } = tree.run.plan;
  const steps = stepsPerEpoch - 2;
  const first = known(at[totalSteps - 1 - steps], "its second step");
  const last = known(at[totalSteps - 1], "its last step");
  const least = relayCount * (4 * parameterCount(config.model) + headerBytes);
  const title = `${workers} workers behind ${relayCount} relays, bytes at the root`;
  let both = 0;
  for (const way of ["down", "up"] as const) {
    const bytes = (last[way] - first[way]) / steps;
    both += bytes;
    report.figure(`${title}, ${way}`, "B/step", [bytes]);
    report.figure("  of one copy or one sum for each relay", "×", [bytes / least], { below: bar });
  }
  const expected = fingerprintOf(trainSequentially(config, dataset).parameters);
  report.figure("  the fingerprint of one machine", "", [fingerprint === expected ? 1 : 0], {
    atLeast: 1,
  });
  return both;
}

/** How many of the workers the first so many relays have. */
function shareOf(workers: number, relays: number): number {
  return Math.floor((workers * relays) / relayCount);
}

interface Shape {
  /** 0: the workers are the coordinator's own. */
  readonly relays: number;
  readonly workers: number;
}

async function rootOf({ relays, workers }: Shape) {
  const cluster = await Cluster.create();
  const clients: LightClient[] = [];
  try {
    const settings = {
      dataset: "digits:10000,64",
      layers: "784,16,16,10",
      "batch-size": batchSize,
      "shard-size": 1,
      epochs: 1_000_000,
      "checkpoint-every": 1_000_000,
      optimizer: "sgd",
      "learning-rate": 1e-9,
      audit: "none",
      "min-workers": relays === 0 ? workers : relays,
    };
    const coordinator = cluster.coordinator("--open", ...flags(settings));
    const { url } = await coordinator.event("listening");
    const joined = Array.from({ length: relays }, () =>
      cluster.relay(String(url), "--audit", "none"),
    );
    const links = (await Promise.all(joined)).map(({ joinUrl }) => new URL(joinUrl).origin);
    const doors = relays === 0 ? [String(url)] : links;
    const answers = madeUp(new Uint8Array(4 * 13_002));
    for (let i = 0; i < workers; i++) {
      const client = new LightClient(known(doors[i % doors.length], "a door"), { answers, leafMs });
      clients.push(client);
      // No more strangers at once than one address may send.
      // oxlint-disable-next-line no-await-in-loop
      if (i % joinedAtOnce === 0) await Promise.all(clients.map(({ welcomed }) => welcomed));
    }
    await Promise.all(clients.map(({ welcomed }) => welcomed));
    await firstSteps(clients);
    await delay(settleMs);
    const pid = known(coordinator.child.pid, "a process");
    const reading = () => ({
      steps: Math.max(...clients.map(({ lastStep }) => lastStep)),
      answers: clients.reduce((sum, { answered }) => sum + answered, 0),
      cpu: cpuMicrosOf(pid) ?? Number.NaN,
      ms: performance.now(),
    });
    const before = reading();
    await delay(windowMs);
    const after = reading();
    const steps = after.steps - before.steps;
    return {
      stepsPerSecond: (1000 * steps) / (after.ms - before.ms),
      cpuMicros: (after.cpu - before.cpu) / steps,
      answers: (after.answers - before.answers) / steps,
    };
  } finally {
    for (const client of clients) client.close();
    await cluster.stop();
  }
}

/** A relay draws the whole dataset before it is ready, and there are more of them than cores. */
async function firstSteps(clients: readonly LightClient[]): Promise<void> {
  const deadlineMs = performance.now() + readyMsMax;
  while (clients.every(({ lastStep }) => lastStep < 3)) {
    if (performance.now() > deadlineMs) throw new Error("no step was made");
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    await delay(100);
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

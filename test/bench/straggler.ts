/**
 * @file The cost of a straggler: four workers train; one of them is stopped for five seconds, then becomes ten
 * times slower, then leaves.
 *
 * The four simulate separate machines, each a few times slower than a core of this one: a worker computes, then
 * holds its result back. Together they leave the cores half idle, so the loss of one is noticeable. The cost of
 * waiting is the difference between the rate without the straggler, measured in the last window, and the rate
 * beside it.
 */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { known } from "../../shared/assert.ts";
import { Cluster } from "../support/processes/cluster.ts";
import type { Report } from "./tools/report.ts";
import { datasetArguments, flags } from "./tools/trainer.ts";

const rounds = 5;
const windowMs = 5_000;
/** After returning to normal, until all four work as before. */
const settleMs = 2_000;
/** Slowness of every machine relative to a core of this one, and of the straggler relative to the others. */
const slowness = 6;
const stragglerSlowness = 10;
const settings = {
  "batch-size": 4096,
  layers: "784,128,10",
  epochs: 100_000,
  "min-workers": 4,
  "checkpoint-every": 100_000,
  audit: "none",
};
/** The windows between changes, by the straggler's state. */
const windows = ["well", "stopped", "well", "slow", "well", "gone"] as const;
type Window = (typeof windows)[number];

export async function benchStraggler(report: Report): Promise<void> {
  const rates: Record<Window, number[]> = { well: [], stopped: [], slow: [], gone: [] };
  const lost: Record<"stopped" | "slow", number[]> = { stopped: [], slow: [] };
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one run after the other
    const measured = await run();
    for (const [i, window] of windows.entries()) rates[window].push(known(measured[i], "a rate"));
    const without = known(measured[windows.indexOf("gone")], "the last");
    for (const window of ["stopped", "slow"] as const)
      lost[window].push(1 - known(measured[windows.indexOf(window)], "a rate") / without);
  }
  report.figure("four workers", "steps/s", rates.well);
  report.figure("  three, the fourth not there at all", "steps/s", rates.gone);
  report.figure("  three, the fourth stopped for 5 s", "steps/s", rates.stopped);
  report.figure("    lost of what three do alone", "×", lost.stopped, { below: 0.15 });
  report.figure(`  three, the fourth ${stragglerSlowness} times slower`, "steps/s", rates.slow);
  report.figure("    lost of what three do alone", "×", lost.slow, { below: 0.15 });
}

/** Steps per second in each window of one run. */
async function run(): Promise<number[]> {
  const cluster = await Cluster.create();
  const workers: ChildProcess[] = [];
  try {
    const coordinator = cluster.coordinator("--open", ...datasetArguments, ...flags(settings));
    const url = String((await coordinator.event("listening"))["url"]);
    for (let i = 1; i <= 4; i++) {
      const file = join(import.meta.dirname, "peers/slow-worker.ts");
      workers.push(fork(file, [url, `w${i}`, String(slowness)]));
    }
    const straggler = known(workers.at(-1), "the fourth");
    await coordinator.event("epoch", (event) => event["epoch"] === 3);
    const measured: number[] = [];
    for (const window of windows) {
      change(straggler, window);
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      if (window === "well") await delay(settleMs);
      // oxlint-disable-next-line no-await-in-loop
      measured.push(await rateNow(url));
    }
    return measured;
  } finally {
    for (const worker of workers) worker.kill("SIGKILL");
    await cluster.stop();
  }
}

function change(straggler: ChildProcess, window: Window): void {
  straggler.kill("SIGCONT");
  straggler.send(window === "slow" ? stragglerSlowness * slowness : slowness);
  if (window === "stopped") straggler.kill("SIGSTOP");
  if (window === "gone") straggler.kill("SIGKILL");
}

async function rateNow(url: string): Promise<number> {
  const [before, startMs] = [await committedSteps(url), performance.now()];
  await delay(windowMs);
  const [after, endMs] = [await committedSteps(url), performance.now()];
  return (1000 * (after - before)) / (endMs - startMs);
}

async function committedSteps(url: string): Promise<number> {
  const response = await fetch(`${url}/run/parameters`);
  await response.arrayBuffer();
  return Number(response.headers.get("promedio-step"));
}

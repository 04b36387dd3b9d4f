/**
 * @file What a straggler costs: four workers train, and one of them is stopped for five seconds, then becomes ten times
 * slower, then leaves. The rate in each of these times is compared with the rates just before and just after, when all
 * four were well, so nothing depends on how long the run is.
 *
 * Four machines of one core each would be a quarter slower without one of them, whoever waits for whom. Here all share
 * the cores of one machine, which three keep busy as well as four: what is lost is lost to waiting, but for what three
 * processes on two cores lose on their own. That is what the last time shows, when only three are there.
 */
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { Cluster } from "../support/cluster.ts";
import type { Report } from "./report.ts";
import { datasetArguments, flags } from "./trainer.ts";

const rounds = 3;
const windowMs = 5_000;
/** After a change back, until all four work as before. */
const settleMs = 1_000;
const slowness = 10;
const settings = {
  "batch-size": 1024,
  layers: "784,128,10",
  epochs: 100_000,
  "min-workers": 4,
  "checkpoint-every": 100_000,
  audit: "none",
};
/** The time between two changes, by who is well in it. */
const windows = ["well", "stopped", "well", "slow", "well", "gone"] as const;
type Window = (typeof windows)[number];

export async function benchStraggler(report: Report): Promise<void> {
  const extra: Record<Window, number[]> = { well: [], stopped: [], slow: [], gone: [] };
  const rates: Record<Window, number[]> = { well: [], stopped: [], slow: [], gone: [] };
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one run after the other
    const measured = await run();
    for (const [i, window] of windows.entries()) {
      const rate = measured[i] ?? Number.NaN;
      const besides = measured.filter((_, j) => Math.abs(i - j) === 1);
      rates[window].push(rate);
      extra[window].push(besides.reduce((sum, each) => sum + each, 0) / besides.length / rate - 1);
    }
  }
  report.figure("four workers", "steps/s", rates.well);
  report.figure("  one of them stopped for 5 s", "steps/s", rates.stopped);
  report.figure("    extra time", "×", extra.stopped, { below: 0.15 });
  report.figure(`  one of them ${slowness} times slower`, "steps/s", rates.slow);
  report.figure("    extra time", "×", extra.slow, { below: 0.15 });
  report.figure("  one of them not there at all", "steps/s", rates.gone);
  report.figure("    extra time", "×", extra.gone);
}

/** Steps per second in each window of one run. */
async function run(): Promise<number[]> {
  const cluster = await Cluster.create();
  let straggler: ChildProcess | undefined;
  try {
    const coordinator = cluster.coordinator("--open", ...datasetArguments, ...flags(settings));
    const url = String((await coordinator.event("listening"))["url"]);
    for (let i = 1; i < 4; i++) cluster.worker(url, "--threads=1", `--name=w${i}`);
    straggler = fork(join(import.meta.dirname, "peers/slow-worker.ts"), [url]);
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
    straggler?.kill("SIGKILL");
    await cluster.stop();
  }
}

function change(straggler: ChildProcess, window: Window): void {
  straggler.kill("SIGCONT");
  straggler.send(window === "slow" ? slowness : 1);
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

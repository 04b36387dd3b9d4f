/**
 * @file What a machine that stops costs: four workers, one of which is stopped for five seconds in the middle of the
 * run. Its blocks go to the others; the bar is on the time that the run takes longer.
 */
import { setTimeout as delay } from "node:timers/promises";

import { Cluster } from "../support/cluster.ts";
import { type Contestant, interleave, type Turn } from "./interleave.ts";
import { childrenOf } from "./processes.ts";
import { ratios, type Report } from "./report.ts";
import { datasetArguments, flags } from "./trainer.ts";

const rounds = 3;
const stoppedMs = 5_000;
/** Long enough that five seconds are about half of it. */
const settings = {
  "batch-size": 1024,
  layers: "784,128,10",
  epochs: 40,
  "local-workers": 4,
  "min-workers": 4,
  audit: "none",
};

export async function benchStraggler(report: Report): Promise<void> {
  const contestants: Contestant[] = [
    { name: "four workers", turn: () => run(false) },
    { name: "one of four stopped", turn: () => run(true) },
  ];
  const turns = await interleave(contestants, rounds, report);
  const [whole = [], stopped = []] = contestants.map(({ name }) => turns(name).perSecond);
  report.figure("four workers", "steps/s", whole);
  report.figure(`one of the four stopped for ${stoppedMs / 1000} s`, "steps/s", stopped);
  const extra = ratios(whole, stopped).map((ratio) => ratio - 1);
  report.figure("extra time", "×", extra, { below: 0.15 });
}

async function run(stops: boolean): Promise<Turn> {
  const cluster = await Cluster.create();
  try {
    const coordinator = cluster.coordinator(...datasetArguments, ...flags(settings), "--exit");
    await coordinator.event("epoch", (event) => event["epoch"] === 2);
    const [worker] = childrenOf(coordinator.child.pid ?? 0);
    if (stops && worker !== undefined) {
      process.kill(worker, "SIGSTOP");
      await delay(stoppedMs);
      process.kill(worker, "SIGCONT");
    }
    const finished = await coordinator.event("finished");
    return { perSecond: Number(finished["stepsPerSecond"]) };
  } finally {
    await cluster.stop();
  }
}

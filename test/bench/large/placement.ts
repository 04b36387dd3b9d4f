/**
 * @file Two local workers with one thread each beside one with two threads: the same two cores, but the second pair adds
 * its blocks in the memory that it shares and sends half of the bytes. CPU time of a step says most beside other work.
 */
import { type Contestant, interleave } from "../tools/interleave.ts";
import { ratios, type Report } from "../tools/report.ts";
import { trainingTurn } from "../tools/trainer.ts";

interface Case {
  readonly layers: readonly number[];
  readonly batchSize: number;
  readonly steps: number;
}

const small = [784, 16, 16, 10];
const middle = [784, 128, 10];
const large = [784, 512, 512, 10];
const cases: readonly Case[] = [
  { layers: small, batchSize: 64, steps: 8_000 },
  { layers: middle, batchSize: 64, steps: 2_000 },
  { layers: middle, batchSize: 1024, steps: 300 },
  { layers: large, batchSize: 64, steps: 400 },
  { layers: large, batchSize: 256, steps: 200 },
  { layers: large, batchSize: 1024, steps: 60 },
];
const rounds = 3;

export async function benchPlacement(report: Report): Promise<void> {
  for (const each of cases) {
    // oxlint-disable-next-line no-await-in-loop -- one case after the other
    await benchCase(each, report);
  }
}

async function benchCase(each: Case, report: Report): Promise<void> {
  const title = `${each.layers.join("-")}, batch ${each.batchSize}`;
  const contestants: Contestant[] = [
    { name: `${title}: 2 workers`, turn: () => trainingTurn({ ...each, workers: 2, threads: 1 }) },
    { name: `${title}: 2 threads`, turn: () => trainingTurn({ ...each, workers: 1, threads: 2 }) },
  ];
  const turns = await interleave(contestants, rounds, report);
  const [apart, together] = contestants.map(({ name }) => turns(name));
  if (apart === undefined || together === undefined) return;
  report.figure(`${title}: 2 workers`, "steps/s", apart.perSecond);
  report.figure(`${title}: 2 threads`, "steps/s", together.perSecond);
  report.figure("  CPU time of a step, 2 workers", "µs", apart.cpuMicros);
  report.figure("  CPU time of a step, 2 threads", "µs", together.cpuMicros);
  report.figure(
    "  steps/s, 2 threads / 2 workers",
    "×",
    ratios(together.perSecond, apart.perSecond),
  );
  report.figure(
    "  CPU time, 2 threads / 2 workers",
    "×",
    ratios(together.cpuMicros, apart.cpuMicros),
  );
}

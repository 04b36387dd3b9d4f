/**
 * @file Two local workers with one thread each beside one with two threads, as a process and inside the coordinator: the
 * same two cores. Two threads add their blocks in the memory that they share and send half of the bytes, and inside
 * nothing is sent. CPU time of a step says most beside other work.
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

const placements = [
  { name: "2 workers", workers: 2, threads: 1 },
  { name: "2 threads", workers: 1, threads: 2 },
  { name: "2 threads inside", workers: "auto", threads: 1 },
] as const;

async function benchCase(each: Case, report: Report): Promise<void> {
  const title = `${each.layers.join("-")}, batch ${each.batchSize}`;
  // A small network's automatic workers are two processes.
  const measured = placements.filter(({ workers }) => workers !== "auto" || each.layers !== small);
  const contestants = measured.map(({ name, ...placement }): Contestant => {
    return { name: `${title}: ${name}`, turn: () => trainingTurn({ ...each, ...placement }) };
  });
  const turns = await interleave(contestants, rounds, report);
  const [first] = contestants.map(({ name }) => turns(name));
  for (const [i, { name }] of measured.entries()) {
    const { perSecond, cpuMicros } = turns(`${title}: ${name}`);
    report.figure(`${title}: ${name}`, "steps/s", perSecond);
    report.figure(`  CPU time of a step, ${name}`, "µs", cpuMicros);
    if (i === 0 || first === undefined) continue;
    report.figure(`  steps/s, ${name} / 2 workers`, "×", ratios(perSecond, first.perSecond));
    report.figure(`  CPU time, ${name} / 2 workers`, "×", ratios(cpuMicros, first.cpuMicros));
  }
}

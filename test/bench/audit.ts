/**
 * @file The cost of auditing: the same run under `none`, `sample` and `quorum`, in turns. With two workers on two
 * cores, `quorum` computes everything twice, so it should cost about one extra computation.
 */
import { type Contestant, interleave } from "./tools/interleave.ts";
import { ratios, type Report } from "./tools/report.ts";
import { trainingTurn } from "./tools/trainer.ts";

const layers = [784, 16, 16, 10];
const rounds = 7;
const policies = ["none", "sample", "quorum"] as const;

export async function benchAudit(report: Report): Promise<void> {
  for (const [batchSize, steps] of [[64, 12_000] as const, [4096, 2_000] as const]) {
    const contestants = policies.map((policy): Contestant => {
      const more = ["--audit", policy];
      return { name: policy, turn: () => trainingTurn({ layers, batchSize, steps, more }) };
    });
    // oxlint-disable-next-line no-await-in-loop -- one after the other, or they would measure each other
    const turns = await interleave(contestants, rounds, report);
    const none = turns("none");
    report.figure(`batch ${batchSize}, none`, "steps/s", none.perSecond);
    for (const policy of ["sample", "quorum"] as const) {
      const { perSecond, cpuMicros } = turns(policy);
      const bar = policy === "sample" ? { atLeast: 0.95 } : undefined;
      const rate = ratios(perSecond, none.perSecond);
      report.figure(`batch ${batchSize}, ${policy}: steps / none's`, "×", rate, bar);
      const cpu = ratios(cpuMicros, none.cpuMicros);
      report.figure(`  CPU time of a step / none's`, "×", cpu);
    }
  }
}

/**
 * @file The speed of one core: training steps of 784-16-16-10 (forward, backward, sums over shards, Adam) compared
 * with PyTorch on one thread, and GFLOP/s of dense networks.
 */
import { layoutOf } from "../../shared/model/layout.ts";
import type { ModelConfig } from "../../shared/model/model-config.ts";
import { defaultShardSize } from "../../shared/run/plan.ts";
import { testConfig } from "../support/fixtures/run-config.ts";
import { createRate, noise, pictures } from "./tools/engine-rate.ts";
import { type Contestant, interleave, type Turn } from "./tools/interleave.ts";
import { notePyTorch, runPyTorch } from "./tools/processes.ts";
import { ratios, type Report } from "./tools/report.ts";

const layers = [784, 16, 16, 10];
const adam = {
  name: "adam",
  learningRate: 0.001,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
} as const;
const batchSizes = [32, 64, 128, 256, 512, 1024, 2048, 4096];
const rounds = 5;
const seconds = 0.5;

export async function benchKernel(report: Report): Promise<void> {
  await notePyTorch(report);
  const dataset = pictures();
  for (const batchSize of batchSizes) {
    const config = testConfig({
      layers,
      batchSize,
      shardSize: defaultShardSize(batchSize),
      optimizer: adam,
    });
    const rate = createRate({ dataset, config, commits: true });
    const gradientRate = createRate({ dataset, config });
    rate(seconds);
    gradientRate(seconds);
    const contestants: Contestant[] = [
      { name: `batch ${batchSize}: one core`, turn: async () => ({ perSecond: rate(seconds) }) },
      {
        name: `batch ${batchSize}: gradients alone`,
        turn: async () => ({ perSecond: gradientRate(seconds) }),
      },
      { name: `batch ${batchSize}: PyTorch, one thread`, turn: () => pyTorch(batchSize) },
    ];
    // oxlint-disable-next-line no-await-in-loop -- one batch size after the other
    const turns = await interleave(contestants, rounds, report);
    const [ours, gradients, theirs] = contestants.map(({ name }) => turns(name).perSecond);
    const bar = { atLeast: 1e6 };
    report.figure(`batch ${batchSize}: one core, with Adam`, "samples/s", ours ?? []);
    report.figure(`batch ${batchSize}: its gradients alone`, "samples/s", gradients ?? [], bar);
    report.figure(`batch ${batchSize}: PyTorch, one thread`, "samples/s", theirs ?? []);
    const ratio = ratios(ours ?? [], theirs ?? []);
    report.figure(`batch ${batchSize}: one core / PyTorch`, "×", ratio, { atLeast: 1.3 });
  }
  benchDense(report);
}

async function pyTorch(batchSize: number): Promise<Turn | undefined> {
  const turn = await runPyTorch<Turn>({ mode: "single", layers, batchSize, seconds: 1 });
  return turn === undefined ? undefined : { perSecond: turn.perSecond * batchSize };
}

function benchDense(report: Report): void {
  const dataset = noise(1024);
  for (const widths of [
    [784, 512, 512, 10],
    [784, 128, 10],
  ]) {
    const config = testConfig({ layers: widths, batchSize: 256, activation: "relu" });
    const rate = createRate({ dataset, config });
    rate(seconds);
    const runs = Array.from(
      { length: rounds },
      () => (rate(seconds) * flopsPerSample(config.model)) / 1e9,
    );
    const bar = widths.length === 4 ? { atLeast: 20 } : undefined;
    report.figure(`${widths.join("-")}, dense features, batch 256`, "GFLOP/s", runs, bar);
  }
}

/**
 * Per multiply-and-add of the forward pass: two operations there, two for the weights' gradient, and two for the
 * input's gradient (not in the first layer).
 */
function flopsPerSample(model: ModelConfig): number {
  return layoutOf(model).layers.reduce((sum, { multiplyAdds }, index) => {
    return sum + multiplyAdds * (index === 0 ? 4 : 6);
  }, 0);
}

/**
 * @file Measures how fast an engine is: gradients of a few shards at zero parameters, against the clock. The
 * coordinator uses it only for the first shares and then measures for itself, so a rough figure is enough.
 */
import type { Engine } from "../shared/engine/engine.ts";
import type { RunConfig } from "../shared/run/config.ts";
import { innerRun } from "../shared/run/local-steps.ts";
import {
  batchSizeOf,
  type CountedSplits,
  countsOf,
  planRun,
  samplesOf,
  shardCountOf,
} from "../shared/run/plan.ts";

/** Long enough to compile and time the engine's code, short compared with loading a dataset. */
const measureMs = 50;
/** Ends the measurement if the clock does not advance. */
const roundsMax = 1_000;

/** The run, but of its dataset only the size. */
interface RunToMeasure {
  readonly config: RunConfig;
  readonly dataset: CountedSplits;
}

/** Returns samples of gradient per second. */
export function measureSpeed(engine: Engine, run: RunToMeasure, now: () => number) {
  engine.clearParameters();
  const { config, plan } = innerRun(run.config, planRun(run.config, countsOf(run.dataset)));
  const batchSize = batchSizeOf(0, config, plan);
  const block = { start: 0, end: Math.min(2, shardCountOf(batchSize, config)) };
  const samples = samplesOf(block, batchSize, config);
  engine.compute({ kind: "gradient", step: 0, block });
  const startMs = now();
  let rounds = 0;
  let elapsedMs = 0;
  while (elapsedMs < measureMs && rounds < roundsMax) {
    engine.compute({ kind: "gradient", step: 0, block });
    rounds += 1;
    elapsedMs = now() - startMs;
  }
  return (1000 * rounds * samples) / Math.max(elapsedMs, 1);
}

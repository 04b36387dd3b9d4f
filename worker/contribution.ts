/** @file What this worker contributed to the run: counts, share, speed. For display only. */
import type { RunConfig } from "../shared/run/config.ts";
import { type RoundKind, roundKinds, trainingKind } from "../shared/run/kinds.ts";
import { batchSizeOf, countsOf, planRun, type RunPlan } from "../shared/run/plan.ts";
import type { Block } from "../shared/run/tree.ts";
import { OwnColumn, type OwnColumnView } from "./own-column.ts";
import type { RunToLoad } from "./threads/compute-pool.ts";

/** The speed is measured over windows of this length: steady enough to read, short enough to follow. */
const windowMs = 1_000;
/** The first one is shorter, because a person who has just begun to help should not read that there is no work. */
const firstWindowMs = 200;

export class Contribution {
  readonly #config: RunConfig;
  readonly #plan: RunPlan;
  readonly #column: OwnColumn;
  #firstStep: number | undefined;
  #lastStep = 0;
  #trainingSamples = 0;
  #windowStartMs = 0;
  #windowSamples = 0;
  #samplesPerSecond: number;
  /** Whether at least one window with work in it is complete. */
  #isPaceKnown = false;
  samplesDone = 0;
  blocksDone = 0;

  /** @param samplesPerSecond - As measured while loading. Shown until a better value is known. */
  constructor({ config, dataset }: RunToLoad, samplesPerSecond: number, nowMs: number) {
    this.#config = config;
    this.#plan = planRun(config, countsOf(dataset));
    this.#column = new OwnColumn(config, dataset.featureShape);
    this.#samplesPerSecond = samplesPerSecond;
    this.#windowStartMs = nowMs;
  }

  /**
   * A block was computed and its result sent.
   *
   * @param values - The result as it travels; read only.
   */
  add(kind: RoundKind, step: number, block: Block, values: Uint8Array): void {
    const row = roundKinds[kind];
    const samples = row.samplesOf(block, step, this.#config, this.#plan);
    // The measurement while loading is not the speed of the run, which is known after the first window.
    if (this.blocksDone === 0) this.#samplesPerSecond = 0;
    this.blocksDone += 1;
    this.samplesDone += samples;
    this.#windowSamples += samples;
    if (!row.trains) return;
    if (kind === "gradient") this.#column.add(step, values, samples);
    this.#firstStep ??= step;
    this.#lastStep = Math.max(this.#lastStep, step);
    this.#trainingSamples += samples;
  }

  /** Its column of the promedio table; `null` before the first step, and for runs without gradients. */
  get column(): OwnColumnView | null {
    return this.#column.view;
  }

  /** The last step it computed for. */
  get step(): number | null {
    return this.#firstStep === undefined ? null : this.#lastStep;
  }

  /** In [0, 1]; the fraction of all samples of the steps since this worker's first one. */
  get share(): number {
    if (this.#firstStep === undefined) return 0;
    const steps = this.#lastStep - this.#firstStep + 1;
    const average = this.#plan.trainCount / this.#plan.stepsPerEpoch;
    return Math.min(1, this.#trainingSamples / (steps * average * this.#passes()));
  }

  samplesPerSecond(nowMs: number): number {
    const elapsedMs = nowMs - this.#windowStartMs;
    const isFirst = this.blocksDone > 0 && !this.#isPaceKnown;
    if (elapsedMs < (isFirst ? firstWindowMs : windowMs)) return this.#samplesPerSecond;
    if (this.blocksDone > 0) this.#samplesPerSecond = (1000 * this.#windowSamples) / elapsedMs;
    this.#isPaceKnown = this.blocksDone > 0;
    this.#windowStartMs = nowMs;
    this.#windowSamples = 0;
    return this.#samplesPerSecond;
  }

  /** How often a step goes over its batch. */
  #passes(): number {
    const { leafCount, samplesOf } = roundKinds[trainingKind(this.#config)];
    const root = { start: 0, end: leafCount(0, this.#config, this.#plan) };
    const samples = samplesOf(root, 0, this.#config, this.#plan);
    return samples / batchSizeOf(0, this.#config, this.#plan);
  }
}

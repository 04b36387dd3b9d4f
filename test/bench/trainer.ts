/**
 * @file The program under measurement: a coordinator and its local workers as real processes over loopback, trained
 * for some epochs. Rates are those of its steady state, from the end of the first epoch to that of the last.
 */
import { existsSync } from "node:fs";

import { Cluster, type JsonEvent } from "../support/cluster.ts";
import type { Turn } from "./interleave.ts";
import { cpuMicrosOf } from "./processes.ts";

export const mnistFolder = "../shared/data/mnist";
export const mnistIsHere = existsSync(mnistFolder);
/** MNIST where it is, else the built-in digits: as many zeros, a sixth of the samples. */
export const datasetArguments = ["--dataset", mnistIsHere ? `mnist:${mnistFolder}` : "digits"];
export const trainCount = mnistIsHere ? 60_000 : 10_000;

export interface TrainingOptions {
  readonly layers: readonly number[];
  readonly batchSize: number;
  readonly workers?: number;
  /** Of each worker. */
  readonly threads?: number;
  readonly epochs: number;
  readonly more?: readonly string[];
}

export interface Training {
  readonly stepsPerSecond: number;
  /** Of coordinator and workers, a step, evaluation and checkpoints included. */
  readonly cpuMicros: number | undefined;
  readonly epochs: readonly JsonEvent[];
  readonly finished: JsonEvent;
}

/** Trains once from start to end. */
export async function train({
  layers,
  batchSize,
  workers = 2,
  threads = 1,
  epochs,
  more = [],
}: TrainingOptions): Promise<Training> {
  const cluster = await Cluster.create();
  try {
    const settings = {
      "local-workers": workers,
      "min-workers": workers,
      threads,
      layers: layers.join(),
      "batch-size": batchSize,
      epochs,
    };
    const coordinator = cluster.coordinator(
      "--exit",
      ...flags(settings),
      ...datasetArguments,
      ...more,
    );
    // One listener an epoch waits for the end of the process.
    coordinator.child.setMaxListeners(0);
    const cpu = new CpuMeter(coordinator.child.pid ?? 0);
    const ends: JsonEvent[] = [];
    for (let epoch = 1; epoch <= epochs; epoch++) {
      // oxlint-disable-next-line no-await-in-loop -- one epoch ends after the other
      const end = await coordinator.event("epoch", (event) => event["epoch"] === epoch);
      cpu.read(Number(end["step"]));
      ends.push(end);
    }
    const finished = await coordinator.event("finished");
    return {
      stepsPerSecond: steadyRate(ends),
      cpuMicros: cpu.microsPerStep,
      epochs: ends,
      finished,
    };
  } finally {
    await cluster.stop();
  }
}

/** `{ epochs: 3 }` as `--epochs 3`. */
export function flags(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]);
}

/**
 * One turn of training, counted in steps.
 *
 * @param steps - After the first epoch, roughly: there are at least three epochs.
 */
export async function trainingTurn({
  steps,
  ...options
}: Omit<TrainingOptions, "epochs"> & { readonly steps: number }): Promise<Turn> {
  const epochs = Math.max(3, 1 + Math.ceil((steps * options.batchSize) / trainCount));
  const { stepsPerSecond, cpuMicros } = await train({ ...options, epochs });
  return { perSecond: stepsPerSecond, cpuMicros };
}

/** The first epoch warms up just-in-time compilers. Evaluation is not in the events' seconds. */
export function steadyRate(epochs: readonly JsonEvent[]): number {
  const [first, last] = [epochs[0], epochs.at(-1)];
  const steps = Number(last?.["step"]) - Number(first?.["step"]);
  return steps / (Number(last?.["seconds"]) - Number(first?.["seconds"]));
}

/** CPU time between the first and the last reading that succeeded: at the very end the processes are gone. */
class CpuMeter {
  readonly #pid: number;
  #first: { step: number; micros: number } | undefined;
  #last: { step: number; micros: number } | undefined;

  constructor(pid: number) {
    this.#pid = pid;
  }

  read(step: number): void {
    const micros = cpuMicrosOf(this.#pid);
    if (micros === undefined) return;
    this.#last = { step, micros };
    this.#first ??= this.#last;
  }

  get microsPerStep(): number | undefined {
    if (this.#first === undefined || this.#last === undefined) return undefined;
    const steps = this.#last.step - this.#first.step;
    return steps > 0 ? (this.#last.micros - this.#first.micros) / steps : undefined;
  }
}

/**
 * @file The measured program: a coordinator and its local workers as real processes over loopback, which train for
 * some epochs. Rates are those of the second half, the steady state: before it, just-in-time compilers take a tenth
 * to a third of two cores.
 */
import { existsSync } from "node:fs";

import { Cluster, type JsonEvent } from "../../support/processes/cluster.ts";
import type { Turn } from "./interleave.ts";
import { cpuMicrosOf } from "./processes.ts";

export const mnistFolder = "../shared/data/mnist";
export const mnistIsHere = existsSync(mnistFolder);
/** MNIST if available, else the built-in digits: as many zeros, a sixth of the samples. */
export const datasetArguments = ["--dataset", mnistIsHere ? `mnist:${mnistFolder}` : "digits"];
export const trainCount = mnistIsHere ? 60_000 : 10_000;

export interface TrainingOptions {
  readonly layers: readonly number[];
  readonly batchSize: number;
  /** `auto`: those that `promedio start` would start. */
  readonly workers?: number | "auto";
  /** Per worker. */
  readonly threads?: number;
  readonly epochs: number;
  readonly more?: readonly string[];
}

export interface Training {
  readonly stepsPerSecond: number;
  /** CPU time per step of coordinator and workers, including evaluation and checkpoints. */
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
      "min-workers": workers === "auto" ? 1 : workers,
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
    // Each epoch adds a listener that waits for the end of the process.
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

/** Turns `{ epochs: 3 }` into `--epochs 3`. */
export function flags(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]);
}

/**
 * One turn of training, counted in steps.
 *
 * @param steps - Approximate total; there are at least three epochs.
 */
export async function trainingTurn({
  steps,
  ...options
}: Omit<TrainingOptions, "epochs"> & { readonly steps: number }): Promise<Turn> {
  const epochs = Math.max(3, Math.ceil((steps * options.batchSize) / trainCount));
  const { stepsPerSecond, cpuMicros } = await train({ ...options, epochs });
  return { perSecond: stepsPerSecond, cpuMicros };
}

/** From the middle of the run to its end. The events' seconds exclude evaluation. */
function steadyRate(epochs: readonly JsonEvent[]): number {
  return rateBetween(epochs[warmUpEpochs(epochs.length)], epochs.at(-1));
}

function warmUpEpochs(epochs: number): number {
  return Math.floor((epochs - 1) / 2);
}

/** Steps per second between the ends of two epochs. */
export function rateBetween(first: JsonEvent | undefined, last: JsonEvent | undefined): number {
  const steps = Number(last?.["step"]) - Number(first?.["step"]);
  return steps / (Number(last?.["seconds"]) - Number(first?.["seconds"]));
}

/** CPU time from the middle of a run to the last successful reading; at the very end the processes are gone. */
class CpuMeter {
  readonly #pid: number;
  readonly #readings: { step: number; micros: number }[] = [];

  constructor(pid: number) {
    this.#pid = pid;
  }

  read(step: number): void {
    const micros = cpuMicrosOf(this.#pid);
    if (micros !== undefined) this.#readings.push({ step, micros });
  }

  get microsPerStep(): number | undefined {
    const first = this.#readings[warmUpEpochs(this.#readings.length)];
    const last = this.#readings.at(-1);
    if (first === undefined || last === undefined) return undefined;
    const steps = last.step - first.step;
    return steps > 0 ? (last.micros - first.micros) / steps : undefined;
  }
}

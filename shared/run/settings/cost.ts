/**
 * @file What a run costs: memory, traffic and time, from its config alone. Rough, so that nobody trains a model by mistake
 * that no machine around can hold or no network can carry.
 */
import { parameterCount } from "../../model/layout.ts";
import { stateNamesOf } from "../../optimizers/optimizer.ts";
import { type Sentence, sentence } from "../../words/sentence.ts";
import type { RunConfig } from "../config.ts";

/** Beyond this, a step moves more than 20 MB to each worker and as much back. */
export const largeModelParameters = 5_000_000;

/**
 * Copies of the parameters that a coordinator holds at its peak, while it writes a checkpoint, and 3 more for each tensor
 * of the optimizer's state; measured with 3.9 million parameters.
 */
const coordinatorCopies = 16;
const coordinatorCopiesOfState = 3;
/** The same for a worker of one thread. */
const workerCopies = 8;
/** Multiplications and additions for each parameter and sample: forward once, backward twice. */
const operationsPerParameter = 6;
/** What one core does in a second, in a wide network on a processor of these years. */
const operationsPerSecond = 20e9;

export interface RunCost {
  readonly parameters: number;
  readonly coordinatorBytes: number;
  readonly workerBytes: number;
  /** To each worker at each step, and back. */
  readonly messageBytes: number;
  /** Time of one core for an epoch. It is less than the true time where parameters are used more than once. */
  readonly epochSeconds: number;
}

/** @param trainCount - Training samples. */
export function costOf(config: RunConfig, trainCount: number): RunCost {
  const parameters = parameterCount(config.model);
  const messageBytes = 4 * parameters;
  const states = stateNamesOf(config).length;
  return {
    parameters,
    coordinatorBytes: messageBytes * (coordinatorCopies + coordinatorCopiesOfState * states),
    workerBytes: messageBytes * workerCopies,
    messageBytes,
    epochSeconds: (operationsPerParameter * parameters * trainCount) / operationsPerSecond,
  };
}

/** One sentence about a run whose model is large; `undefined` for others. */
export function largeRun(cost: RunCost): Sentence | undefined {
  if (cost.parameters <= largeModelParameters) return undefined;
  return sentence("large-run", {
    parameters: cost.parameters,
    gigabytes: rounded(cost.coordinatorBytes / 1e9),
    workerGigabytes: rounded(cost.workerBytes / 1e9),
    megabytes: Math.round(cost.messageBytes / 1e6),
    minutes: Math.max(1, Math.round(cost.epochSeconds / 60)),
  });
}

function rounded(value: number): number {
  return Math.round(10 * value) / 10;
}

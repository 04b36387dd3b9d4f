/**
 * @file What a run costs: memory, traffic and time, from its config and the size of its data alone. So nobody trains a
 * model by mistake that no machine around can hold or no network can carry.
 */
import type { Dataset, Split } from "../../data/dataset.ts";
import { footprintOf } from "../../engine/footprint.ts";
import { memoryBytesMax } from "../../kernels/memory.ts";
import { layoutOf } from "../../model/layout.ts";
import { stateNamesOf } from "../../optimizers/optimizer.ts";
import { silenceMaxMs } from "../../protocol/limits.ts";
import { type Sentence, sentence } from "../../words/sentence.ts";
import type { RunConfig } from "../config.ts";
import { layoutOfPoint, stateSizes, trainingKind } from "../kinds.ts";
import { countsOf } from "../plan.ts";
import { tensorBytes } from "../wire.ts";

/** Beyond this, a step moves more than 4 MB to each worker and as much back, which is worth a line. */
export const toldParameters = 1_000_000;
/** Beyond this, a form asks first. */
export const largeModelParameters = 5_000_000;
/** The same for the memory of a worker. */
const toldWorkerBytes = 1e9;

/**
 * Copies of the parameters that a coordinator holds at its peak, while it writes a checkpoint, and 3 more for each tensor
 * of the optimizer's state; measured with 3.9 million parameters.
 */
const coordinatorCopies = 16;
const coordinatorCopiesOfState = 3;
/** Copies that a worker holds in messages, besides its kernel; measured in the same run. */
const messageCopies = 5;
/** Multiplications and additions of each multiply-add of the forward pass: once forward, twice backward. */
const operationsPerMultiplyAdd = 6;
/** What one core does in a second, in a wide network on a processor of these years. */
const operationsPerSecond = 20e9;

/** How much slower than that a worker may be, on an old phone or a busy machine, that should still take part. */
const slowness = 6;

export interface RunCost {
  readonly parameters: number;
  readonly coordinatorBytes: number;
  /** Of a worker with one thread, and of its kernel, which is the largest part of that and has a limit. */
  readonly workerBytes: number;
  readonly kernelBytes: number;
  /** What each further thread adds to both. */
  readonly threadBytes: number;
  /** To each worker at each step, and back. */
  readonly messageBytes: number;
  /** Time of one core for an epoch, at best. */
  readonly epochSeconds: number;
  /** The same for the gradient of one shard, during which a worker reads no message. */
  readonly shardSeconds: number;
}

/** The data that a run reads. */
type CostlyData = Pick<Dataset, "train" | "validation" | "test">;

export function costOf(config: RunConfig, data: CostlyData): RunCost {
  const counts = countsOf(data);
  const { layers, parameterCount: parameters } = layoutOf(config.model);
  const parameterBytes = 4 * parameters;
  const messageBytes = tensorBytes(
    layoutOfPoint(trainingKind(config), config, stateSizes(config), "update"),
  );
  const states = stateNamesOf(config).length;
  const { point, thread } = footprintOf(config, counts);
  const dataBytes = bytesOf(data.train) + bytesOf(data.validation) + bytesOf(data.test);
  const kernelBytes = point + thread + dataBytes;
  const perSample = layers.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  return {
    parameters,
    coordinatorBytes:
      parameterBytes * (coordinatorCopies + coordinatorCopiesOfState * states) + dataBytes,
    // The downloaded data stay beside those in the kernel.
    workerBytes: kernelBytes + dataBytes + messageCopies * messageBytes,
    kernelBytes,
    threadBytes: thread,
    messageBytes,
    epochSeconds: secondsFor(perSample, counts.trainCount),
    shardSeconds: secondsFor(perSample, config.shardSize),
  };
}

function secondsFor(multiplyAdds: number, samples: number): number {
  return (operationsPerMultiplyAdd * multiplyAdds * samples) / operationsPerSecond;
}

function bytesOf(split: Split | undefined): number {
  return split === undefined ? 0 : split.features.byteLength + split.targets.byteLength;
}

/** Whether it is so large that a form asks first. */
export function isLarge({ parameters, workerBytes }: RunCost): boolean {
  return parameters > largeModelParameters || workerBytes > toldWorkerBytes;
}

/** One sentence about a run whose model takes much; `undefined` for others. */
export function largeRun(cost: RunCost): Sentence | undefined {
  if (cost.parameters <= toldParameters && !isLarge(cost)) return undefined;
  return sentence("large-run", {
    parameters: cost.parameters,
    gigabytes: inGigabytes(cost.coordinatorBytes),
    workerGigabytes: inGigabytes(cost.workerBytes),
    megabytes: Math.round(cost.messageBytes / 1e6),
    minutes: Math.max(1, Math.round(cost.epochSeconds / 60)),
  });
}

/** One sentence about a run that slow workers would be disconnected from; `undefined` for others. */
export function slowShards({ shardSeconds }: RunCost): Sentence | undefined {
  const mostSeconds = silenceMaxMs / 1000;
  if (slowness * shardSeconds < mostSeconds) return undefined;
  const seconds = Math.round(10 * shardSeconds) / 10;
  return sentence("slow-shards", { seconds, mostSeconds });
}

/**
 * Why a run can't be trained from here; `undefined` if it can.
 *
 * @param memoryBytes - Of this machine; `undefined`: not known.
 */
export function tooLarge(cost: RunCost, memoryBytes: number | undefined): Sentence | undefined {
  const { parameters, kernelBytes, coordinatorBytes } = cost;
  if (kernelBytes > memoryBytesMax) {
    const gigabytes = inGigabytes(kernelBytes);
    return sentence("too-large-for-workers", { gigabytes, most: inGigabytes(memoryBytesMax) });
  }
  if (memoryBytes === undefined || coordinatorBytes <= memoryBytes) return undefined;
  const gigabytes = inGigabytes(coordinatorBytes);
  return sentence("too-large-here", { parameters, gigabytes, most: inGigabytes(memoryBytes) });
}

function inGigabytes(bytes: number): number {
  return Math.round(bytes / 1e8) / 10;
}

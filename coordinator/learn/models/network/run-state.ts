/** @file The network that is being trained now: whether the pictures can show it. Pure; the page fetches the bytes. */
import type { RunConfig } from "../../../../shared/run/config.ts";
import { type Digits, lectureModel } from "./lecture.ts";

/** How many of a run's samples the pictures use, like the page's own. */
export const digitsOfRun = 1_000;

/**
 * The run config in the header of a checkpoint that the coordinator wrote.
 *
 * @param header - The JSON after the eight bytes of its length.
 */
export function configIn(header: string): RunConfig {
  const { __metadata__: metadata }: { __metadata__: { config: string } } = JSON.parse(header);
  return JSON.parse(metadata.config);
}

/**
 * Whether the pictures can show a run: the lecture's network, learning classes with the cost that they show. Labels that
 * are smoothed and classes with weights make another cost, with other gradients.
 */
export function isLectureRun(config: RunConfig): boolean {
  const { model, loss, task, labelSmoothing, classWeights } = config;
  const isSame = JSON.stringify(model) === JSON.stringify(lectureModel);
  const isPlain = loss.name === "cce" && labelSmoothing === 0 && classWeights === null;
  return isSame && isPlain && task.kind === "classes" && task.count === 10;
}

export interface RunState {
  /** Numbers from the coordinator: its run, and committed steps. */
  readonly run: number;
  readonly step: number;
  readonly config: RunConfig;
  /** Shape `[13,002]`: of that step. */
  readonly parameters: Float32Array;
  readonly digits: Digits;
}

/** Samples as the pictures store them. @param features - Shape `[count, 784]`, in [0, 1]. */
export function digitsOf(features: Float32Array, labels: ArrayLike<number>): Digits {
  return {
    count: labels.length,
    features: Uint8Array.from(features, (value) => Math.round(255 * value)),
    labels: Uint8Array.from(labels),
  };
}

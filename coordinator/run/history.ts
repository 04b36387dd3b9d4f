/**
 * @file The curve of a run: one point per step while there are few, and later one point per 2ᵏ steps, their mean.
 * It takes a fixed amount of memory, however long the run. Only its newest end ever changes, so watchers receive
 * only that.
 */

import type { RecordPoint } from "./view.ts";

/** The fields of a point: means over its steps, except the first two, which are of its last step. */
export const historyFields = [
  "step",
  "seconds",
  "loss",
  "accuracy",
  "learningRate",
  "gradientNorm",
] as const;
const width = historyFields.length;

/**
 * The head of a binary message: run number, steps per point, and index of the first point, each a little-endian
 * uint32. The points follow as float32, in the order of `historyFields`. An index of 0 replaces all earlier points.
 */
export const pointsHeadBytes = 12;

/** 3 MB of float32. More points than any screen has columns, so that a reader can zoom in. */
const pointsMax = 131_072;

export interface HistoryStep {
  /** Committed steps after it. */
  readonly step: number;
  /** Seconds of training until it was committed. */
  readonly seconds: number;
  /** Mean over the batch. */
  readonly loss: number;
  /** Fraction of the batch; `null` if hits were not counted. */
  readonly accuracy: number | null;
  /** `null` if there is none. */
  readonly learningRate: number | null;
  /** L2 norm of the mean gradient before clipping; `null` if there is none. */
  readonly gradientNorm: number | null;
}

export class History {
  readonly #pointsMax: number;
  /** The points, six values each; NaN means unknown. */
  #values = new Float32Array(1024 * width);
  #count = 0;
  #stride = 1;
  /** Sums over the steps of the unfinished point. */
  readonly #open = new Float64Array(width);
  #openSteps = 0;

  /** @param most - Maximum number of points, even; for tests. */
  constructor(most = pointsMax) {
    this.#pointsMax = most;
  }

  /** Complete points. */
  get count(): number {
    return this.#count;
  }

  /** Steps per point. If there are too many points it doubles, and all of them change. */
  get stride(): number {
    return this.#stride;
  }

  /** The points [from, end): a view, `[end − from, 6]`, good until the next `add`. */
  points(from: number, end = this.#count): Float32Array {
    return this.#values.subarray(from * width, end * width);
  }

  /** At most `most` evenly spread points, rounded to what a chart can show, because they are sent as text. */
  thinned(most: number): RecordPoint[] {
    const size = Math.max(1, Math.ceil(this.#count / most));
    return Array.from({ length: Math.ceil(this.#count / size) }, (_, i) =>
      this.#record(i * size, Math.min((i + 1) * size, this.#count)),
    );
  }

  #record(from: number, end: number): RecordPoint {
    const points = this.points(from, end);
    const [last, count] = [points.length - width, end - from];
    let [loss, accuracy] = [0, 0];
    for (let at = 0; at < points.length; at += width) {
      loss += points[at + 2] ?? 0;
      accuracy += points[at + 3] ?? 0;
    }
    return [
      points[last] ?? 0,
      rounded(points[last + 1] ?? 0),
      rounded(loss / count),
      Number.isNaN(accuracy) ? null : rounded(accuracy / count),
    ];
  }

  add({ step, seconds, loss, accuracy, learningRate, gradientNorm }: HistoryStep): void {
    const open = this.#open;
    open[0] = step;
    open[1] = seconds;
    open[2] = (open[2] ?? 0) + loss;
    open[3] = (open[3] ?? 0) + (accuracy ?? NaN);
    open[4] = (open[4] ?? 0) + (learningRate ?? NaN);
    open[5] = (open[5] ?? 0) + (gradientNorm ?? NaN);
    this.#openSteps += 1;
    if (this.#openSteps === this.#stride) this.#close();
  }

  #close(): void {
    if (this.#count * width === this.#values.length) this.#grow();
    const at = this.#count * width;
    for (let i = 0; i < width; i++) {
      this.#values[at + i] = (this.#open[i] ?? 0) / (i < 2 ? 1 : this.#openSteps);
    }
    this.#open.fill(0);
    this.#openSteps = 0;
    this.#count += 1;
    if (this.#count === this.#pointsMax) this.#halve();
  }

  #grow(): void {
    const larger = new Float32Array(this.#values.length * 2);
    larger.set(this.#values);
    this.#values = larger;
  }

  /** Merges points in pairs. */
  #halve(): void {
    const values = this.#values;
    for (let target = 0; target < this.#count / 2; target++) {
      const [left, right] = [2 * target * width, (2 * target + 1) * width];
      for (let i = 0; i < width; i++) {
        const [first, second] = [values[left + i] ?? 0, values[right + i] ?? 0];
        values[target * width + i] = i < 2 ? second : (first + second) / 2;
      }
    }
    this.#count /= 2;
    this.#stride *= 2;
  }
}

/** Rounds to five digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(5));
}

/** @file The points of the run's curve as they arrive, reduced to as many as a chart can show. Pure. */
import { pointsHeadBytes } from "../../run/history.ts";

/** Columns of a point; NaN means unknown. */
export const column = {
  step: 0,
  seconds: 1,
  loss: 2,
  accuracy: 3,
  learningRate: 4,
  gradientNorm: 5,
} as const;
const width = 6;

export class Points {
  #values = new Float32Array(1024 * width);
  #count = 0;
  /** Steps per point. */
  stride = 1;

  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#count = 0;
  }

  /** Takes a binary message; ignores one of another run. */
  receive(message: ArrayBuffer, run: number): void {
    const head = new DataView(message);
    if (head.getUint32(0, true) !== run) return;
    this.stride = head.getUint32(4, true);
    const from = head.getUint32(8, true);
    const values = new Float32Array(message.slice(pointsHeadBytes));
    const end = from * width + values.length;
    if (end > this.#values.length) {
      const larger = new Float32Array(Math.max(end, 2 * this.#values.length));
      larger.set(this.#values.subarray(0, from * width));
      this.#values = larger;
    }
    this.#values.set(values, from * width);
    this.#count = end / width;
  }

  value(point: number, field: number): number {
    return this.#values[point * width + field] ?? NaN;
  }

  /**
   * A curve of at most `most` points. Each is the mean of equally many neighbours, at the last one's x.
   *
   * @param x - Column of the horizontal axis.
   * @param y - Column of the vertical axis; unknown values are skipped.
   */
  curve(x: number, y: number, most: number): [number, number][] {
    const size = Math.max(1, Math.ceil(this.#count / most));
    const curve: [number, number][] = [];
    for (let from = 0; from < this.#count; from += size) {
      const end = Math.min(from + size, this.#count);
      let sum = 0;
      for (let i = from; i < end; i++) sum += this.#values[i * width + y] ?? NaN;
      if (!Number.isNaN(sum)) curve.push([this.value(end - 1, x), sum / (end - from)]);
    }
    return curve;
  }

  /** Steps per second between neighbours, at most `most` values. */
  pace(x: number, most: number): [number, number][] {
    const size = Math.max(1, Math.ceil(this.#count / most));
    const pace: [number, number][] = [];
    for (let i = size; i < this.#count; i += size) {
      const steps = this.value(i, column.step) - this.value(i - size, column.step);
      const seconds = this.value(i, column.seconds) - this.value(i - size, column.seconds);
      if (seconds > 0) pace.push([this.value(i, x), steps / seconds]);
    }
    return pace;
  }

  /** Seconds of training at a step, taken from the nearest point at or before it. */
  secondsAt(step: number): number {
    let [low, high] = [0, this.#count];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.value(middle, column.step) <= step) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? 0 : this.value(low - 1, column.seconds);
  }

  /** As comma-separated values with a header. */
  csv(): string {
    const lines = ["step,seconds,loss,accuracy,learningRate,gradientNorm"];
    for (let i = 0; i < this.#count; i++) {
      const values = Array.from({ length: width }, (_, field) => this.value(i, field));
      lines.push(values.map((value) => (Number.isNaN(value) ? "" : String(value))).join());
    }
    return `${lines.join("\n")}\n`;
  }
}

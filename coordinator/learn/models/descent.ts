/**
 * @file A descent from a start, step by step, by the optimizers that train: `shared/optimizers` on a kernel, for as many
 * parameters as a section likes. The gradient is the section's own function. Nothing here rounds or adds: the bits
 * are those of a run with the same gradients.
 */
import type { Kernel } from "../../../shared/kernels/kernel.ts";
import { updateByteLength } from "../../../shared/kernels/update.ts";
import {
  createOptimizer,
  type GradientOptimizerConfig,
} from "../../../shared/optimizers/optimizer.ts";
import { scratch } from "./scratch.ts";

export interface DescentOptions {
  readonly optimizer: GradientOptimizerConfig;
  /** Shape `[count]`; rounded to float32. */
  readonly start: ArrayLike<number>;
  /** How many steps at most. */
  readonly steps: number;
  /**
   * The gradient at a point, in float64; rounded to float32 once, as the sum over a batch of one.
   *
   * @param point - Shape `[count]`, read only.
   * @param gradient - Shape `[count]`; written.
   */
  readonly gradient: (point: Float32Array, gradient: Float64Array, step: number) => void;
  /** η of a step; by default that of the optimizer. */
  readonly learningRate?: (step: number) => number;
}

/** A whole descent. Row k of every array is the state before step k; all float32. */
export interface Course {
  /** Parameters. */
  readonly count: number;
  /** Steps that were taken: fewer than asked for if it diverged. */
  readonly steps: number;
  /** Shape `[steps + 1, count]`: w. */
  readonly points: Float32Array;
  /** Shape `[steps + 1, count]`: the optimizer's state tensors, 0 where it has none. */
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** Shape `[steps, count]`: the gradient of each step, and where it was taken (w, or Nesterov's look-ahead point). */
  readonly gradients: Float32Array;
  readonly takenAt: Float32Array;
  /** The step that gave a number that is not finite, or none. */
  readonly divergedAt: number | undefined;
}

/** Takes up to `steps` steps. */
export function descend(kernel: Kernel, options: DescentOptions): Course {
  const { optimizer: config, steps, gradient, learningRate = () => config.learningRate } = options;
  const count = options.start.length;
  const optimizer = createOptimizer(config);
  const tensors = new Tensors(kernel, count);
  tensors.begin(options.start);
  const course = emptyCourse(count, steps);
  const exact = new Float64Array(count);
  let taken = 0;
  tensors.copyTo(course, 0);
  for (let step = 0; step < steps; step++) {
    const update = { ...tensors.update, step, learningRate: learningRate(step) };
    if (optimizer.lookAhead === undefined) tensors.stay();
    else optimizer.lookAhead(kernel, { ...update, nextParameters: tensors.ahead });
    const point = tensors.view(tensors.ahead);
    gradient(point, exact, step);
    tensors.view(tensors.gradient).set(exact);
    course.takenAt.set(point, step * count);
    course.gradients.set(tensors.view(tensors.gradient), step * count);
    optimizer.step(kernel, update);
    if (!tensors.isNextFinite()) return cut(course, taken, step);
    tensors.commit();
    taken = step + 1;
    tensors.copyTo(course, taken);
  }
  return { ...course, divergedAt: undefined };
}

type Growing = Omit<Course, "divergedAt">;

function emptyCourse(count: number, steps: number): Growing {
  return {
    count,
    steps,
    points: new Float32Array((steps + 1) * count),
    first: new Float32Array((steps + 1) * count),
    second: new Float32Array((steps + 1) * count),
    gradients: new Float32Array(steps * count),
    takenAt: new Float32Array(steps * count),
  };
}

function cut(course: Growing, steps: number, divergedAt: number): Course {
  const { count } = course;
  return {
    count,
    steps,
    points: course.points.subarray(0, (steps + 1) * count),
    first: course.first.subarray(0, (steps + 1) * count),
    second: course.second.subarray(0, (steps + 1) * count),
    gradients: course.gradients.subarray(0, steps * count),
    takenAt: course.takenAt.subarray(0, steps * count),
    divergedAt,
  };
}

/** The tensors of an update in the kernel's memory, current and next. */
class Tensors {
  readonly #kernel: Kernel;
  readonly #count: number;
  readonly #record: number;
  readonly gradient: number;
  /** Where the gradient is taken. */
  readonly ahead: number;
  #current: { parameters: number; first: number; second: number };
  #next: { parameters: number; first: number; second: number };

  constructor(kernel: Kernel, count: number) {
    this.#kernel = kernel;
    this.#count = count;
    const place = (name: string) => scratch(kernel, `descent ${count} ${name}`, 4 * count);
    this.#record = scratch(kernel, "descent record", updateByteLength);
    this.gradient = place("gradient");
    this.ahead = place("ahead");
    const set = (which: string) => ({
      parameters: place(`${which} parameters`),
      first: place(`${which} first`),
      second: place(`${which} second`),
    });
    this.#current = set("one");
    this.#next = set("other");
  }

  begin(start: ArrayLike<number>): void {
    for (const tensors of [this.#current, this.#next]) {
      this.view(tensors.parameters).set(start);
      this.view(tensors.first).fill(0);
      this.view(tensors.second).fill(0);
    }
  }

  get update() {
    return {
      ...this.#current,
      count: this.#count,
      gradientSum: this.gradient,
      nextParameters: this.#next.parameters,
      nextFirst: this.#next.first,
      nextSecond: this.#next.second,
      divisor: 1,
      clipScale: 1,
      weightDecay: 0,
      l1: 0,
      record: this.#record,
    };
  }

  view(pointer: number): Float32Array {
    return this.#kernel.views.f32.subarray(pointer / 4, pointer / 4 + this.#count);
  }

  /** The gradient is to be taken at w itself. */
  stay(): void {
    this.view(this.ahead).set(this.view(this.#current.parameters));
  }

  isNextFinite(): boolean {
    const { allFinite } = this.#kernel.functions;
    const { parameters, first, second } = this.#next;
    return [parameters, first, second].every((pointer) => allFinite(pointer, this.#count) === 1);
  }

  commit(): void {
    [this.#current, this.#next] = [this.#next, this.#current];
  }

  copyTo({ points, first, second }: Growing, row: number): void {
    points.set(this.view(this.#current.parameters), row * this.#count);
    first.set(this.view(this.#current.first), row * this.#count);
    second.set(this.view(this.#current.second), row * this.#count);
  }
}

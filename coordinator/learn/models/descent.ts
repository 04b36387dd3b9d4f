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
  type Optimizer,
  type OptimizerStep,
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
  const { optimizer, start, steps, gradient, learningRate } = options;
  const count = start.length;
  const stepper = new Stepper(kernel, optimizer, start);
  const course = emptyCourse(count, steps);
  const exact = new Float64Array(count);
  stepper.copyTo(course, 0);
  for (let step = 0; step < steps; step++) {
    const rate = learningRate?.(step) ?? optimizer.learningRate;
    const point = stepper.look(rate);
    gradient(point, exact, step);
    course.takenAt.set(point, step * count);
    stepper.gradient.set(exact);
    course.gradients.set(stepper.gradient, step * count);
    if (!stepper.step(rate)) return cut(course, step);
    stepper.copyTo(course, step + 1);
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

function cut(course: Growing, steps: number): Course {
  const { count } = course;
  return {
    count,
    steps,
    points: course.points.subarray(0, (steps + 1) * count),
    first: course.first.subarray(0, (steps + 1) * count),
    second: course.second.subarray(0, (steps + 1) * count),
    gradients: course.gradients.subarray(0, steps * count),
    takenAt: course.takenAt.subarray(0, steps * count),
    divergedAt: steps,
  };
}

/** One descent in progress: an optimizer with its tensors in the kernel's memory. A kernel has one per size at a time. */
export class Stepper {
  readonly #kernel: Kernel;
  readonly #optimizer: Optimizer;
  readonly #count: number;
  readonly #gradient: number;
  /** Where the gradient is taken. */
  readonly #ahead: number;
  /** Of the tensors, by pointer, in the memory that the kernel had last. */
  readonly #views = new Map<number, Float32Array>();
  #memory: Float32Array | undefined;
  /** The step from the current tensors to the others, and the one after it, in turn. */
  #forth: Update;
  #back: Update;

  constructor(kernel: Kernel, config: GradientOptimizerConfig, start: ArrayLike<number>) {
    this.#kernel = kernel;
    this.#optimizer = createOptimizer(config);
    this.#count = start.length;
    const place = (name: string) => scratch(kernel, `${name} ${start.length}`, 4 * start.length);
    this.#gradient = place("gradient");
    this.#ahead = place("ahead");
    const tensors = (which: string) => ({
      parameters: place(`${which} parameters`),
      first: place(`${which} first`),
      second: place(`${which} second`),
    });
    const [one, other] = [tensors("one"), tensors("other")];
    const shared = {
      count: start.length,
      gradientSum: this.#gradient,
      record: scratch(kernel, "record", updateByteLength),
    };
    this.#forth = updateOf(one, other, shared);
    this.#back = updateOf(other, one, shared);
    for (const { parameters, first, second } of [one, other]) {
      this.#view(parameters).set(start);
      this.#view(first).fill(0);
      this.#view(second).fill(0);
    }
  }

  /** w: a view, good until the next step or until the kernel's memory grows. */
  get parameters(): Float32Array {
    return this.#view(this.#forth.parameters);
  }

  /** The optimizer's state: 0 where it has none. Views like `parameters`. */
  get state(): { readonly first: Float32Array; readonly second: Float32Array } {
    return { first: this.#view(this.#forth.first), second: this.#view(this.#forth.second) };
  }

  /** To be written before a step: the sum over the batch. A view like `parameters`. */
  get gradient(): Float32Array {
    return this.#view(this.#gradient);
  }

  /** Where the next gradient is to be taken: w, or Nesterov's look-ahead point. A view like `parameters`. */
  look(learningRate: number): Float32Array {
    const { lookAhead } = this.#optimizer;
    if (lookAhead === undefined) return this.parameters;
    const update = this.#forth;
    const { nextParameters } = update;
    update.learningRate = learningRate;
    update.nextParameters = this.#ahead;
    lookAhead(this.#kernel, update);
    update.nextParameters = nextParameters;
    return this.#view(this.#ahead);
  }

  /** Takes a step with the gradient. @returns Whether all is finite; if not, nothing has changed. */
  step(learningRate: number, divisor = 1): boolean {
    const update = this.#forth;
    update.learningRate = learningRate;
    update.divisor = divisor;
    this.#optimizer.step(this.#kernel, update);
    const { nextParameters, nextFirst, nextSecond, step } = update;
    if (!this.#isFinite(nextParameters) || !this.#isFinite(nextFirst)) return false;
    if (!this.#isFinite(nextSecond)) return false;
    [this.#forth, this.#back] = [this.#back, update];
    this.#forth.step = step + 1;
    return true;
  }

  copyTo({ points, first, second }: Growing, row: number): void {
    points.set(this.parameters, row * this.#count);
    first.set(this.#view(this.#forth.first), row * this.#count);
    second.set(this.#view(this.#forth.second), row * this.#count);
  }

  #isFinite(pointer: number): boolean {
    return this.#kernel.functions.allFinite(pointer, this.#count) === 1;
  }

  /** Views are kept, because making one takes longer than a step of two parameters. */
  #view(pointer: number): Float32Array {
    const { f32 } = this.#kernel.views;
    if (f32 !== this.#memory) {
      this.#memory = f32;
      this.#views.clear();
    }
    let view = this.#views.get(pointer);
    if (view === undefined) {
      view = f32.subarray(pointer / 4, pointer / 4 + this.#count);
      this.#views.set(pointer, view);
    }
    return view;
  }
}

/** A step that is taken again and again: making a new one for each takes ten times as long as the step. */
type Update = { -readonly [Name in keyof OptimizerStep]: OptimizerStep[Name] };

function updateOf(
  from: Tensors,
  to: Tensors,
  shared: Pick<OptimizerStep, "count" | "gradientSum" | "record">,
): Update {
  return {
    ...shared,
    ...from,
    nextParameters: to.parameters,
    nextFirst: to.first,
    nextSecond: to.second,
    divisor: 1,
    clipScale: 1,
    weightDecay: 0,
    l1: 0,
    learningRate: 0,
    step: 0,
  };
}

/** Pointers. */
interface Tensors {
  readonly parameters: number;
  readonly first: number;
  readonly second: number;
}

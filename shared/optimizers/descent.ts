/**
 * @file Parameters and optimizer state in one kernel memory, and one step of the optimizer on them. The coordinator's
 * parameter store descends with the gradient of a whole batch; in a run with local steps, a worker's replicas descend
 * with their own parts of it, by this same code.
 *
 * There are two sets of tensors: a step is computed from the current one into the next one, and then the two change
 * places, or not.
 */
import { known } from "../assert.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { updateByteLength } from "../kernels/update.ts";
import { frozenPart, layoutOf } from "../model/layout.ts";
import type { RunConfig } from "../run/config.ts";
import type { RunPlan } from "../run/plan.ts";
import { createOptimizer, type Optimizer, type OptimizerStep } from "./optimizer.ts";
import { learningRateAt } from "./schedule.ts";

/** Pointers to the parameters and up to two state tensors, shape `[parameterCount]` each; 0 if there is none. */
export interface Tensors {
  readonly parameters: number;
  readonly first: number;
  readonly second: number;
}

/** One step along a gradient. */
export interface DescentStep {
  /** 0-based; of a run with local steps, the number of the inner step. */
  readonly step: number;
  /** Pointer to the sum over the samples, shape `[parameterCount]`, float32. */
  readonly gradientSum: number;
  /** The number of samples, or 1 if the loss is a sum; an integer ≥ 1, exact in float32. */
  readonly divisor: number;
  /** What the mean gradient is multiplied by: see `clipScaleOf`. */
  readonly clipScale: number;
}

export interface DescentOptions {
  readonly kernel: Kernel;
  readonly config: RunConfig;
  /** Of the steps that are made here, from which the learning rate follows. */
  readonly plan: RunPlan;
  readonly parameterCount: number;
}

export class Descent {
  readonly #options: DescentOptions;
  readonly #optimizer: Optimizer | undefined;
  readonly #record: number;
  /** The first values of every tensor, which no step changes. */
  readonly #frozenCount: number;
  /** Pointer for a look-ahead point; 0 if the optimizer has none. */
  readonly #ahead: number;
  #current: Tensors;
  #next: Tensors;

  /** @param options - `config` may be a local search, which has no optimizer but uses the two sets. */
  constructor(options: DescentOptions) {
    const { kernel, config } = options;
    const { optimizer } = config;
    this.#options = options;
    this.#optimizer = optimizer.name === "local-search" ? undefined : createOptimizer(optimizer);
    this.#frozenCount = frozenPart(layoutOf(config.model), config.freeze).parameterCount;
    this.#record = kernel.arena.allocate(updateByteLength);
    this.#ahead = this.#optimizer?.lookAhead === undefined ? 0 : this.#allocate();
    this.#current = this.#allocateTensors();
    this.#next = this.#allocateTensors();
  }

  get current(): Tensors {
    return this.#current;
  }

  get next(): Tensors {
    return this.#next;
  }

  /** Names of the state tensors, in order. */
  get stateNames(): readonly string[] {
    return this.#optimizer?.stateNames ?? [];
  }

  /** η of a step; 0 for local search, which has none. */
  learningRate(step: number): number {
    const { config, plan } = this.#options;
    const { optimizer, schedule } = config;
    if (optimizer.name === "local-search") return 0;
    return learningRateAt(step, schedule, optimizer.learningRate, plan);
  }

  /** Pointer to the point for the gradient of a step: the parameters, or Nesterov's look-ahead point. */
  point(step: number): number {
    if (this.#optimizer?.lookAhead === undefined) return this.#current.parameters;
    const target = { ...this.#next, parameters: this.#ahead };
    const nothing = { step, gradientSum: 0, divisor: 1, clipScale: 1 };
    this.#optimizer.lookAhead(this.#options.kernel, this.#optimizerStep(target, nothing));
    return this.#ahead;
  }

  /**
   * Computes the next tensors from the current ones by the optimizer's rule. Frozen layers and their state stay as they
   * were.
   */
  compute(step: DescentStep): void {
    const optimizer = known(this.#optimizer, "local search follows no gradient");
    optimizer.step(this.#options.kernel, this.#optimizerStep(this.#next, step));
    this.keepFrozen();
  }

  /** The frozen layers and their optimizer state stay as they were, whatever decay or momentum would do. */
  keepFrozen(): void {
    if (this.#frozenCount === 0) return;
    for (const name of ["parameters", "first", "second"] as const) {
      const pointer = this.#current[name];
      if (pointer === 0) continue;
      const kept = this.view(pointer).subarray(0, this.#frozenCount);
      this.view(this.#next[name]).set(kept);
    }
  }

  /** Whether all of the next tensors are finite. */
  get isNextFinite(): boolean {
    const { kernel, parameterCount } = this.#options;
    const { parameters, first, second } = this.#next;
    const pointers = [parameters, first, second].filter((pointer) => pointer !== 0);
    return pointers.every((at) => kernel.functions.allFinite(at, parameterCount) === 1);
  }

  /** The next tensors become the current ones. */
  commit(): void {
    [this.#current, this.#next] = [this.#next, this.#current];
  }

  /** The tensor at a pointer: a view, good until the kernel's memory grows. */
  view(pointer: number): Float32Array {
    const { kernel, parameterCount } = this.#options;
    return kernel.views.f32.subarray(pointer / 4, pointer / 4 + parameterCount);
  }

  /** Field by field: V8 merges objects slowly, and what it makes of them stays until it collects its whole heap. */
  #optimizerStep(
    next: Tensors,
    { step, gradientSum, divisor, clipScale }: DescentStep,
  ): OptimizerStep {
    const { parameters, first, second } = this.#current;
    const { config, parameterCount } = this.#options;
    return {
      gradientSum,
      divisor,
      clipScale,
      parameters,
      first,
      second,
      count: parameterCount,
      nextParameters: next.parameters,
      nextFirst: next.first,
      nextSecond: next.second,
      weightDecay: config.weightDecay,
      l1: config.l1,
      learningRate: this.learningRate(step),
      step,
      record: this.#record,
    };
  }

  #allocate(): number {
    return this.#options.kernel.arena.allocate(4 * this.#options.parameterCount);
  }

  #allocateTensors(): Tensors {
    const [first, second] = this.stateNames;
    return {
      parameters: this.#allocate(),
      first: first === undefined ? 0 : this.#allocate(),
      second: second === undefined ? 0 : this.#allocate(),
    };
  }
}

/** The factor that shortens a gradient of this norm to `clipNorm`, or 1. */
export function clipScaleOf(gradientNorm: number, clipNorm: number | null): number {
  return clipNorm !== null && gradientNorm > clipNorm ? clipNorm / gradientNorm : 1;
}

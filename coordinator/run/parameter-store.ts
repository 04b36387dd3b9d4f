/**
 * @file The coordinator's parameters and optimizer state in one kernel memory, and the only way in which they
 * change.
 *
 * Invariant 3, commit or nothing: a step is computed from the current tensors into a second set and checked; only
 * then do the two sets change places. A refused step leaves no trace.
 */
import { assert, known } from "../../shared/assert.ts";
import { bytesOf } from "../../shared/bytes.ts";
import { drawNeighbour } from "../../shared/engine/noise.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { updateByteLength } from "../../shared/kernels/update.ts";
import { frozenPart, layoutOf } from "../../shared/model/layout.ts";
import { bestName, createOptimizer, type Optimizer } from "../../shared/optimizers/optimizer.ts";
import { learningRateAt } from "../../shared/optimizers/schedule.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { RunPlan } from "../../shared/run/plan.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";

export interface ParameterStoreOptions {
  /** Its memory holds the tensors. The reduction that feeds the store uses the same memory. */
  readonly kernel: Kernel;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  /** The run's initial parameters. Shape `[parameterCount]`; copied. */
  readonly parameters: Float32Array;
}

/** Everything that a run needs to continue with the same bits: copies that never change. */
export interface StoreSnapshot {
  /** Number of committed steps. */
  readonly step: number;
  /** Shape `[parameterCount]`. */
  readonly parameters: Float32Array;
  /** The optimizer's state tensors by name, in its order. Shape `[parameterCount]` each. */
  readonly state: ReadonlyMap<string, Float32Array>;
}

/** A step that was not committed. It is normal if a run diverges, so it is a value with a reason for people. */
export interface Divergence {
  readonly committed: false;
  readonly reason: Sentence;
}

/** The outcome of a gradient step. */
export type StepOutcome =
  | {
      readonly committed: true;
      readonly learningRate: number;
      /** L2 norm of the mean gradient, before clipping and weight decay. */
      readonly gradientNorm: number;
    }
  | Divergence;

export interface GradientStep {
  /** The step to commit; must be the store's next one. */
  readonly step: number;
  /** Pointer to the sum over the batch in the kernel's memory, shape `[parameterCount]`, float32. */
  readonly gradientSum: number;
  /** The batch size, or 1 if the loss is a sum; an integer ≥ 1, exact in float32. */
  readonly divisor: number;
}

/** Pointers to the parameters and up to two state tensors, shape `[parameterCount]` each; 0 if there is none. */
interface Tensors {
  readonly parameters: number;
  readonly first: number;
  readonly second: number;
}

export class ParameterStore {
  readonly kernel: Kernel;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly parameterCount: number;
  readonly #optimizer: Optimizer | undefined;
  readonly #record: number;
  /** The first values of every tensor, which no step changes. */
  readonly #frozenCount: number;
  /** Pointer to the best parameters so far; 0 if the run can't end early. */
  readonly #best: number;
  /** Pointer for a look-ahead point; 0 if the optimizer has none. */
  readonly #ahead: number;
  #current: Tensors;
  #next: Tensors;
  #step = 0;

  constructor({ kernel, config, plan, parameters }: ParameterStoreOptions) {
    this.kernel = kernel;
    this.parameterCount = parameters.length;
    this.config = config;
    this.plan = plan;
    const { optimizer } = config;
    this.#optimizer = optimizer.name === "local-search" ? undefined : createOptimizer(optimizer);
    this.#frozenCount = frozenPart(layoutOf(config.model), config.freeze).parameterCount;
    this.#record = kernel.arena.allocate(updateByteLength);
    this.#ahead = this.#optimizer?.lookAhead === undefined ? 0 : this.#allocate();
    this.#best = config.patience === null ? 0 : this.#allocate();
    this.#current = this.#allocateTensors();
    this.#next = this.#allocateTensors();
    this.parameters.set(parameters);
  }

  /** Number of committed steps, which is also the number of the next one. */
  get step(): number {
    return this.#step;
  }

  /** η of the next step; 0 for local search, which has none. */
  get learningRate(): number {
    const { optimizer, schedule } = this.config;
    if (optimizer.name === "local-search") return 0;
    return learningRateAt(this.#step, schedule, optimizer.learningRate, this.plan);
  }

  /** The current parameters: a view, good until the next step or until the kernel's memory grows. */
  get parameters(): Float32Array {
    return this.#view(this.#current.parameters);
  }

  /** The optimizer's state tensors by name, and the best parameters so far: views like `parameters`. */
  get state(): ReadonlyMap<string, Float32Array> {
    const { first, second } = this.#current;
    const pointers = [first, second];
    const names = this.#optimizer?.stateNames ?? [];
    const views = names.map((name, i) => [name, this.#view(pointers[i] ?? 0)] as const);
    return new Map(this.#best === 0 ? views : [...views, [bestName, this.#view(this.#best)]]);
  }

  /** The point for the next gradient: the parameters, or Nesterov's look-ahead point. A view like `parameters`. */
  pointToSend(): Float32Array {
    if (this.#optimizer?.lookAhead === undefined) return this.parameters;
    const target = { ...this.#next, parameters: this.#ahead };
    this.#optimizer.lookAhead(this.kernel, this.#optimizerStep(target, { gradientSum: 0 }));
    return this.#view(this.#ahead);
  }

  /** `pointToSend` as a copy in little-endian bytes, which can be sent to many workers and read at any time. */
  encodePoint(): Uint8Array {
    return copyOf(this.pointToSend());
  }

  /** `parameters` as a copy in little-endian bytes. */
  encodeParameters(): Uint8Array {
    return copyOf(this.parameters);
  }

  /**
   * Applies one step of the optimizer and advances `step`, or refuses and changes nothing.
   *
   * The order is: mean ← gradientSum / divisor; its L2 norm, in float64; if that is above `clipNorm`, scale the
   * mean by clipNorm / norm; then weight decay and the optimizer's rule (`shared/kernels/plain/optimizers.ts`).
   *
   * @throws If `step` is not the next one or the run has no gradient optimizer (bugs in the caller).
   */
  applyStep({ step, gradientSum, divisor }: GradientStep): StepOutcome {
    const optimizer = known(this.#optimizer, "local search follows no gradient");
    assert(step === this.#step, `step ${this.#step} comes next, got ${step}`);
    assert(Math.fround(divisor) === divisor && divisor >= 1, `divisor ${divisor} is no batch size`);
    const sum = this.kernel.functions.sumOfSquares(gradientSum, this.parameterCount);
    if (!Number.isFinite(sum)) return diverged(sentence("gradient-not-finite"));
    const gradientNorm = Math.sqrt(sum) / divisor;
    const { learningRate } = this;
    const clipScale = clipScaleOf(gradientNorm, this.config.clipNorm);
    const scalars = { gradientSum, divisor, clipScale };
    optimizer.step(this.kernel, this.#optimizerStep(this.#next, scalars));
    this.#keepFrozen();
    if (!this.#isFinite(this.#next)) return diverged(sentence("update-not-finite"));
    this.#commit();
    return { committed: true, learningRate, gradientNorm };
  }

  /**
   * Makes one candidate of a local-search step the parameters and advances `step`, or refuses and changes nothing.
   *
   * @param candidate - 0 stays at the current point; c ≥ 1 is w + σ · noise(seed, step, c), the same draw as the
   *   workers'.
   * @throws If `step` is not the next one or the run is not a local search (bugs in the caller).
   */
  applyCandidate(step: number, candidate: number): { readonly committed: true } | Divergence {
    const { optimizer, seed } = this.config;
    assert(optimizer.name === "local-search", `${optimizer.name} has no candidates`);
    assert(step === this.#step, `step ${this.#step} comes next, got ${step}`);
    const next = this.#view(this.#next.parameters);
    if (candidate === 0) next.set(this.parameters);
    else drawNeighbour(next, this.parameters, { seed, step, candidate, sigma: optimizer.sigma });
    if (!this.#isFinite(this.#next)) return diverged(sentence("update-not-finite"));
    this.#commit();
    return { committed: true };
  }

  /** Remembers the current parameters as the best ones, in a run that may end early. */
  keepBest(): void {
    assert(this.#best !== 0, "the run keeps its best parameters");
    this.#view(this.#best).set(this.parameters);
  }

  /** Makes the best parameters the current ones, at the end of the run. */
  takeBest(): void {
    assert(this.#best !== 0, "the run keeps its best parameters");
    this.parameters.set(this.#view(this.#best));
  }

  /** A complete copy of everything that the run needs to start again from here. */
  snapshot(): StoreSnapshot {
    const state = new Map([...this.state].map(([name, tensor]) => [name, tensor.slice()]));
    return { step: this.#step, parameters: this.parameters.slice(), state };
  }

  /**
   * Continues from a snapshot, bit for bit.
   *
   * @throws If its tensors do not match this run. Code that reads a file must check its contents first.
   */
  restore({ step, parameters, state }: StoreSnapshot): void {
    const expected = this.state;
    assert(
      state.size === expected.size && [...expected.keys()].every((name) => state.has(name)),
      `the optimizer's state is [${[...expected.keys()].join()}], got [${[...state.keys()].join()}]`,
    );
    this.#fill(this.parameters, parameters);
    for (const [name, tensor] of expected) this.#fill(tensor, known(state.get(name), name));
    this.#step = step;
  }

  /** The frozen layers and their optimizer state stay as they were, whatever decay or momentum would do. */
  #keepFrozen(): void {
    for (const name of ["parameters", "first", "second"] as const) {
      const pointer = this.#current[name];
      if (pointer === 0) continue;
      const kept = this.#view(pointer).subarray(0, this.#frozenCount);
      this.#view(this.#next[name]).set(kept);
    }
  }

  #commit(): void {
    [this.#current, this.#next] = [this.#next, this.#current];
    this.#step += 1;
  }

  #optimizerStep(
    next: Tensors,
    {
      gradientSum,
      divisor = 1,
      clipScale = 1,
    }: {
      readonly gradientSum: number;
      readonly divisor?: number;
      readonly clipScale?: number;
    },
  ) {
    const { parameters, first, second } = this.#current;
    return {
      gradientSum,
      divisor,
      clipScale,
      parameters,
      first,
      second,
      count: this.parameterCount,
      nextParameters: next.parameters,
      nextFirst: next.first,
      nextSecond: next.second,
      weightDecay: this.config.weightDecay,
      l1: this.config.l1,
      learningRate: this.learningRate,
      step: this.#step,
      record: this.#record,
    };
  }

  #isFinite({ parameters, first, second }: Tensors): boolean {
    const pointers = [parameters, first, second].filter((pointer) => pointer !== 0);
    const { allFinite } = this.kernel.functions;
    return pointers.every((pointer) => allFinite(pointer, this.parameterCount) === 1);
  }

  #fill(target: Float32Array, values: Float32Array): void {
    assert(values.length === target.length, `${target.length} values, got ${values.length}`);
    target.set(values);
  }

  #view(pointer: number): Float32Array {
    return this.kernel.views.f32.subarray(pointer / 4, pointer / 4 + this.parameterCount);
  }

  #allocate(): number {
    return this.kernel.arena.allocate(4 * this.parameterCount);
  }

  #allocateTensors(): Tensors {
    const [first, second] = this.#optimizer?.stateNames ?? [];
    return {
      parameters: this.#allocate(),
      first: first === undefined ? 0 : this.#allocate(),
      second: second === undefined ? 0 : this.#allocate(),
    };
  }
}

/** The factor that shortens a gradient of this norm to `clipNorm`, or 1. */
function clipScaleOf(gradientNorm: number, clipNorm: number | null): number {
  return clipNorm !== null && gradientNorm > clipNorm ? clipNorm / gradientNorm : 1;
}

function diverged(reason: Sentence): Divergence {
  return { committed: false, reason };
}

/** Copies the bytes of `values` to a new buffer, without zeroing that first. */
function copyOf(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(Buffer.allocUnsafeSlow(values.byteLength).buffer);
  bytes.set(bytesOf(values));
  return bytes;
}

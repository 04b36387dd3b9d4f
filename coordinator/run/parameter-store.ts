/**
 * @file The coordinator's parameters and optimizer state in one kernel memory, and the only way in which they
 * change.
 *
 * Invariant 3, commit or nothing: a step is computed from the current tensors into a second set and checked; only
 * then do the two sets change places. A refused step leaves no trace.
 */
import { assert, assertNever, known } from "../../shared/assert.ts";
import { bytesOf } from "../../shared/bytes.ts";
import { drawNeighbour } from "../../shared/engine/noise.ts";
import { type WireForm, wireForms } from "../../shared/engine/wire-form.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { clipScaleOf, Descent } from "../../shared/optimizers/descent.ts";
import {
  bestName,
  outerVelocityName,
  previousPointName,
  sentName,
} from "../../shared/optimizers/optimizer.ts";
import { addTo, meanOf, outerStep } from "../../shared/optimizers/outer-step.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import {
  longestTensor,
  type RoundKind,
  roundKinds,
  type RoundRow,
} from "../../shared/run/kinds.ts";
import { firstInnerStep, innerRun, localStepsOf } from "../../shared/run/local-steps.ts";
import type { RunPlan } from "../../shared/run/plan.ts";
import type { PointVersion } from "../../shared/run/point-update.ts";
import { movesByUpdates, tensorLayout } from "../../shared/run/wire.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { SentPoint } from "./sent-point.ts";

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

export class ParameterStore {
  readonly kernel: Kernel;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly parameterCount: number;
  readonly #descent: Descent;
  /** In which points are sent. The parameters themselves stay float32. */
  readonly #formOf: (valueCount: number) => WireForm;
  /** What `encode` returned last. */
  #encoded: Uint8Array | undefined;
  /** Pointer to a point that is to be rounded; `undefined` until one is. */
  #staging: number | undefined;
  /** Pointer to the point of the last committed step, or of step 0 before it; 0 in a run without delay. */
  readonly #previous: number;
  /** Pointer to the best parameters so far; 0 if the run can't end early. */
  readonly #best: number;
  /** Pointers to the current and the next velocity of the outer steps; 0 in a run without local steps. */
  #outer: { readonly current: number; readonly next: number };
  /** The point that the workers have; `undefined` if every step sends a whole one. */
  readonly #sent: SentPoint | undefined;
  #step = 0;

  constructor({ kernel, config, plan, parameters }: ParameterStoreOptions) {
    this.kernel = kernel;
    this.parameterCount = parameters.length;
    this.config = config;
    this.plan = plan;
    this.#descent = new Descent({
      ...innerRun(config, plan),
      kernel,
      parameterCount: this.parameterCount,
    });
    this.#formOf = wireForms(
      kernel,
      (count) => tensorLayout(config.wire, "point", count, this.parameterCount),
      config.seed,
    );
    this.#previous = config.delay === 0 ? 0 : this.#allocate();
    this.#best = config.patience === null ? 0 : this.#allocate();
    const isLocal = config.localSteps !== null;
    this.#outer = isLocal
      ? { current: this.#allocate(), next: this.#allocate() }
      : { current: 0, next: 0 };
    this.#sent = movesByUpdates(config.wire)
      ? new SentPoint(kernel, this.parameterCount, config)
      : undefined;
    this.parameters.set(parameters);
    this.#keepPoint();
    if (this.#sent !== undefined) this.#view(this.#sent.at(-1)).set(parameters);
  }

  /** Number of committed steps, which is also the number of the next one. */
  get step(): number {
    return this.#step;
  }

  /** η of the next step, or of its first inner step; 0 for local search, which has none. */
  get learningRate(): number {
    return this.#descent.learningRate(this.#firstInnerStep);
  }

  /** The current parameters: a view, good until the next step or until the kernel's memory grows. */
  get parameters(): Float32Array {
    return this.#view(this.#descent.current.parameters);
  }

  /** The optimizer's state tensors by name, and what else the run keeps: views like `parameters`. */
  get state(): ReadonlyMap<string, Float32Array> {
    const { first, second } = this.#descent.current;
    const views = new Map(this.#descent.stateNames.map((name, i) => [name, [first, second][i]]));
    if (this.#outer.current !== 0) views.set(outerVelocityName, this.#outer.current);
    if (this.#previous !== 0) views.set(previousPointName, this.#previous);
    if (this.#best !== 0) views.set(bestName, this.#best);
    if (this.#sent !== undefined) views.set(sentName, this.#sent.at(this.#step - 1));
    return new Map([...views].map(([name, pointer]) => [name, this.#view(known(pointer, name))]));
  }

  /**
   * The point for the gradient of a step: the current one, which is the parameters or Nesterov's look-ahead point; with a
   * delay of 1, that of the step before. A view like `parameters`.
   *
   * @param step - The next one or, with a delay, the one after it.
   */
  pointToSend(step = this.#step): Float32Array {
    const isDelayed = step - this.config.delay < this.#step && this.#previous !== 0;
    return isDelayed ? this.#view(this.#previous) : this.#currentPoint;
  }

  get #currentPoint(): Float32Array {
    return this.#view(this.#descent.point(this.#firstInnerStep));
  }

  /**
   * The point of a round, as it is sent. If points move by updates and the round trains, that is not the optimizer's
   * point p, but the one that workers go on to: sent ← sent + int8(p − sent), so what rounding loses is in the next
   * update.
   *
   * @param step - For which it is sent: the next one or, with a delay, the one after it, whose points are asked for in
   *   this order.
   * @param isSent - Whether nobody reads the last whole copy any more, so that this one may take its place.
   */
  pointOf(
    kind: RoundKind,
    step = this.#step,
    isSent = false,
  ): { readonly tensor: Uint8Array; readonly version?: PointVersion } {
    const { point, trains } = roundKinds[kind];
    if (!trains || this.#sent === undefined) return { tensor: this.encode(point, step, isSent) };
    const [parameters, ...rest] = this.#tensorsOf(point, step);
    const { next, update, from, digest } = this.#sent.move(step, known(parameters, "a point"));
    const tensor = this.#encode([next, ...rest]);
    const moved = copyOf([update, tensor.subarray(4 * this.parameterCount)]);
    return { tensor, version: { digest, update: { from, tensor: moved } } };
  }

  /**
   * A point in the run's wire form: a copy, which can be sent to many workers.
   *
   * @param step - As for `pointOf`.
   * @param isSent - As for `pointOf`.
   */
  encode(point: RoundRow["point"], step = this.#step, isSent = false): Uint8Array {
    const spare = isSent ? this.#encoded : undefined;
    return (this.#encoded = this.#encode(this.#tensorsOf(point, step), spare));
  }

  #encode(tensors: readonly Float32Array[], spare?: Uint8Array): Uint8Array {
    // Copied before the form takes memory, which the kernel's may grow for. A rounded point has another length.
    const bytes = copyOf(tensors, spare);
    const form = this.#formOf(bytes.length / 4);
    if (!form.isRounded) return bytes;
    const staging = this.#stagingOf();
    this.kernel.views.u8.set(bytes, staging);
    return copyOf([form.pack(staging)], spare);
  }

  /**
   * The tensors of a point, one behind the other. `state` is what replicas start from: the parameters, and behind them
   * the optimizer's tensors, in its order.
   */
  #tensorsOf(point: RoundRow["point"], step: number): readonly Float32Array[] {
    switch (point) {
      case "parameters":
        return [this.parameters];
      case "look-ahead":
        return [this.pointToSend(step)];
      case "state": {
        const { first, second } = this.#descent.current;
        const tensors = [first, second].filter((pointer) => pointer !== 0);
        return [this.parameters, ...tensors.map((pointer) => this.#view(pointer))];
      }
      default:
        return assertNever(point);
    }
  }

  /** `parameters` as a copy in little-endian bytes. */
  encodeParameters(): Uint8Array {
    return copyOf([this.parameters]);
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
    assert(step === this.#step, `step ${this.#step} comes next, got ${step}`);
    assert(Math.fround(divisor) === divisor && divisor >= 1, `divisor ${divisor} is no batch size`);
    const sum = this.kernel.functions.sumOfSquares(gradientSum, this.parameterCount);
    if (!Number.isFinite(sum)) return diverged(sentence("gradient-not-finite"));
    const gradientNorm = Math.sqrt(sum) / divisor;
    const { learningRate } = this;
    const clipScale = clipScaleOf(gradientNorm, this.config.clipNorm);
    this.#descent.compute({ step, gradientSum, divisor, clipScale });
    if (!this.#descent.isNextFinite) return diverged(sentence("update-not-finite"));
    this.#commit();
    return { committed: true, learningRate, gradientNorm };
  }

  /**
   * Takes the outer step of a run with local steps: the replicas' mean moves the parameters, and the mean of their
   * optimizers' tensors becomes the optimizer's state. Advances `step`, or refuses and changes nothing.
   *
   * @param sum - Over all replicas: of the parameters at which they ended, or of what these have changed by if nodes are
   *   rounded; and behind them of the optimizer's tensors.
   * @throws If `step` is not the next one or the run has no local steps (bugs in the caller).
   */
  applyReplicas(
    step: number,
    sum: Float32Array,
  ): { readonly committed: true; readonly learningRate: number } | Divergence {
    const local = localStepsOf(this.config);
    assert(step === this.#step, `step ${this.#step} comes next, got ${step}`);
    const { next } = this.#descent;
    const pointers = [next.parameters, next.first, next.second].filter((pointer) => pointer !== 0);
    const { parameterCount, learningRate } = this;
    assert(sum.length === pointers.length * parameterCount, `the state, got ${sum.length} values`);
    for (const [i, pointer] of pointers.entries()) {
      const part = sum.subarray(i * parameterCount, (i + 1) * parameterCount);
      meanOf(this.#view(pointer), part, local.replicas);
    }
    if (this.config.wire !== "float32") addTo(this.#view(next.parameters), this.parameters);
    this.#descent.keepFrozen();
    const nextVelocity = this.#view(this.#outer.next);
    const mean = this.#view(next.parameters);
    const velocity = this.#view(this.#outer.current);
    outerStep({ parameters: this.parameters, velocity, mean, nextVelocity }, local);
    const isFinite = this.kernel.functions.allFinite(this.#outer.next, parameterCount) === 1;
    if (!isFinite || !this.#descent.isNextFinite) return diverged(sentence("update-not-finite"));
    this.#outer = { current: this.#outer.next, next: this.#outer.current };
    this.#commit();
    return { committed: true, learningRate };
  }

  /**
   * Makes one candidate of a local-search step the parameters and advances `step`, or refuses and changes nothing.
   *
   * @param candidate - 0 stays at the point w that the workers have, c ≥ 1 is w + σ · noise(seed, step, c), the same draw as
   *   theirs: what was measured becomes the parameters. In float16, w is the parameters' image; in int8 it is what they
   *   were updated to.
   * @throws If `step` is not the next one or the run is not a local search (bugs in the caller).
   */
  applyCandidate(step: number, candidate: number): { readonly committed: true } | Divergence {
    const { optimizer, seed } = this.config;
    assert(optimizer.name === "local-search", `${optimizer.name} has no candidates`);
    assert(step === this.#step, `step ${this.#step} comes next, got ${step}`);
    const sent = this.#sentParameters();
    const next = this.#view(this.#descent.next.parameters);
    if (candidate === 0) next.set(sent);
    else drawNeighbour(next, sent, { seed, step, candidate, sigma: optimizer.sigma });
    if (!this.#descent.isNextFinite) return diverged(sentence("update-not-finite"));
    this.#commit();
    return { committed: true };
  }

  /** The parameters as workers have them: a view, good until the next point is encoded or the kernel's memory grows. */
  #sentParameters(): Float32Array {
    if (this.#sent !== undefined) return this.#view(this.#sent.at(this.#step));
    const form = this.#formOf(this.parameterCount);
    if (!form.isRounded) return this.parameters;
    const staging = this.#stagingOf();
    this.#view(staging).set(this.parameters);
    form.unpack(staging, form.pack(staging));
    return this.#view(staging);
  }

  #stagingOf(): number {
    return (this.#staging ??= this.kernel.arena.allocate(4 * longestTensor(this.config)));
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
    // What some tensors are of depends on the step.
    this.#step = step;
    const expected = this.state;
    assert(
      state.size === expected.size && [...expected.keys()].every((name) => state.has(name)),
      `the optimizer's state is [${[...expected.keys()].join()}], got [${[...state.keys()].join()}]`,
    );
    this.#fill(this.parameters, parameters);
    for (const [name, tensor] of expected) this.#fill(tensor, known(state.get(name), name));
  }

  #commit(): void {
    this.#keepPoint();
    this.#descent.commit();
    this.#step += 1;
  }

  /** Keeps the current point: with a delay, the next step's gradient is taken there. */
  #keepPoint(): void {
    if (this.#previous !== 0) this.#view(this.#previous).set(this.#currentPoint);
  }

  get #firstInnerStep(): number {
    return firstInnerStep(this.#step, this.config, this.plan);
  }

  #fill(target: Float32Array, values: Float32Array): void {
    assert(values.length === target.length, `${target.length} values, got ${values.length}`);
    target.set(values);
  }

  #view(pointer: number): Float32Array {
    return this.#descent.view(pointer);
  }

  #allocate(): number {
    return this.kernel.arena.allocate(4 * this.parameterCount);
  }
}

function diverged(reason: Sentence): Divergence {
  return { committed: false, reason };
}

/**
 * Copies the bytes of these arrays, one behind the other, to a buffer that has their length if there is one, else to a
 * new one, without zeroing that first.
 */
function copyOf(arrays: readonly (Float32Array | Uint8Array)[], spare?: Uint8Array): Uint8Array {
  const length = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const fits = spare?.length === length;
  const bytes = fits ? spare : new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);
  let offset = 0;
  for (const values of arrays) {
    bytes.set(bytesOf(values), offset);
    offset += values.byteLength;
  }
  return bytes;
}

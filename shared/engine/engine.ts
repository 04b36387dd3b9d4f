/**
 * @file The compute engine: one thread's share of a run. It holds the dataset, the parameters and the network in
 * one kernel's memory, and computes units one shard per call, so that its caller can pause, read messages and
 * continue. A unit's result is a pure function of the run config, the dataset, the parameters and the unit
 * (invariant 1). All memory is laid out once; no array is allocated per shard or per step.
 */
import { assert, known } from "../assert.ts";
import type { Dataset } from "../data/dataset.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { Network } from "../model/network.ts";
import { type StoredDataset, storeDataset } from "../model/stored-split.ts";
import { readsSparse } from "../model/wire.ts";
import type { RunConfig } from "../run/config.ts";
import { pointLength, type RoundKind, roundKinds, stateSizes, trainingKind } from "../run/kinds.ts";
import { innerRun } from "../run/local-steps.ts";
import { countsOf, planRun } from "../run/plan.ts";
import { isNode } from "../run/tree.ts";
import type { Unit, UnitResult } from "../run/unit.ts";
import { tensorLayout, type TensorUse } from "../run/wire.ts";
import { checkModel } from "../tasks/check.ts";
import { metricsOf } from "../tasks/tasks.ts";
import { sayAtTerminal, sentence, SentenceError } from "../words/sentence.ts";
import { CandidatesComputation } from "./candidates.ts";
import type { Computation, Computed, Workspace } from "./computation.ts";
import { EvaluationComputation } from "./evaluation.ts";
import { GradientComputation } from "./gradient.ts";
import { ReplicaComputation } from "./replica.ts";
import { Shards } from "./shards.ts";
import { type WireForm, wireForms } from "./wire-form.ts";

/** A unit produced NaN or ±∞. It fails the same way on every machine, usually because the run diverges. */
export class NonFiniteError extends SentenceError {
  override readonly name = "NonFiniteError";
}

/** The inputs of an engine. */
export interface EngineOptions {
  /** The kernel and its memory, into which the engine lays out the dataset. */
  readonly kernel: Kernel;
  readonly config: RunConfig;
  readonly dataset: Dataset;
}

/**
 * Data that engines on several threads read from one shared memory, each with its own kernel and buffers. Plain
 * values: one thread lays the data out and tells the others.
 */
export interface EngineData {
  readonly dataset: StoredDataset;
  /**
   * Pointer to the point, float32, and behind the longest point of the run to the number of its values, uint32. Setting
   * it through one of the engines sets it for all.
   */
  readonly parameters: number;
}

export interface Engine {
  readonly parameterCount: number;
  /**
   * Sets the point at which the following units are computed.
   *
   * @param bytes - As long as the point of their kind, in the form of the run's points, at any alignment; copied.
   * @throws {NonFiniteError} If a value is NaN or ±∞, or the bytes are not what the form gives for any values.
   */
  setParameters(bytes: Uint8Array): void;
  /** Makes all parameters 0. */
  clearParameters(): void;
  /** Makes `unit` the one that `advance` works on. Drops an unfinished one. */
  begin(unit: Unit): void;
  /**
   * Computes the next shard of the unit (for `candidates`: of one candidate).
   *
   * @returns The result after the last shard, `undefined` before that. Its values are a view of the kernel's
   *   memory: the next unit overwrites them, and growing that memory detaches them.
   * @throws {NonFiniteError} If the finished unit has a value that is NaN or ±∞.
   */
  advance(): UnitResult | undefined;
  /** Calls `begin`, then `advance` to the end. */
  compute(unit: Unit): UnitResult;
}

/**
 * Lays a run out in the kernel's memory.
 *
 * @throws If model and dataset don't match (the command line has already checked that).
 */
export function createEngine(options: EngineOptions): Engine {
  const { kernel, config } = options;
  return createEngineOver({ kernel, config, data: layOutData(options) });
}

/** Copies everything that `createEngineOver` needs into the kernel's memory. Throws like `createEngine`. */
export function layOutData({ kernel, config, dataset }: EngineOptions): EngineData {
  const problem = checkModel(config, dataset);
  assert(problem === undefined, () => (problem === undefined ? "" : sayAtTerminal(problem)));
  return {
    dataset: storeDataset(kernel, dataset, canBeSparse(config)),
    parameters: kernel.arena.allocate(pointBytes(config)),
  };
}

/** What a point takes in memory, with its length. */
export function pointBytes(config: RunConfig): number {
  return 4 * (pointLength(trainingKind(config), stateSizes(config)) + 1);
}

/** Sparse samples are read where they are stored, so there is no place to change them. */
function canBeSparse({ model, augment }: RunConfig): boolean {
  return readsSparse(model) && augment === null;
}

/** Creates an engine over data that are already in its kernel's memory. */
export function createEngineOver(
  options: Pick<EngineOptions, "kernel" | "config"> & { readonly data: EngineData },
): Engine {
  return new ComputeEngine(options);
}

/** The class that computes the units of each kind that trains. */
const computations = {
  gradient: GradientComputation,
  candidates: CandidatesComputation,
  replica: ReplicaComputation,
};

class ComputeEngine implements Engine {
  readonly parameterCount: number;
  readonly #workspace: Workspace;
  /** One for each kind of round that the run has. */
  readonly #computations = new Map<RoundKind, Computation>();
  /** Float32 values of the points of the run; the last ones are the longest. */
  readonly #pointLengths: readonly [number, number];
  /** In which points arrive. */
  readonly #pointFormOf: (valueCount: number) => WireForm;
  /** The current unit and its computation. */
  #unit: Unit | undefined;
  #computation: Computation | undefined;

  constructor({ kernel, config, data }: Parameters<typeof createEngineOver>[0]) {
    const { dataset, parameters } = data;
    const run = { config, plan: planRun(config, countsOf(dataset)) };
    const inner = innerRun(config, run.plan);
    const sizes = stateSizes(config);
    const { parameterCount, stateCount } = sizes;
    const layoutFor = (use: TensorUse) => (count: number) =>
      tensorLayout(config.wire, use, count, parameterCount);
    this.parameterCount = parameterCount;
    this.#pointLengths = [parameterCount, pointLength(trainingKind(config), sizes)];
    this.#pointFormOf = wireForms(kernel, layoutFor("point"), config.seed);
    this.#workspace = {
      ...inner,
      kernel,
      run,
      network: new Network(kernel, config, dataset.form),
      shards: new Shards({ ...inner, kernel, dataset }),
      parameterCount,
      stateCount,
      formOf: wireForms(kernel, layoutFor("result"), config.seed),
      parameters,
      metrics: metricsOf(config),
    };
    // A machine's speed is measured with gradients, whatever the run trains with.
    for (const kind of ["gradient", trainingKind(config)] as const) {
      if (this.#computations.has(kind)) continue;
      this.#computations.set(kind, new computations[kind](this.#workspace));
    }
    const evaluation = new EvaluationComputation(this.#workspace);
    this.#computations.set("validation", evaluation).set("test", evaluation);
  }

  setParameters(bytes: Uint8Array): void {
    const { kernel, parameters } = this.#workspace;
    const formOf = this.#pointFormOf;
    const lengths = this.#pointLengths;
    const length = lengths.find((each) => formOf(each).byteLength === bytes.length);
    assert(
      length !== undefined,
      () => `a point has ${lengths.join()} values, got ${bytes.length} bytes`,
    );
    this.#setPointLength(length);
    const isRounded = formOf(length).unpack(parameters, bytes);
    if (kernel.functions.allFinite(parameters, length) !== 1) {
      throw new NonFiniteError(sentence("parameter-not-finite"));
    }
    if (!isRounded) throw new NonFiniteError(sentence("parameters-not-rounded"));
  }

  clearParameters(): void {
    const { kernel, parameters } = this.#workspace;
    this.#setPointLength(this.parameterCount);
    kernel.views.f32.fill(0, parameters / 4, parameters / 4 + this.parameterCount);
  }

  /** Of the current point, which another thread may have set. */
  get #pointLength(): number {
    return this.#workspace.kernel.views.u32[this.#lengthIndex] ?? 0;
  }

  #setPointLength(length: number): void {
    this.#workspace.kernel.views.u32[this.#lengthIndex] = length;
  }

  get #lengthIndex(): number {
    return this.#workspace.parameters / 4 + this.#pointLengths[1];
  }

  begin(unit: Unit): void {
    const { kind, step, block } = unit;
    const { config, plan } = this.#workspace.run;
    assert(
      isNode(block, roundKinds[kind].leafCount(step, config, plan)),
      () => `[${block.start}, ${block.end}) is no ${kind} block`,
    );
    const { point } = roundKinds[kind];
    const length = this.#pointLength;
    const isLongEnough = point !== "state" || length === this.#workspace.stateCount;
    assert(isLongEnough, () => `a ${kind} starts from the state, got ${length} values`);
    this.#unit = unit;
    this.#computation = known(this.#computations.get(kind), kind);
    this.#computation.begin(unit);
  }

  advance(): UnitResult | undefined {
    const computed = known(this.#computation, "a unit was begun").advance();
    if (computed === undefined) return undefined;
    const unit = known(this.#unit, "a unit was begun");
    this.#unit = undefined;
    this.#computation = undefined;
    this.#checkFinite(computed, unit);
    const { lossSum, correct } = computed;
    return { lossSum, correct, values: this.#bytesOf(computed, unit.kind) };
  }

  compute(unit: Unit): UnitResult {
    this.begin(unit);
    for (;;) {
      const result = this.advance();
      if (result !== undefined) return result;
    }
  }

  /** As they travel. */
  #bytesOf({ pointer, valueCount }: Computed, kind: RoundKind): Uint8Array {
    const { formOf, kernel } = this.#workspace;
    if (roundKinds[kind].isRounded) return formOf(valueCount).pack(pointer);
    return new Uint8Array(kernel.memory.buffer, pointer, 4 * valueCount);
  }

  #checkFinite({ lossSum, pointer, valueCount }: Computed, { step, block }: Unit): void {
    const { allFinite } = this.#workspace.kernel.functions;
    const isFinite = allFinite(pointer, valueCount) === 1;
    if (isFinite && Number.isFinite(lossSum)) return;
    throw new NonFiniteError(
      sentence("block-not-finite", { block: `[${block.start}, ${block.end})`, step }),
    );
  }
}

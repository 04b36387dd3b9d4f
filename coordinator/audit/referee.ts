/**
 * @file The coordinator's own computation of a block. It decides whether a block can be computed at all if a worker
 * says that it can't (invariant 5: a peer's word alone ends no run), and who is right if results differ. It
 * computes on the thread that runs the training, one block at a time, while the workers continue.
 */
import { known } from "../../shared/assert.ts";
import type { Dataset } from "../../shared/data/dataset.ts";
import { createEngine, type Engine, NonFiniteError } from "../../shared/engine/engine.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { Unit, UnitResult } from "../../shared/run/unit.ts";

export interface RefereeOptions {
  /** Its memory receives the dataset and an engine's buffers when they are first needed. */
  readonly kernel: Kernel;
  readonly config: RunConfig;
  readonly dataset: Dataset;
}

export class Referee {
  readonly #options: RefereeOptions;
  #engine: Engine | undefined;

  constructor(options: RefereeOptions) {
    this.#options = options;
  }

  /** Lays out the memory for computing, including a copy of the dataset. Otherwise the first unit does it. */
  prepare(): void {
    this.#engine ??= createEngine(this.#options);
  }

  /**
   * The result of a unit, or `undefined` if one of its values is NaN or infinite.
   *
   * @param parameters - The point: `[parameterCount]` in the run's wire form, as sent to the workers.
   * @returns Its values are a view. The next call overwrites it, and growing the kernel's memory detaches it.
   */
  compute(unit: Unit, parameters: Uint8Array): UnitResult | undefined {
    this.prepare();
    const engine = known(this.#engine, "it is prepared");
    try {
      engine.setParameters(parameters);
      return engine.compute(unit);
    } catch (error) {
      if (error instanceof NonFiniteError) return undefined;
      throw error;
    }
  }
}

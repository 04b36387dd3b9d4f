/**
 * @file The coordinator's own computation of a block: settles whether one can be computed at all when a worker says that
 * it can't (invariant 5: a peer's word alone ends no run), and who is right when results differ. It computes in the
 * thread that runs the training, one block at a time, while workers go on with theirs.
 */
import { known } from "../../shared/assert.ts";
import type { Dataset } from "../../shared/data/dataset.ts";
import { createEngine, type Engine, NonFiniteError } from "../../shared/engine/engine.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { Unit, UnitResult } from "../../shared/run/unit.ts";

export interface RefereeOptions {
  /** Its memory gets the dataset and an engine's buffers when they are needed. */
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

  /** Lays out the memory that computing takes, a copy of the dataset; else the first unit does. */
  prepare(): void {
    this.#engine ??= createEngine(this.#options);
  }

  /**
   * The result of a unit, or `undefined` where a value of it is NaN or infinite.
   *
   * @param parameters - Where it is taken: `[parameterCount]` little-endian float32, as it was sent to the workers.
   * @returns Its values are a view that the next call overwrites, and that growing the kernel's memory detaches.
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

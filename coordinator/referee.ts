/**
 * @file Settles whether a block can be computed when a worker says that it can't: the coordinator computes it itself.
 * Either the run has diverged, or the worker is at fault (invariant 5: a peer's word alone ends no run). The memory
 * for it is taken when it is first needed, which in most runs is never.
 */
import type { Dataset } from "../shared/data/dataset.ts";
import type { Kernel } from "../shared/kernels/kernel.ts";
import type { RunConfig } from "../shared/run/config.ts";
import { createEngine, type Engine, NonFiniteError } from "../shared/run/engine.ts";
import type { Unit } from "../shared/run/unit.ts";

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

  /**
   * Whether a unit has a finite result.
   *
   * @param parameters - Where it is taken: `[parameterCount]` little-endian float32, as it was sent to the worker.
   */
  canCompute(unit: Unit, parameters: Uint8Array): boolean {
    this.#engine ??= createEngine(this.#options);
    try {
      this.#engine.setParameters(parameters);
      this.#engine.compute(unit);
      return true;
    } catch (error) {
      if (error instanceof NonFiniteError) return false;
      throw error;
    }
  }
}

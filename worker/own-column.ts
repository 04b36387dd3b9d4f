/**
 * @file This worker's own column of the promedio table: the mean gradient of a few parameters over the samples that it
 * computed in one step. Only shown, never used: its sums are plain float64.
 */
import type { Shape } from "../shared/model/layer-kind.ts";
import type { ModelConfig } from "../shared/model/model-config.ts";
import { parameterName } from "../shared/model/parameter-name.ts";
import { chooseParameters } from "../shared/model/shown-parameters.ts";
import type { Sentence } from "../shared/words/sentence.ts";

/** A step of which all of this worker's blocks are there, because it has begun the next one. */
export interface OwnColumnView {
  readonly step: number;
  /** How many samples of the step this worker computed. */
  readonly samples: number;
  readonly rows: readonly { readonly name: Sentence; readonly gradient: number }[];
}

export class OwnColumn {
  readonly #parameters: readonly { readonly parameter: number; readonly name: Sentence }[];
  #sums: number[];
  #samples = 0;
  #step = -1;
  #shown: OwnColumnView | null = null;

  /** @param featureShape - The shape of one sample. */
  constructor(model: ModelConfig, featureShape: Shape) {
    this.#parameters = chooseParameters(model, featureShape).map((parameter) => ({
      parameter,
      name: parameterName(model, featureShape, parameter).short,
    }));
    this.#sums = this.#parameters.map(() => 0);
  }

  /**
   * A block of a step was computed.
   *
   * @param values - Its gradientSum, shape `[parameterCount]`; read only.
   * @param samples - How many samples the block has; at least 1.
   */
  add(step: number, values: Float32Array, samples: number): void {
    if (step !== this.#step) this.#begin(step);
    this.#samples += samples;
    for (const [row, { parameter }] of this.#parameters.entries()) {
      this.#sums[row] = (this.#sums[row] ?? 0) + (values[parameter] ?? Number.NaN);
    }
  }

  /** The newest complete step; `null` before there is one. */
  get view(): OwnColumnView | null {
    return this.#shown;
  }

  #begin(step: number): void {
    const [sums, samples] = [this.#sums, this.#samples];
    if (samples > 0) {
      const rows = this.#parameters.map(({ name }, row) => ({
        name,
        gradient: (sums[row] ?? 0) / samples,
      }));
      this.#shown = { step: this.#step, samples, rows };
    }
    this.#step = step;
    this.#samples = 0;
    this.#sums = this.#parameters.map(() => 0);
  }
}

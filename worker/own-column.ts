/**
 * @file This worker's own column of the promedio table: the mean gradient of a few parameters over the samples that it
 * computed in one step. Only shown, never used: its sums are plain float64.
 */
import { valueIn } from "../shared/engine/wire-form.ts";
import type { Shape } from "../shared/model/layer-kind.ts";
import { parameterCount } from "../shared/model/layout.ts";
import { parameterName } from "../shared/model/parameter-name.ts";
import { chooseParameters } from "../shared/model/shown-parameters.ts";
import type { RunConfig } from "../shared/run/config.ts";
import type { WireName } from "../shared/run/wire.ts";
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

  readonly #wire: WireName;
  readonly #parameterCount: number;

  /** @param featureShape - The shape of one sample. */
  constructor({ model, wire }: Pick<RunConfig, "model" | "wire">, featureShape: Shape) {
    this.#wire = wire;
    this.#parameterCount = parameterCount(model);
    this.#parameters = chooseParameters(model, featureShape).map((parameter) => ({
      parameter,
      name: parameterName(model, featureShape, parameter).short,
    }));
    this.#sums = this.#parameters.map(() => 0);
  }

  /**
   * A block of a step was computed.
   *
   * @param tensor - Its gradientSum, shape `[parameterCount]`, as it travels; read only.
   * @param samples - How many samples the block has; at least 1.
   */
  add(step: number, tensor: Uint8Array, samples: number): void {
    if (step !== this.#step) this.#begin(step);
    this.#samples += samples;
    for (const [row, { parameter }] of this.#parameters.entries()) {
      const value = valueIn(tensor, parameter, this.#wire, this.#parameterCount);
      this.#sums[row] = (this.#sums[row] ?? 0) + value;
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

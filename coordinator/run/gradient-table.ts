/**
 * @file The promedio table: for a few parameters, each worker's mean gradient over its own samples, and the average
 * of all. Only shown, never used: its sums are plain float64 in order of arrival.
 */
import { known } from "../../shared/assert.ts";
import { layoutOf } from "../../shared/model/layout.ts";
import type { ModelConfig } from "../../shared/model/model-config.ts";
import type { GradientTableView } from "./view.ts";

interface Column {
  readonly sums: Float64Array;
  samples: number;
}

/** Collects the columns of one step while its results arrive, and keeps the last complete step for display. */
export class GradientTable {
  readonly #parameters: readonly number[];
  #open = new Map<string, Column>();
  #openStep = 0;
  #complete = new Map<string, Column>();
  #completeStep: number | undefined;

  constructor(model: ModelConfig) {
    this.#parameters = chooseParameters(model);
  }

  begin(step: number): void {
    this.#openStep = step;
    this.#open.clear();
  }

  /**
   * @param worker - Name of its column.
   * @param tensor - gradientSum of one block, little-endian float32; read only.
   * @param samples - How many samples the block has.
   */
  add(worker: string, tensor: Uint8Array, samples: number): void {
    let column = this.#open.get(worker);
    if (column === undefined) {
      column = { sums: new Float64Array(this.#parameters.length), samples: 0 };
      this.#open.set(worker, column);
    }
    column.samples += samples;
    const view = new DataView(tensor.buffer, tensor.byteOffset, tensor.byteLength);
    for (const [row, parameter] of this.#parameters.entries()) {
      column.sums[row] = (column.sums[row] ?? 0) + view.getFloat32(4 * parameter, true);
    }
  }

  /** The step is committed, so its columns are complete. */
  end(): void {
    if (this.#open.size === 0) return;
    [this.#complete, this.#open] = [this.#open, this.#complete];
    this.#completeStep = this.#openStep;
  }

  /**
   * The last complete step; `null` before the first, and for runs without gradients.
   *
   * @param present - Names of the connected workers. Columns are in this order, followed by those of workers that
   *   have left. If there are only a few workers, they keep their columns in steps without a share, so that the
   *   table is readable.
   */
  table(present: readonly string[]): GradientTableView | null {
    if (this.#completeStep === undefined) return null;
    const complete = this.#complete;
    const here = present.filter((name) => complete.has(name) || present.length <= columnsKeptMax);
    const workers = [...new Set([...here, ...complete.keys()])];
    const columns = [...complete.values()];
    const samples = columns.reduce((sum, column) => sum + column.samples, 0);
    const rows = this.#parameters.map((parameter, row) => ({
      parameter,
      gradients: workers.map((name) => meanOf(complete.get(name), row)),
      average: columns.reduce((sum, column) => sum + (column.sums[row] ?? 0), 0) / samples,
    }));
    return { step: this.#completeStep, workers, rows };
  }
}

/** As many columns as fit on most screens. */
const columnsKeptMax = 8;

function meanOf(column: Column | undefined, row: number): number | null {
  return column === undefined ? null : (column.sums[row] ?? 0) / column.samples;
}

/**
 * Six interesting parameters: three weights of the middle input (an image's border never has a gradient), the first
 * one of the second and of the last layer with parameters, and the very last.
 */
function chooseParameters(model: ModelConfig): number[] {
  const { layers, parameterCount } = layoutOf(model);
  const firsts = layers.flatMap(({ tensors: [first] }) => (first === undefined ? [] : [first]));
  const { shape, end } = known(firsts[0], "a model has parameters");
  const [inputs = 1] = shape;
  const middle = (middleInput(inputs) * end) / inputs;
  const starts = [firsts[1]?.start, firsts.at(-1)?.start];
  const wanted = [middle, middle + 1, middle + 2, ...starts, parameterCount - 1];
  const inside = wanted.filter(
    (index): index is number => index !== undefined && index < parameterCount,
  );
  return [...new Set(inside)].toSorted((a, b) => a - b);
}

/** The middle input: the centre of a square picture, or else the middle of the row. */
function middleInput(inputs: number): number {
  const side = Math.round(Math.sqrt(inputs));
  const half = Math.floor(side / 2);
  return side * side === inputs ? half * side + half : Math.floor(inputs / 2);
}

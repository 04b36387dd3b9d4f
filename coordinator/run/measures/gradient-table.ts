/**
 * @file The promedio table: for a few parameters, each worker's mean gradient over its own samples, and the average over
 * all samples. Only shown, never used: its sums are plain float64 in order of arrival.
 *
 * It shows the newest step in which at least as many of the connected workers took part as in the step shown before, so
 * that the smaller batch at the end of an epoch, which gives work to few, does not hide the others.
 */
import { known } from "../../../shared/assert.ts";
import { valueIn } from "../../../shared/engine/wire-form.ts";
import type { Shape } from "../../../shared/model/layer-kind.ts";
import { parameterCount } from "../../../shared/model/layout.ts";
import {
  type DataNames,
  parameterName,
  type ParameterName,
} from "../../../shared/model/parameter-name.ts";
import { chooseParameters } from "../../../shared/model/shown-parameters.ts";
import type { RunConfig } from "../../../shared/run/config.ts";
import type { WireName } from "../../../shared/run/wire.ts";
import type { GradientTableView } from "../view.ts";

interface Column {
  readonly sums: Float64Array;
  samples: number;
}

interface Columns {
  readonly step: number;
  readonly byWorker: ReadonlyMap<string, Column>;
}

/** A step is shown for at most this many steps if none with as many workers follows. */
const stepsShownMax = 100;
/** As many columns as fit on most screens. */
const columnsKeptMax = 8;

/** Collects the columns of the open steps while their results arrive, and keeps one complete step for display. */
export class GradientTable {
  readonly #parameters: readonly (ParameterName & { readonly parameter: number })[];
  /** By the number of the step. */
  readonly #open = new Map<number, Map<string, Column>>();
  #shown: Columns | undefined;

  readonly #wire: WireName;
  readonly #parameterCount: number;

  /** @param featureShape - The shape of one sample. */
  constructor(
    { model, wire }: Pick<RunConfig, "model" | "wire">,
    featureShape: Shape,
    names: DataNames = {},
  ) {
    this.#wire = wire;
    this.#parameterCount = parameterCount(model);
    this.#parameters = chooseParameters(model, featureShape).map((parameter) => ({
      parameter,
      ...parameterName(model, featureShape, parameter, names),
    }));
  }

  begin(step: number): void {
    this.#open.set(step, new Map());
  }

  /**
   * @param step - One that has begun.
   * @param worker - Name of its column.
   * @param tensor - gradientSum of one block as it travels; read only.
   * @param samples - How many samples the block has.
   */
  add(step: number, worker: string, tensor: Uint8Array, samples: number): void {
    const columns = known(this.#open.get(step), "the step has begun");
    let column = columns.get(worker);
    if (column === undefined) {
      column = { sums: new Float64Array(this.#parameters.length), samples: 0 };
      columns.set(worker, column);
    }
    column.samples += samples;
    for (const [row, { parameter }] of this.#parameters.entries()) {
      const value = valueIn(tensor, parameter, this.#wire, this.#parameterCount);
      column.sums[row] = (column.sums[row] ?? 0) + value;
    }
  }

  /**
   * A step is committed, so its columns are complete.
   *
   * @param present - Names of the connected workers.
   */
  end(step: number, present: readonly string[]): void {
    const columns = this.#open.get(step);
    this.#open.delete(step);
    if (columns === undefined || columns.size === 0) return;
    const shown = this.#shown;
    if (shown !== undefined && step - shown.step < stepsShownMax) {
      const before = present.filter((name) => shown.byWorker.has(name)).length;
      if (columns.size < before) return;
    }
    this.#shown = { step, byWorker: columns };
  }

  /**
   * The shown step; `null` before the first, and for runs without gradients.
   *
   * @param present - Names of the connected workers. Columns are in this order, followed by those of workers that
   *   have left. If there are only a few workers, they keep their columns in steps without a share, so that the
   *   table is readable.
   */
  table(present: readonly string[]): GradientTableView | null {
    if (this.#shown === undefined) return null;
    const { step, byWorker } = this.#shown;
    const here = present.filter((name) => byWorker.has(name) || present.length <= columnsKeptMax);
    const workers = [...new Set([...here, ...byWorker.keys()])];
    const columns = [...byWorker.values()];
    const all = columns.reduce((sum, column) => sum + column.samples, 0);
    const rows = this.#parameters.map((parameter, row) => ({
      ...parameter,
      gradients: workers.map((name) => meanOf(byWorker.get(name), row)),
      average: columns.reduce((sum, column) => sum + (column.sums[row] ?? 0), 0) / all,
    }));
    const samples = workers.map((name) => byWorker.get(name)?.samples ?? 0);
    return { step, workers, samples, rows };
  }
}

function meanOf(column: Column | undefined, row: number): number | null {
  return column === undefined ? null : (column.sums[row] ?? 0) / column.samples;
}

/** @file The columns that a class has filled in: their means, and how the mean of one row settles. Pure. */
import { deviationOf, meanOf, runningMeans } from "../../models/averages.ts";

/** One parameter: its gradient in each column. */
export interface Row {
  readonly parameter: number;
  readonly values: readonly number[];
  readonly mean: number;
}

/** The rows of the table. Columns of another length are left out. @param columns - In the order in which they came. */
export function rowsOf(
  parameters: readonly number[],
  columns: readonly (readonly number[])[],
): readonly Row[] {
  const whole = columns.filter(({ length }) => length === parameters.length);
  return parameters.map((parameter, i) => {
    const values = whole.map((column) => column[i] ?? 0);
    return { parameter, values, mean: values.length === 0 ? NaN : meanOf(values) };
  });
}

/** The mean of the first 1, 2, 3 … columns, and its standard error `s/√n`. */
export function settlingOf(values: readonly number[]): readonly {
  readonly count: number;
  readonly mean: number;
  readonly error: number;
}[] {
  const order = Uint32Array.from(values.keys());
  return Array.from(runningMeans(values, order), (mean, i) => {
    const spread = deviationOf(values.slice(0, i + 1));
    return { count: i + 1, mean, error: spread / Math.sqrt(i + 1) };
  });
}

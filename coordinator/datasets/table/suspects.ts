/**
 * @file Columns that say suspiciously much about what is to be predicted. Whoever trains with them gets a high
 * accuracy and a useless model, because such a column is usually known only together with the answer. Pure.
 */
import type { RawColumn, RawTable } from "./collect.ts";
import type { TargetPlan } from "./target.ts";

export interface Suspect {
  readonly name: string;
  /** The columns that it gives away; none: it only counts the rows. */
  readonly targets: readonly string[];
}

/** Fewer rows prove nothing. */
const rowsMin = 20;
/** More rows prove no more. They are taken at equal distances, because a file may be sorted. */
const rowsMax = 5000;
/** Of the mistakes that always guessing the most frequent class makes, the share that remains. */
const mistakesMax = 0.02;
/** Rows per value of a column. If almost every row has its own value, each value predicts its row. */
const rowsPerValueMin = 5;
/** |r| between a column and the numbers to predict. */
const correlationMin = 0.999;

export function suspectsIn(table: RawTable, target: TargetPlan): readonly Suspect[] {
  if (table.rowCount < rowsMin) return [];
  const targets = table.targets.map(thinned);
  return table.columns.flatMap(({ values: all, profile, texts }): Suspect[] => {
    const { name, isSequence } = profile;
    if (isSequence) return [{ name, targets: [] }];
    const column = { profile, texts, values: thinned(all) };
    const given = target.columns.filter((_, at) => {
      const values = targets[at] ?? new Float64Array();
      return target.kind === "values" ? isSameNumber(column, values) : decides(column, values);
    });
    return given.length === 0 ? [] : [{ name, targets: given.map((each) => each.name) }];
  });
}

function thinned(values: Float64Array): Float64Array {
  const step = Math.ceil(values.length / rowsMax);
  return step === 1 ? values : values.filter((_, row) => row % step === 0);
}

function decides(column: RawColumn, classes: Float64Array): boolean {
  const mistakesWithout = classes.length - mostFrequent(countsOf(classes));
  if (mistakesWithout === 0) return false;
  return decidesByValue(column.values, classes, mistakesWithout) || separates(column, classes);
}

/** Whether each value of the column goes with almost always the same class. */
function decidesByValue(
  values: Float64Array,
  classes: Float64Array,
  mistakesWithout: number,
): boolean {
  const byValue = new Map<number, Map<number, number>>();
  for (const [row, value] of values.entries()) {
    const counts = byValue.get(value) ?? new Map<number, number>();
    const label = classes[row] ?? 0;
    counts.set(label, (counts.get(label) ?? 0) + 1);
    byValue.set(value, counts);
    if (byValue.size * rowsPerValueMin > values.length) return false;
  }
  const right = [...byValue.values()].reduce((sum, counts) => sum + mostFrequent(counts), 0);
  return values.length - right <= mistakesMax * mistakesWithout;
}

/** Whether the classes follow one another, without overlap, when the rows are sorted by a column of numbers. */
function separates({ profile, values }: RawColumn, classes: Float64Array): boolean {
  if (profile.form.type !== "number" && profile.form.type !== "date") return false;
  const rows = Uint32Array.from(values, (_, row) => row).filter((row) => {
    return !Number.isNaN(values[row]);
  });
  rows.sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const seen = new Set<number>();
  let previous: number | undefined;
  for (const [at, row] of rows.entries()) {
    const label = classes[row] ?? 0;
    if (label === previous) continue;
    const isTie = at > 0 && values[rows[at - 1] ?? 0] === values[row];
    if (isTie || seen.has(label)) return false;
    seen.add(label);
    previous = label;
  }
  return seen.size > 1;
}

/** Whether a column of numbers is the target in other words: another unit, or rounded. */
function isSameNumber({ profile, values }: RawColumn, targets: Float64Array): boolean {
  if (profile.form.type !== "number") return false;
  const rows = [...values.keys()].filter((row) => !Number.isNaN(values[row]));
  const mean = (of: Float64Array) =>
    rows.reduce((sum, row) => sum + (of[row] ?? 0), 0) / rows.length;
  const [meanX, meanY] = [mean(values), mean(targets)];
  let [xx, yy, xy] = [0, 0, 0];
  for (const row of rows) {
    const x = (values[row] ?? 0) - meanX;
    const y = (targets[row] ?? 0) - meanY;
    xx += x * x;
    yy += y * y;
    xy += x * y;
  }
  return xx > 0 && yy > 0 && Math.abs(xy) >= correlationMin * Math.sqrt(xx * yy);
}

function countsOf(values: Float64Array): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

function mostFrequent(counts: ReadonlyMap<number, number>): number {
  return Math.max(...counts.values());
}

/** @file The run with the best result among those that can be compared. Pure. */
import type { RunRecordView } from "../../run/view.ts";

/** The figures that runs are ranked by, the first that a run has; and whether more is better. */
const ranked = [
  ["rmse", false],
  ["perplexity", false],
  ["accuracy", true],
] as const;

/** Its number; `undefined` unless at least two runs were measured by the same figure of the same split and differ. */
export function bestOf(
  runs: readonly Pick<RunRecordView, "number" | "score">[],
): number | undefined {
  const scores = runs.flatMap(({ number, score }) => {
    const row = ranked.find(([name]) => score?.metrics[name] !== undefined);
    if (score === null || row === undefined) return [];
    const [name, isMoreBetter] = row;
    const value = score.metrics[name] ?? Number.NaN;
    if (!Number.isFinite(value)) return [];
    return [{ number, of: `${name} ${score.split}`, rank: isMoreBetter ? value : -value }];
  });
  const newest = scores.at(-1);
  const same = scores.filter(({ of }) => of === newest?.of);
  const most = Math.max(...same.map(({ rank }) => rank));
  const least = Math.min(...same.map(({ rank }) => rank));
  return most > least ? same.find(({ rank }) => rank === most)?.number : undefined;
}

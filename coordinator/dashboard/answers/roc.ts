/** @file How well scores tell two classes apart: the ROC curve, and what a threshold makes of them. Pure. */

/** A sample of two classes: its score in [0, 1], and whether it is of the second class. */
export interface Scored {
  readonly score: number;
  readonly isSecond: boolean;
}

export interface RocCurve {
  /** From [0, 0] to [1, 1]: shares of the first class (false alarms) and of the second (hits) above a threshold. */
  readonly points: readonly (readonly [falseAlarms: number, hits: number])[];
  /** The area below; `undefined` without samples of both classes. */
  readonly area: number | undefined;
}

/** The curve over every threshold, highest first. Samples of equal score are crossed together. */
export function rocOf(samples: readonly Scored[]): RocCurve {
  const sorted = samples.toSorted((a, b) => b.score - a.score);
  const seconds = sorted.filter(({ isSecond }) => isSecond).length;
  const firsts = sorted.length - seconds;
  if (seconds === 0 || firsts === 0) return { points: [], area: undefined };
  const points: [number, number][] = [[0, 0]];
  let [falseAlarms, hits, area] = [0, 0, 0];
  for (const [i, { score, isSecond }] of sorted.entries()) {
    if (isSecond) hits += 1;
    else falseAlarms += 1;
    if (sorted[i + 1]?.score === score) continue;
    const [x = 0, y = 0] = points.at(-1) ?? [];
    const next: [number, number] = [falseAlarms / firsts, hits / seconds];
    area += ((next[0] - x) * (y + next[1])) / 2;
    points.push(next);
  }
  return { points, area };
}

/** Counts of `[label, predicted]`: `[[first as first, first as second], [second as first, second as second]]`. */
export type TwoByTwo = readonly [readonly [number, number], readonly [number, number]];

/** A score above the threshold means the second class. */
export function countsAt(samples: readonly Scored[], threshold: number): TwoByTwo {
  const counts: [[number, number], [number, number]] = [
    [0, 0],
    [0, 0],
  ];
  for (const { score, isSecond } of samples) {
    const row = counts[isSecond ? 1 : 0];
    if (score > threshold) row[1] += 1;
    else row[0] += 1;
  }
  return counts;
}

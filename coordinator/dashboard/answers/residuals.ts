/** @file How far numbers are off: a histogram, and round marks for its axis. Pure. */

export interface Histogram {
  /** Where the first bin begins, and how wide each is. */
  readonly from: number;
  readonly width: number;
  readonly counts: readonly number[];
}

/** Bins that are symmetric around 0, so that a bias is seen; an odd number, so that the middle one is around 0. */
export function histogramOf(values: readonly number[], bins = 21): Histogram {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
  const width = (2 * largest) / bins;
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of values) {
    const bin = Math.min(Math.max(Math.floor((value + largest) / width), 0), bins - 1);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { from: -largest, width, counts };
}

/** Round numbers within a range, about `count` of them. */
export function marksIn(from: number, to: number, count = 5): readonly number[] {
  if (!(to > from)) return [];
  const rough = (to - from) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

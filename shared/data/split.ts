/**
 * @file Which samples are for training, validation and test where the data do not say. Pure: a function of the
 * samples' classes, the shares and the seed, so the same file and settings always give the same dataset.
 */
import { assert } from "../assert.ts";
import { permutation } from "../random.ts";

/** Indices of samples, ascending. */
export interface SplitIndices {
  readonly train: Uint32Array;
  /** Absent without a share for it. */
  readonly validation?: Uint32Array;
  readonly test: Uint32Array;
}

export interface SplitRequest {
  /** Number of samples. */
  readonly count: number;
  /** Class of each sample, small integers from 0. Absent: the samples have none. */
  readonly classes?: ArrayLike<number> | undefined;
  /** Share of the samples, in (0, 1). */
  readonly test: number;
  /** Share of the samples that are not for the test, in [0, 1). */
  readonly validation: number;
  readonly seed: number;
}

/** Separate streams: the validation samples do not depend on how the test samples were drawn. */
const streams = { test: 1, validation: 2 } as const;

/** Draws the test samples, and from the rest the validation samples. Each is stratified by class. */
export function splitSamples({
  count,
  classes,
  test,
  validation,
  seed,
}: SplitRequest): SplitIndices {
  const all = Uint32Array.from({ length: count }, (_, sample) => sample);
  const first = takeShare(all, { share: test, classes, seeds: [seed, streams.test] });
  if (validation === 0) return { train: first.rest, test: first.taken };
  const second = takeValidation(first.rest, { share: validation, classes, seed });
  return { train: second.rest, validation: second.taken, test: first.taken };
}

/** Draws the validation samples from `samples`, for data that come with their own test split. */
export function takeValidation(
  samples: Uint32Array,
  {
    share,
    classes,
    seed,
  }: {
    readonly share: number;
    readonly classes?: ArrayLike<number> | undefined;
    readonly seed: number;
  },
): Taken {
  return takeShare(samples, { share, classes, seeds: [seed, streams.validation] });
}

export interface Taken {
  readonly rest: Uint32Array;
  readonly taken: Uint32Array;
}

/**
 * Takes a share of the samples, the same of each class as far as whole numbers allow (largest remainders). Every
 * class keeps at least one sample in the rest, so `taken` may be smaller than asked for, even empty.
 *
 * @param samples - Ascending indices.
 * @param classes - Class of each index, not only of those in `samples`.
 */
function takeShare(
  samples: Uint32Array,
  {
    share,
    classes,
    seeds,
  }: {
    readonly share: number;
    readonly classes: ArrayLike<number> | undefined;
    readonly seeds: readonly number[];
  },
): Taken {
  assert(share > 0 && share < 1, `a share must be in (0, 1), got ${share}`);
  const groups = groupsOf(samples, classes);
  const quotas = quotasOf(
    groups.map(({ members }) => members.length),
    share,
  );
  // One byte per sample, not a set: there may be more samples than a set can hold.
  const isTaken = new Uint8Array((samples.at(-1) ?? -1) + 1);
  for (const [index, { label, members }] of groups.entries()) {
    const order = permutation(members.length, ...seeds, label);
    for (const position of order.subarray(0, quotas[index])) isTaken[members[position] ?? 0] = 1;
  }
  return {
    rest: samples.filter((sample) => isTaken[sample] === 0),
    taken: samples.filter((sample) => isTaken[sample] === 1),
  };
}

/** The samples of each class that occurs, by ascending class. */
function groupsOf(
  samples: Uint32Array,
  classes: ArrayLike<number> | undefined,
): { readonly label: number; readonly members: Uint32Array }[] {
  const labelOf = (sample: number) => classes?.[sample] ?? 0;
  const counts = new Map<number, number>();
  for (const sample of samples) counts.set(labelOf(sample), (counts.get(labelOf(sample)) ?? 0) + 1);
  const groups = new Map([...counts].map(([label, count]) => [label, new Uint32Array(count)]));
  const filled = new Map<number, number>();
  for (const sample of samples) {
    const label = labelOf(sample);
    const at = filled.get(label) ?? 0;
    const members = groups.get(label);
    if (members !== undefined) members[at] = sample;
    filled.set(label, at + 1);
  }
  return [...groups]
    .map(([label, members]) => ({ label, members }))
    .toSorted((a, b) => a.label - b.label);
}

/** How many each group gives: `share` of it rounded down, and one more for the largest remainders. */
function quotasOf(sizes: readonly number[], share: number): readonly number[] {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const wanted = Math.max(1, Math.round(total * share));
  const quotas = sizes.map((size) => Math.min(Math.floor(size * share), size - 1));
  const byRemainder = sizes
    .map((size, group) => ({
      group,
      room: size - 1,
      remainder: size * share - Math.floor(size * share),
    }))
    .toSorted((a, b) => b.remainder - a.remainder || a.group - b.group);
  let left = wanted - quotas.reduce((sum, quota) => sum + quota, 0);
  for (const { group, room } of byRemainder) {
    const quota = quotas[group] ?? 0;
    if (left <= 0 || quota >= room) continue;
    quotas[group] = quota + 1;
    left -= 1;
  }
  return quotas;
}

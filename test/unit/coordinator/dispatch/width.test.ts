/** @file How many workers a round uses, on links whose times are computed. The tests compare it with every fixed number. */
import { describe, expect, test } from "vitest";

import { type Candidate, Width, widthsUpTo } from "../../../../coordinator/dispatch/width.ts";
import { known } from "../../../../shared/assert.ts";
import { Random } from "../../../../shared/random.ts";

interface Place {
  /** Connected workers, all alike. */
  readonly workers: number;
  readonly bytesPerMs: number;
  readonly latencyMs: number;
  /** Whether all workers are on one link, or each on its own. */
  readonly isShared: boolean;
  /** Of the whole round on one worker. */
  readonly computeMs: number;
  /** Of the parameters, and of a result. */
  readonly tensorBytes: number;
}

const leaves = 64;

function candidate({ computeMs, tensorBytes }: Place, workers: number): Candidate {
  const most = Math.ceil(leaves / workers);
  return { workers, bytes: 2 * workers * tensorBytes, computeMs: (computeMs * most) / leaves };
}

function roundMs(place: Place, workers: number): number {
  const { bytes, computeMs } = candidate(place, workers);
  const onLink = place.isShared ? bytes : bytes / workers;
  return place.latencyMs + onLink / place.bytesPerMs + computeMs;
}

/** Noise of up to so much either way. */
function noisy(ms: number, random: Random, noise = 0.08): number {
  return ms * (1 + noise * (2 * random.uniform() - 1));
}

/** Milliseconds of so many rounds, on average, with what the estimate chooses. */
function chosenMs(place: Place, rounds: number, width = new Width(), random = new Random(1)) {
  let sum = 0;
  let used = 0;
  for (let round = 0; round < rounds; round++) {
    used = width.choose(place.workers, (workers) => candidate(place, workers));
    const elapsedMs = noisy(roundMs(place, used), random);
    width.observe(candidate(place, used), elapsedMs);
    sum += elapsedMs;
  }
  return { meanMs: sum / rounds, used };
}

function bestFixedMs(place: Place): number {
  const times = Array.from({ length: place.workers }, (_, i) => roundMs(place, i + 1));
  return Math.min(...times);
}

const megabit = 125;
const places: Place[] = [10, 30, 100].flatMap((rate) =>
  [2, 5, 8, 40].flatMap((workers) =>
    [true, false].flatMap((isShared) =>
      [1, 20, 400, 8000].flatMap((computeMs) =>
        [52_000, 2_700_000].map((tensorBytes) => ({
          workers,
          isShared,
          computeMs,
          tensorBytes,
          bytesPerMs: rate * megabit,
          latencyMs: 3,
        })),
      ),
    ),
  ),
);

describe("Width", () => {
  test(`is in ${places.length} places at most 10 % slower than the best fixed number of workers`, () => {
    const slow = places.flatMap((place) => {
      const ratio = chosenMs(place, 2_000).meanMs / bestFixedMs(place);
      return ratio > 1.1 ? [{ ...place, ratio }] : [];
    });
    expect(slow).toEqual([]);
  });

  test("uses one worker of 8 for a batch of 64 at 30 Mbit/s, and all for one of 6,400,000 samples", () => {
    const place = { workers: 8, isShared: true, bytesPerMs: 30 * megabit, latencyMs: 1 };
    const network = { tensorBytes: 52_000 };
    expect(chosenMs({ ...place, ...network, computeMs: 0.05 }, 100).used).toBe(1);
    expect(chosenMs({ ...place, ...network, computeMs: 5_000 }, 100).used).toBe(8);
  });

  test("uses all workers from the first round on where the link is fast, and asks for no prediction", () => {
    const width = new Width();
    for (let round = 0; round < 100; round++) {
      const used = width.choose(8, () => {
        throw new Error("there is nothing to decide");
      });
      expect(used).toBe(8);
      width.observe({ workers: 8, bytes: 832_000, computeMs: 1 }, 4);
    }
  });

  test("follows a link that becomes ten times faster, and one that becomes ten times slower", () => {
    const slow: Place = {
      workers: 8,
      isShared: true,
      bytesPerMs: 10 * megabit,
      latencyMs: 2,
      computeMs: 400,
      tensorBytes: 52_000,
    };
    const fast = { ...slow, bytesPerMs: 100 * megabit };
    const width = new Width();
    const random = new Random(2);
    for (const place of [slow, fast, slow]) {
      chosenMs(place, 1_000, width, random);
      const { meanMs } = chosenMs(place, 1_000, width, random);
      expect(meanMs / bestFixedMs(place)).toBeLessThan(1.1);
    }
  });

  test("tries all workers when a second one joins, whose bytes may be the first one's latency", () => {
    const one: Place = {
      workers: 1,
      isShared: false,
      bytesPerMs: 10 * megabit,
      latencyMs: 20,
      computeMs: 100,
      tensorBytes: 52_000,
    };
    const width = new Width();
    chosenMs(one, 50, width);
    expect(chosenMs({ ...one, workers: 2 }, 50, width).used).toBe(2);
  });

  test("describes the link once two numbers have been tried: its speed within 10 %, and its part of a round", () => {
    const place: Place = {
      workers: 8,
      isShared: true,
      bytesPerMs: 10 * megabit,
      latencyMs: 2,
      computeMs: 20,
      tensorBytes: 52_000,
    };
    const width = new Width();
    expect(width.link).toBe(undefined);
    const { used } = chosenMs(place, 200, width);
    const link = known(width.link, "a link");
    expect(link).toMatchObject({ used, available: 8 });
    expect(link.bytesPerSecond / (1000 * place.bytesPerMs)).toBeCloseTo(1, 0.1);
    expect(link.transferMs / link.roundMs).toBeGreaterThan(0.7);
  });
});

test("widths are powers of two and all: of 40 workers 1, 2, 4, 8, 16, 32 or 40", () => {
  expect(widthsUpTo(40)).toEqual([1, 2, 4, 8, 16, 32, 40]);
  expect(widthsUpTo(1)).toEqual([1]);
  expect(widthsUpTo(8)).toEqual([1, 2, 4, 8]);
});

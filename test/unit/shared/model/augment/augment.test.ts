import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { fingerprintOf } from "../../../../../coordinator/storage/checkpoint.ts";
import { createPlainKernel } from "../../../../../shared/kernels/kernel.ts";
import {
  type Augment,
  augmentSchema,
  drawMove,
  moveSeeds,
} from "../../../../../shared/model/augment/augment.ts";
import { Random } from "../../../../../shared/random.ts";
import { movesOf, movesText, moves } from "../../../../../shared/run/settings/augment-text.ts";
import {
  createWasmKernel,
  drawFloats,
  strideOf,
  Twins,
} from "../../../../support/fixtures/kernel-twins.ts";
import { testConfig } from "../../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../../support/fixtures/tiny-dataset.ts";
import { DirectRun } from "../../../../support/trainers/direct-run.ts";
import { trainSequentially } from "../../../../support/trainers/sequential-trainer.ts";

const still: Augment = { flip: false, shift: 0, crop: 0, height: 3, width: 4, channels: 1 };

/** One grey picture of 3 × 4 in both kernels, moved; 0 stands for what comes from outside. */
function moved(flip: boolean, top: number, left: number, crop = 0): number[] {
  const twins = new Twins();
  const picture = Float32Array.from({ length: 12 }, (_, i) => i + 1);
  const rows = twins.putRows(picture, 12);
  const move = twins.put(Uint32Array.of(Number(flip), top, left));
  twins.call("movePictures", rows, 16, 1, 3, 4, 1, crop, move, twins.allocate(48));
  expect(twins.differences(rows, 12)).toEqual([]);
  return Array.from(twins.plain.views.f32.subarray(rows / 4, rows / 4 + 12));
}

function draw(augment: Augment, step: number, sample: number, seed = 1) {
  const move = { flip: false, top: 0, left: 0 };
  drawMove(new Random(...moveSeeds(seed, step, sample)), augment, move);
  return move;
}

const config = (augment: Augment | null, changes = {}) =>
  testConfig({ layers: [12, 5, 3], batchSize: 20, shardSize: 3, epochs: 3, augment, ...changes });

describe("movePictures", () => {
  test("mirrors, shifts and crops a picture of 3 × 4 as worked out by hand", () => {
    expect(moved(false, 0, 0)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(moved(true, 0, 0)).toEqual([4, 3, 2, 1, 8, 7, 6, 5, 12, 11, 10, 9]);
    expect(moved(false, 1, 0)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 0, 0]);
    expect(moved(false, -1, 2)).toEqual([0, 0, 0, 0, 3, 4, 0, 0, 7, 8, 0, 0]);
    expect(moved(true, 0, -1)).toEqual([3, 2, 1, 0, 7, 6, 5, 0, 11, 10, 9, 0]);
    // Two of three rows and three of four columns, from (1, 1): the first of each is seen twice.
    expect(moved(false, 1, 1, 1)).toEqual([6, 6, 7, 8, 6, 6, 7, 8, 10, 10, 11, 12]);
  });

  test("gives the same bits on both kernels for 300 pictures of any shape, values and moves", () => {
    const side = fc.integer({ min: 1, max: 9 });
    const shape = fc.tuple(side, side, fc.constantFrom(1, 3, 4), fc.integer({ min: 1, max: 5 }));
    const at = fc.integer({ min: -12, max: 12 });
    fc.assert(
      fc.property(
        shape,
        fc.nat(),
        fc.array(fc.tuple(fc.nat(1), at, at), { minLength: 5, maxLength: 5 }),
        ([height, width, channels, count], seed, drawn) => {
          const twins = new Twins();
          const length = height * width * channels;
          const rows = twins.putRows(drawFloats(new Random(seed), count * length, 5), length);
          const crop = seed % Math.min(height, width);
          const list = twins.put(Uint32Array.from(drawn.flat()));
          const scratch = twins.allocate(4 * length);
          twins.call(
            "movePictures",
            rows,
            strideOf(length),
            count,
            height,
            width,
            channels,
            crop,
            list,
            scratch,
          );
          expect(twins.rowDifferences(rows, count, length)).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("drawMove", () => {
  test("uses every possible change about equally often in 6,000 draws", () => {
    const augment = { ...still, flip: true, shift: 1, crop: 1 };
    const counts = new Map<string, number>();
    for (let sample = 0; sample < 6000; sample++) {
      const { flip, top, left } = draw(augment, 3, sample);
      const key = `${flip} ${top} ${left}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    // −1, 0, 1 and then 0 or 1 more: −1 and 2 have one way in six, 0 and 1 two.
    const ways = new Map([
      [-1, 1],
      [0, 2],
      [1, 2],
      [2, 1],
    ]);
    expect(counts.size).toBe(2 * 4 * 4);
    for (const [key, count] of counts) {
      const [, top, left] = key.split(" ").map(Number);
      const expected = (6000 / 2) * (ways.get(top!)! / 6) * (ways.get(left!)! / 6);
      const isNear = Math.abs(count - expected) < 5 * Math.sqrt(expected);
      expect([key, isNear]).toEqual([key, true]);
    }
  });

  test("is another change for another seed, step or sample, and the same for the same", () => {
    const augment = { ...still, height: 400, width: 400, shift: 399 };
    const one = draw(augment, 5, 6);
    expect(draw(augment, 5, 6)).toEqual(one);
    expect([draw(augment, 6, 6), draw(augment, 5, 7), draw(augment, 5, 6, 2)]).not.toContainEqual(
      one,
    );
  });
});

describe("a run on changed pictures", () => {
  const grey = { ...tinyDataset(), featureShape: [3, 4] };
  const kinds: [string, Augment][] = [
    ["flip", { ...still, flip: true }],
    ["shift", { ...still, shift: 2 }],
    ["crop", { ...still, crop: 1 }],
    ["all three", { ...still, flip: true, shift: 1, crop: 2 }],
    ["colour", { flip: true, shift: 1, crop: 0, height: 2, width: 2, channels: 3 }],
  ];

  test.each(kinds)(
    "%s: 1, 2 and 5 workers give the sequential trainer's parameters on both kernels",
    (_kind, augment) => {
      const expected = fingerprintOf(trainSequentially(config(augment), grey).parameters);
      expect(expected).not.toBe(fingerprintOf(trainSequentially(config(null), grey).parameters));
      for (const [workers, createKernel] of [
        [1, createPlainKernel],
        [2, createWasmKernel],
        [5, createWasmKernel],
      ] as const) {
        const run = new DirectRun({
          config: config(augment),
          dataset: grey,
          createKernel,
          workers,
        });
        run.finish();
        expect(fingerprintOf(run.store.parameters)).toBe(expected);
      }
    },
  );

  test("floats, and local search, are changed in the same way", () => {
    const augment = kinds[3]![1];
    const floats = (split: typeof grey.train) => ({
      ...split,
      features: Float32Array.from(split.features, (byte) => Math.fround(byte / 255)),
    });
    const asFloats = { ...grey, train: floats(grey.train), test: floats(grey.test) };
    const optimizer = { name: "local-search", candidates: 4, sigma: 0.1 } as const;
    for (const changes of [{}, { optimizer }]) {
      const fingerprints = [grey, asFloats].map((dataset) => {
        const run = new DirectRun({
          config: config(augment, changes),
          dataset,
          createKernel: createWasmKernel,
          workers: 2,
        });
        run.finish();
        return fingerprintOf(run.store.parameters);
      });
      const expected = fingerprintOf(trainSequentially(config(augment, changes), grey).parameters);
      expect(fingerprints).toEqual([expected, expected]);
    }
  });
});

describe("the text of the changes", () => {
  test.each([
    ["flip", "flip"],
    ["shift=2", "shift=2"],
    [" crop=4 ,flip, shift=12", "flip,shift=12,crop=4"],
  ])("'%s' is read as %s", (given, text) => {
    expect(moves.read(given)).toBe(text);
    expect(movesText(movesOf(text)!)).toBe(text);
  });

  test.each([
    "",
    "flip=1",
    "shift",
    "shift=0",
    "shift=-1",
    "crop=1.5",
    "flip,flip",
    "rotate=3",
    "flip;crop=2",
    "crop=10000",
  ])("'%s' is refused", (given) => {
    expect(moves.read(given)).toBeUndefined();
  });

  test("a config whose shift or crop is as large as the picture is refused", () => {
    expect(augmentSchema.safeParse({ ...still, shift: 2 }).success).toBe(true);
    expect(augmentSchema.safeParse({ ...still, shift: 3 }).success).toBe(false);
    expect(augmentSchema.safeParse({ ...still, crop: 3 }).success).toBe(false);
    expect(augmentSchema.safeParse({ ...still, more: 1 }).success).toBe(false);
  });
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { type SplitIndices, splitSamples, takeValidation } from "../../../../shared/data/split.ts";
import { cases } from "../../../support/fixtures/effort.ts";

const request = fc.record({
  classes: fc.array(fc.nat(4), { minLength: 2, maxLength: 200 }),
  test: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
  validation: fc.double({ min: 0.01, max: 0.9, noNaN: true }),
  seed: fc.integer(),
});

function splitOf50(seed: number): SplitIndices {
  return splitSamples({ count: 50, test: 0.2, validation: 0, seed });
}

describe("splitSamples", () => {
  test("puts each sample in exactly one split, ascending", () => {
    fc.assert(
      fc.property(request, ({ classes, ...rest }) => {
        const split = splitSamples({ count: classes.length, classes, ...rest });
        const parts = [split.train, split.validation ?? new Uint32Array(), split.test];
        for (const part of parts) expect(part).toEqual(part.toSorted());
        const all = parts.flatMap((part) => [...part]).toSorted((a, b) => a - b);
        expect(all).toEqual(classes.map((_, sample) => sample));
      }),
      { numRuns: cases(200) },
    );
  });

  test("takes the same share of each class, give or take one sample, and leaves every class in training", () => {
    fc.assert(
      fc.property(request, ({ classes, test: share, seed }) => {
        const split = splitSamples({
          count: classes.length,
          classes,
          test: share,
          validation: 0,
          seed,
        });
        for (const label of new Set(classes)) {
          const size = classes.filter((each) => each === label).length;
          const taken = split.test.filter((sample) => classes[sample] === label).length;
          expect(Math.abs(taken - size * share)).toBeLessThanOrEqual(1);
          expect(taken).toBeLessThan(size);
        }
      }),
      { numRuns: cases(200) },
    );
  });

  test("gives 20 of 100 samples to the test and 8 of the other 80 to validation", () => {
    const split = splitSamples({ count: 100, test: 0.2, validation: 0.1, seed: 1 });
    expect([split.train.length, split.validation?.length, split.test.length]).toEqual([72, 8, 20]);
  });

  test("is the same for the same seed and another for another", () => {
    expect(splitOf50(3)).toEqual(splitOf50(3));
    expect(splitOf50(3)).not.toEqual(splitOf50(4));
    expect([...splitOf50(1).test]).toEqual([1, 2, 5, 8, 19, 21, 26, 37, 42, 46]);
  });

  test("takes nothing if every class has one sample", () => {
    const split = splitSamples({ count: 3, classes: [0, 1, 2], test: 0.5, validation: 0, seed: 1 });
    expect(split).toEqual({ train: Uint32Array.of(0, 1, 2), test: new Uint32Array() });
  });
});

test("takeValidation draws from the given samples only, by their own classes", () => {
  const classes = [0, 1, 0, 1, 0, 1, 0, 1];
  const { rest, taken } = takeValidation(Uint32Array.of(0, 1, 2, 3, 6, 7), {
    share: 0.34,
    classes,
    seed: 5,
  });
  expect(taken).toHaveLength(2);
  expect(new Set([...taken].map((sample) => classes[sample]))).toEqual(new Set([0, 1]));
  expect([...rest, ...taken].toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 6, 7]);
});

import { expect, test } from "vitest";

import { predictionOf } from "../../../../coordinator/tools/prediction.ts";

test("names the class with the largest share, and numbers classes without names", () => {
  const target = { kind: "classes", count: 3, names: ["cat", "dog", "owl"] } as const;
  expect(predictionOf([0.25, 0.625, 0.125], target)).toEqual({
    kind: "class",
    answer: "dog",
    shares: { cat: 0.25, dog: 0.625, owl: 0.125 },
  });
  expect(predictionOf([0.25, 0.75], undefined)).toMatchObject({ answer: "1" });
});

test("reads a single output as the share of the second of two classes", () => {
  const target = { kind: "classes", count: 2, names: ["no", "yes"] } as const;
  const shares = { no: 0.75, yes: 0.25 };
  expect(predictionOf([0.25], target)).toEqual({ kind: "class", answer: "no", shares });
});

test("gives numbers their unit, and flags their names", () => {
  const scales = [{ mean: 20, scale: 8 }];
  const mpg = { kind: "values", count: 1, names: ["mpg"], scales } as const;
  expect(predictionOf([0.5], mpg)).toEqual({ kind: "values", values: { mpg: 24 } });
  const flags = { kind: "flags", count: 2, names: ["sweet", "sour"] } as const;
  expect(predictionOf([0.5, 1], flags)).toEqual({
    kind: "flags",
    shares: { sweet: 0.5, sour: 1 },
  });
});

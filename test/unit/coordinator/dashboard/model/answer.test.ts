/** @file What outputs and sums mean in the words of the data. */
import { expect, test } from "vitest";

import {
  classIn,
  inUnit,
  nameIn,
  namesIn,
  scoreIn,
  sharesOf,
} from "../../../../../coordinator/dashboard/model/answer.ts";
import { targetFigures } from "../../../../../coordinator/dashboard/model/target-figures.ts";
import type { Target } from "../../../../../shared/data/dataset.ts";

const birds: Target = { kind: "classes", count: 3, names: ["Adelie", "Chinstrap", "Gentoo"] };
const miles: Target = {
  kind: "values",
  count: 1,
  names: ["mpg"],
  scales: [{ mean: 23.5, scale: 8 }],
};

test("classes have names, or numbers without them", () => {
  expect([nameIn(birds, 2), nameIn({ kind: "classes", count: 3 }, 2)]).toEqual(["Gentoo", "2"]);
  expect(namesIn(birds, { label: 0, predicted: 1 })).toEqual({
    label: "Adelie",
    predicted: "Chinstrap",
  });
});

test("values are in the unit of the data", () => {
  expect(inUnit(miles, 0, -1)).toBe(15.5);
  expect(inUnit({ kind: "values", count: 1 }, 0, -1)).toBe(-1);
});

test("one output decides between two classes, as two do", () => {
  expect(sharesOf([0.75])).toEqual([0.25, 0.75]);
  expect([classIn([0.75]), classIn([0.25]), classIn([0.2, 0.7, 0.1])]).toEqual([1, 0, 1]);
  expect([scoreIn([0.75]), scoreIn([0.25, 0.75]), scoreIn([3])]).toEqual([0.75, 0.75, 1]);
});

test("an evaluation's sums say how each class, flag or value does", () => {
  // Of 4 of class 0, 3 are right and 1 is taken for class 2; the only one of class 1 for class 0.
  const classes = targetFigures([3, 0, 1, 1, 0, 0, 0, 0, 5], birds, 10);
  expect(classes).toEqual([
    { precision: 0.75, recall: 0.75, f1: 0.75 },
    { precision: 0, recall: 0, f1: 0 },
    { precision: 5 / 6, recall: 1, f1: 10 / 11 },
  ]);
  const flags = targetFigures([6, 1, 1, 2, 10, 0, 0, 0], { kind: "flags", count: 2 }, 10);
  expect(flags).toEqual([
    { accuracy: 0.8, precision: 2 / 3, recall: 2 / 3, f1: 2 / 3 },
    { accuracy: 1, precision: 0, recall: 0, f1: 0 },
  ]);
  expect(targetFigures([4, 8, 0, 16], miles, 16)).toEqual([{ rmse: 4, mae: 4, r2: 0.75 }]);
});

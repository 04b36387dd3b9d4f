/** @file Which pointer draws on the pad, and which only touches it. */
import { expect, test } from "vitest";

import { Strokes } from "../../../../../coordinator/dashboard/model/strokes.ts";

const at = (x: number, y = 0) => ({ x, y });

test("two strokes of one finger are two lines", () => {
  const strokes = new Strokes();
  expect(strokes.begin(1, at(0), "red")).toBe(true);
  expect(strokes.move(1, [at(1), at(2)])).toBe(true);
  strokes.end(1);
  strokes.begin(1, at(5), "red");
  expect(strokes.all).toEqual([
    { spots: [at(0), at(1), at(2)], color: "red" },
    { spots: [at(5)], color: "red" },
  ]);
});

test("a second finger neither draws nor ends the first one's stroke, until that is lifted", () => {
  const strokes = new Strokes();
  strokes.begin(1, at(0), "red");
  expect(strokes.begin(2, at(100), "red")).toBe(false);
  expect(strokes.move(2, [at(101)])).toBe(false);
  strokes.end(2);
  expect(strokes.move(1, [at(1)])).toBe(true);
  expect(strokes.all).toEqual([{ spots: [at(0), at(1)], color: "red" }]);
  strokes.end(1);
  expect(strokes.move(1, [at(2)])).toBe(false);
  expect(strokes.begin(2, at(100), "red")).toBe(true);
});

test("clearing under a moving finger starts no stroke without a beginning", () => {
  const strokes = new Strokes();
  strokes.begin(1, at(0), "red");
  strokes.clear();
  strokes.move(1, [at(1)]);
  expect(strokes.all).toEqual([]);
});

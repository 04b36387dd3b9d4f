/** @file The curve as the page receives and thins it. */
import { expect, test } from "vitest";

import { column, Points } from "../../../../../coordinator/dashboard/charts/points.ts";

/** A binary message: points whose loss equals their step, half a second apart. */
function message(run: number, from: number, count: number): ArrayBuffer {
  const buffer = new ArrayBuffer(12 + 24 * count);
  new Uint32Array(buffer, 0, 3).set([run, 1, from]);
  const values = new Float32Array(buffer, 12);
  for (let i = 0; i < count; i++) {
    const step = from + i + 1;
    values.set([step, step / 2, step, 0.5, NaN, 1], 6 * i);
  }
  return buffer;
}

test("appends what follows, and starts again from 0", () => {
  const points = new Points();
  points.receive(message(1, 0, 3), 1);
  points.receive(message(1, 3, 2), 1);
  expect(points.count).toBe(5);
  points.receive(message(2, 5, 9), 1);
  expect(points.count).toBe(5);
  points.receive(message(1, 0, 2), 1);
  expect(points.count).toBe(2);
});

test("100,000 points become at most 900, each the mean of equally many", () => {
  const points = new Points();
  for (let from = 0; from < 100_000; from += 10_000) points.receive(message(1, from, 10_000), 1);
  const curve = points.curve(column.step, column.loss, 900);
  expect(curve.length).toBeLessThanOrEqual(900);
  // 112 points each: the first ends at step 112, and its mean is 56.5.
  expect(curve[0]).toEqual([112, 56.5]);
  expect(curve.at(-1)?.[0]).toBe(100_000);
});

test("leaves out unknown values and finds the time of a step", () => {
  const points = new Points();
  points.receive(message(1, 0, 10), 1);
  expect(points.curve(column.step, column.learningRate, 900)).toEqual([]);
  expect([points.secondsAt(0), points.secondsAt(4), points.secondsAt(99)]).toEqual([0, 2, 5]);
  expect(points.pace(column.step, 5)[0]).toEqual([3, 2]);
});

test("is written as one line per point, with nothing for unknown values", () => {
  const points = new Points();
  points.receive(message(1, 0, 1), 1);
  expect(points.csv()).toBe(
    "step,seconds,loss,accuracy,learningRate,gradientNorm\n1,0.5,1,0.5,,1\n",
  );
});

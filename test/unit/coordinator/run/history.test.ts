/** @file The curve of a run in a fixed amount of memory. */
import { expect, test } from "vitest";

import { History } from "../../../../coordinator/run/history.ts";

function stepOf(step: number, loss: number) {
  return { step, seconds: step / 10, loss, accuracy: 0.5, learningRate: 0.1, gradientNorm: null };
}

test("3 steps are 3 points, unknown values NaN", () => {
  const history = new History();
  for (const step of [1, 2, 3]) history.add(stepOf(step, step * 2));
  expect([history.count, history.stride]).toEqual([3, 1]);
  expect([...history.points(1, 2)]).toEqual([
    2,
    Math.fround(0.2),
    4,
    0.5,
    Math.fround(0.1),
    Number.NaN,
  ]);
});

test("8 points at most: 20 steps become 5 points of 4 steps, each the mean of its steps", () => {
  const history = new History(8);
  for (let step = 1; step <= 20; step++) history.add(stepOf(step, step));
  expect([history.count, history.stride]).toEqual([5, 4]);
  const points = history.points(0);
  const column = (field: number) => Array.from({ length: 5 }, (_, i) => points[6 * i + field]);
  expect(column(0)).toEqual([4, 8, 12, 16, 20]);
  expect(column(2)).toEqual([2.5, 6.5, 10.5, 14.5, 18.5]);
});

test("a million steps stay below 131,072 points", () => {
  const history = new History();
  for (let step = 1; step <= 1_000_000; step++) history.add(stepOf(step, 1));
  expect(history.count).toBeLessThan(131_072);
  expect(history.count * history.stride).toBeGreaterThan(1_000_000 - history.stride);
});

test("10 steps thinned to 4 points: means of 3 neighbours at the last one's step, `null` where nothing was counted", () => {
  const history = new History();
  for (let step = 1; step <= 10; step++) {
    history.add({ ...stepOf(step, step / 3), accuracy: step < 7 ? step / 100 : null });
  }
  expect(history.thinned(4)).toEqual([
    [3, 0.3, 0.66667, 0.02],
    [6, 0.6, 1.6667, 0.05],
    [9, 0.9, 2.6667, null],
    [10, 1, 3.3333, null],
  ]);
  expect(history.thinned(200)).toHaveLength(10);
  expect(new History().thinned(200)).toEqual([]);
});

test("200 points of a million steps are at most 8 kB of text", () => {
  const history = new History();
  for (let step = 1; step <= 1_000_000; step++) {
    const wave = Math.abs(Math.sin(step));
    history.add({ ...stepOf(step, wave / 7), seconds: step / 1733, accuracy: wave });
  }
  const thinned = history.thinned(200);
  expect(thinned.length).toBeGreaterThan(150);
  expect(JSON.stringify(thinned).length).toBeLessThan(8_000);
});

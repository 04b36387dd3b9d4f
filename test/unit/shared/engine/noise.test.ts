import { expect, test } from "vitest";

import { drawNeighbour } from "../../../../shared/engine/noise.ts";

const neighbour = { seed: 1, step: 2, candidate: 3, sigma: 0.5 };

function draw(change: Partial<typeof neighbour> = {}, point = new Float32Array(20_000)) {
  const target = new Float32Array(point.length);
  drawNeighbour(target, point, { ...neighbour, ...change });
  return target;
}

test("noise has mean 0 and standard deviation σ over 20,000 draws, and stays within 3.47 σ", () => {
  const noise = draw();
  const mean = noise.reduce((sum, value) => sum + value, 0) / noise.length;
  const variance = noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length;
  // Standard errors: 0.0035 for the mean, 0.5 % for the deviation.
  expect(Math.abs(mean)).toBeLessThan(0.014);
  expect(Math.sqrt(variance) / 0.5).toBeCloseTo(1, 1);
  expect(Math.max(...noise.map(Math.abs))).toBeLessThan(0.5 * 3.47);
});

test("each of seed, step and candidate gives a different neighbour, the same three the same one", () => {
  expect(draw()).toEqual(draw());
  for (const change of [{ seed: 2 }, { step: 3 }, { candidate: 4 }]) {
    expect(draw(change)).not.toEqual(draw());
  }
});

test("a neighbour is w + fround(σ · noise), in place too", () => {
  const point = Float32Array.from({ length: 100 }, (_, i) => i / 7);
  const unit = draw({ sigma: 1 }, new Float32Array(100));
  const expected = point.map((w, i) => w + Math.fround(Math.fround(0.3) * unit[i]!));
  expect(draw({ sigma: 0.3 }, point)).toEqual(expected);
  drawNeighbour(point, point, { ...neighbour, sigma: 0.3 });
  expect(point).toEqual(expected);
});

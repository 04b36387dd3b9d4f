/** @file Surfaces to descend on: their gradients, and where they are lowest. */
import { expect, test } from "vitest";

import { bowl, gradientOn, surfaces } from "../../../../coordinator/learn/models/surfaces.ts";

const all = Object.entries({ ...surfaces, steep: bowl(0.1, 10) });

test.each(all)("%s: the gradient is the difference of the values within 1e-6", (_, surface) => {
  const [h, into] = [1e-5, new Float64Array(2)];
  for (let i = 0; i <= 6; i++) {
    for (let j = 0; j <= 6; j++) {
      const x = surface.x[0] + ((surface.x[1] - surface.x[0]) * i) / 6;
      const y = surface.y[0] + ((surface.y[1] - surface.y[0]) * j) / 6;
      surface.gradient(x, y, into);
      const dx = (surface.value(x + h, y) - surface.value(x - h, y)) / (2 * h);
      const dy = (surface.value(x, y + h) - surface.value(x, y - h)) / (2 * h);
      const scale = 1 + Math.abs(dx) + Math.abs(dy);
      expect(Math.abs((into[0] ?? NaN) - dx) / scale).toBeLessThan(1e-6);
      expect(Math.abs((into[1] ?? NaN) - dy) / scale).toBeLessThan(1e-6);
    }
  }
});

test.each(all)(
  "%s: nothing on its map is lower than its minima, where the gradient is 0",
  (_, surface) => {
    const into = new Float64Array(2);
    const lowest = Math.min(...surface.minima.map(([x, y]) => surface.value(x, y)));
    for (const [x, y] of surface.minima) {
      gradientOn(surface)(Float32Array.of(x, y), into);
      expect(Math.hypot(...into)).toBeLessThan(1e-6);
      expect(surface.value(x, y)).toBeCloseTo(lowest, 9);
    }
    for (let i = 0; i <= 40; i++) {
      for (let j = 0; j <= 40; j++) {
        const x = surface.x[0] + ((surface.x[1] - surface.x[0]) * i) / 40;
        const y = surface.y[0] + ((surface.y[1] - surface.y[0]) * j) / 40;
        expect(surface.value(x, y)).toBeGreaterThanOrEqual(lowest - 1e-12);
      }
    }
  },
);

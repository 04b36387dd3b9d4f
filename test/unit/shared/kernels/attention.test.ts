import { expect, test } from "vitest";

import { Random } from "../../../../shared/random.ts";
import { drawFloats, strideOf, Twins } from "../../../support/fixtures/kernel-twins.ts";

const samples = 2;

test.each([Infinity, 43])(
  "attention: the SIMD kernel equals its plain twin byte for byte on 1…19 steps of heads of 1…19, every value of %i an edge value",
  (edgeEvery) => {
    for (let steps = 1; steps < 20; steps++) {
      const heads = (steps % 3) + 1;
      const size = ((steps * 7) % 19) + 1;
      const width = heads * size;
      const [twins, random] = [new Twins(), new Random(steps)];
      const [inputs, outputs] = [3 * steps * width, steps * width];
      const projected = twins.putRows(drawFloats(random, samples * inputs, edgeEvery), inputs);
      const deltas = twins.putRows(drawFloats(random, samples * outputs, edgeEvery), outputs);
      const y = twins.allocate(4 * samples * strideOf(outputs));
      const back = twins.allocate(4 * samples * strideOf(inputs));
      const probabilityCount = samples * heads * steps * strideOf(steps);
      const probabilities = twins.allocate(4 * probabilityCount);
      const scratch = twins.allocate(4 * steps * strideOf(steps) + 64 * Math.max(steps, size));
      const end = twins.put(new Float32Array(16).fill(7));
      const shape = [samples, steps, width, heads];
      const [ps, ys] = [strideOf(inputs), strideOf(outputs)];
      for (const causal of [0, 1]) {
        const forward = [y, ys, projected, ps, probabilities, ...shape, causal, scratch];
        twins.call("attentionForward", ...forward);
        const backward = [
          back,
          ps,
          deltas,
          ys,
          projected,
          ps,
          probabilities,
          ...shape,
          causal,
          scratch,
        ];
        twins.call("attentionBackward", ...backward);
        const found = [
          ...twins.rowDifferences(y, samples, outputs),
          ...twins.rowDifferences(back, samples, inputs),
          ...twins.differences(end, 16),
        ];
        expect(found, `${steps} steps, ${heads} heads of ${size}`).toEqual([]);
      }
    }
  },
);

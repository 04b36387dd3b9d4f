import { describe, expect, test } from "vitest";

import { Random } from "../../../../shared/random.ts";
import { bitsOf, drawFloats, strideOf, Twins } from "../../../support/fixtures/kernel-twins.ts";

interface Sizes {
  readonly samples: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** Every size from 1 to 33 in each position, while the others vary; and more samples than are copied at once. */
const shapes: Sizes[] = [
  ...Array.from({ length: 33 }, (_, i) => [
    { samples: i + 1, inputs: 7, outputs: 10 },
    { samples: (i % 5) + 1, inputs: i + 1, outputs: 16 },
    { samples: ((i * 3) % 9) + 1, inputs: (i % 6) + 1, outputs: i + 1 },
  ]).flat(),
  { samples: 131, inputs: 33, outputs: 37 },
  { samples: 257, inputs: 32, outputs: 32 },
];

describe("dense layer: the SIMD kernel equals its plain twin byte for byte", () => {
  test("forward on 1…33 samples, inputs and outputs", () => {
    for (const { samples, inputs, outputs } of shapes) {
      for (const edgeEvery of [Infinity, 11]) {
        const { twins, x, weights, biases, scratch } = layOut(
          { samples, inputs, outputs },
          edgeEvery,
        );
        const y = twins.allocate(4 * samples * strideOf(outputs));
        const [xs, ys] = [strideOf(inputs), strideOf(outputs)];
        twins.call(
          "denseForward",
          y,
          ys,
          x,
          xs,
          samples,
          weights,
          biases,
          inputs,
          outputs,
          scratch,
        );
        expect(
          twins.rowDifferences(y, samples, outputs),
          `${samples} × ${inputs} × ${outputs}`,
        ).toEqual([]);
      }
    }
  });

  test("gradients of input, weights and biases on 1…33 samples, inputs and outputs", () => {
    for (const shape of shapes) {
      const { samples, inputs, outputs } = shape;
      const { twins, x, weights, deltas, scratch } = layOut(shape, 13);
      const [xs, ds] = [strideOf(inputs), strideOf(outputs)];
      const dx = twins.allocate(4 * samples * xs);
      twins.call(
        "denseInputGradient",
        dx,
        xs,
        deltas,
        ds,
        samples,
        weights,
        inputs,
        outputs,
        scratch,
      );
      expect(
        twins.rowDifferences(dx, samples, inputs),
        `dx ${samples} × ${inputs} × ${outputs}`,
      ).toEqual([]);
      // The memory behind the gradient belongs to others, so 8 more floats are compared.
      const dw = twins.put(drawFloats(new Random(1), inputs * outputs + 8));
      const db = twins.put(drawFloats(new Random(2), outputs + 8));
      for (const first of [1, 0]) {
        twins.call(
          "denseWeightGradient",
          dw,
          x,
          xs,
          deltas,
          ds,
          samples,
          inputs,
          outputs,
          first,
          scratch,
        );
        expect(
          twins.differences(dw, inputs * outputs + 8),
          `dw ${samples} × ${inputs} × ${outputs}`,
        ).toEqual([]);
        twins.call("biasGradient", db, deltas, ds, samples, outputs, first);
        expect(twins.differences(db, outputs + 8), `db ${samples} × ${outputs}`).toEqual([]);
      }
    }
  });
});

test("a panel of sixteen columns is stored where it belongs, and nothing beside it", () => {
  for (const outputs of [1, 3, 16, 17, 33]) {
    const twins = new Twins();
    const matrix = twins.put(drawFloats(new Random(1), 5 * outputs + 8));
    const panel = twins.put(drawFloats(new Random(2), 5 * 16));
    for (let o = 0; o < outputs; o += 16) {
      twins.call("storePanel", matrix + 4 * o, outputs, panel, outputs - o, 5);
    }
    expect(twins.differences(matrix, 5 * outputs + 8), `${outputs} columns`).toEqual([]);
  }
});

describe("sparse layer", () => {
  test("equals its plain twin and the dense layer byte for byte on 1…33 samples, inputs and outputs", () => {
    for (const shape of shapes) {
      const { samples, inputs, outputs } = shape;
      const { twins, weights, biases, deltas, scratch } = layOut(shape, Infinity);
      const { bytes, matrix } = putMatrix(twins, shape);
      const ids = twins.put(Uint32Array.from({ length: samples }, (_, s) => samples - 1 - s));
      const [xs, ds] = [strideOf(inputs), strideOf(outputs)];
      const x = twins.allocate(4 * samples * xs);
      twins.call("gatherBytes", x, xs, bytes, inputs, ids, samples);
      const [y, yDense] = [twins.allocate(4 * samples * ds), twins.allocate(4 * samples * ds)];
      twins.call(
        "sparseForward",
        y,
        ds,
        matrix,
        ids,
        samples,
        weights,
        biases,
        inputs,
        outputs,
        scratch,
      );
      twins.call(
        "denseForward",
        yDense,
        ds,
        x,
        xs,
        samples,
        weights,
        biases,
        inputs,
        outputs,
        scratch,
      );
      expect(
        twins.rowDifferences(y, samples, outputs),
        `y ${samples} × ${inputs} × ${outputs}`,
      ).toEqual([]);
      for (let s = 0; s < samples; s++) {
        expect(isSame(twins, y + 4 * s * ds, yDense + 4 * s * ds, outputs)).toBe(true);
      }
      const count = inputs * outputs + 8;
      const dw = twins.put(drawFloats(new Random(1), count));
      const dwDense = twins.put(drawFloats(new Random(2), count));
      for (const first of [1, 0]) {
        twins.call(
          "sparseWeightGradient",
          dw,
          matrix,
          ids,
          samples,
          deltas,
          ds,
          inputs,
          outputs,
          first,
          scratch,
        );
        twins.call(
          "denseWeightGradient",
          dwDense,
          x,
          xs,
          deltas,
          ds,
          samples,
          inputs,
          outputs,
          first,
          scratch,
        );
        expect(
          twins.differences(dw, inputs * outputs + 8),
          `dw ${samples} × ${inputs} × ${outputs}`,
        ).toEqual([]);
        expect(isSame(twins, dw, dwDense, inputs * outputs)).toBe(true);
      }
    }
  });
});

function layOut({ samples, inputs, outputs }: Sizes, edgeEvery: number) {
  const twins = new Twins();
  const random = new Random(samples, inputs, outputs);
  return {
    twins,
    x: twins.putRows(drawFloats(random, samples * inputs, edgeEvery), inputs),
    deltas: twins.putRows(drawFloats(random, samples * outputs, edgeEvery), outputs),
    weights: twins.put(drawFloats(random, inputs * outputs, edgeEvery)),
    biases: twins.put(drawFloats(random, outputs)),
    scratch: twins.allocate(64 * Math.max(inputs, outputs, 128)),
  };
}

/** Bytes, about two thirds of them zero, dense and as compressed sparse rows. */
function putMatrix(twins: Twins, { samples, inputs }: Sizes) {
  const random = new Random(samples, inputs);
  const bytes = Uint8Array.from({ length: samples * inputs }, () =>
    random.below(3) === 0 ? random.below(256) : 0,
  );
  const rowStarts = [0];
  const columns: number[] = [];
  const values: number[] = [];
  for (let s = 0; s < samples; s++) {
    for (let i = 0; i < inputs; i++) {
      const value = bytes[s * inputs + i]!;
      if (value !== 0) [columns[columns.length], values[values.length]] = [i, value];
    }
    rowStarts.push(columns.length);
  }
  const pointers = Uint32Array.of(
    twins.put(Uint32Array.from(rowStarts)),
    twins.put(Uint16Array.from(columns)),
    twins.put(Uint8Array.from(values)),
    twins.put(Float32Array.from({ length: 256 }, (_, byte) => byte / 255)),
  );
  return { bytes: twins.put(bytes), matrix: twins.put(pointers) };
}

/** Whether the SIMD kernel left the same bits in two places. */
function isSame({ wasm }: Twins, left: number, right: number, count: number): boolean {
  const { f32 } = wasm.views;
  const [a, b] = [left, right].map((at) => bitsOf(f32.slice(at / 4, at / 4 + count)));
  return String(a) === String(b);
}

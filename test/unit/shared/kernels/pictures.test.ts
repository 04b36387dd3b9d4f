import { describe, expect, test } from "vitest";

import {
  type ConvolutionShape,
  convolutionScratchBytes,
  convolutionShapeByteLength,
  writeConvolutionShape,
} from "../../../../shared/kernels/convolution-shape.ts";
import { Random } from "../../../../shared/random.ts";
import { drawFloats, strideOf, Twins } from "../../../support/fixtures/kernel-twins.ts";

interface Case {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly outputs: number;
  readonly kernel: number;
  readonly stride: number;
  readonly isSame: boolean;
}

/** Every size, channel count and kernel in turn, with and without a frame. */
const cases: Case[] = Array.from({ length: 18 }, (_, i) => ({
  height: 3 + ((i * 5) % 7),
  width: 3 + ((i * 3) % 11),
  channels: 1 + ((i * 4) % 9),
  outputs: 1 + ((i * 7) % 18),
  kernel: 1 + (i % 3),
  stride: 1 + (Math.floor(i / 3) % 3),
  isSame: i % 2 === 0,
}));

function shapeOf({ height, width, channels, outputs, kernel, stride, isSame }: Case) {
  const added = isSame ? kernel - 1 : 0;
  return {
    height,
    width,
    channels,
    outputHeight: Math.floor((height + added - kernel) / stride) + 1,
    outputWidth: Math.floor((width + added - kernel) / stride) + 1,
    outputs,
    kernel,
    stride,
    before: Math.floor(added / 2),
    frameHeight: height + added,
    frameWidth: width + added,
  } satisfies ConvolutionShape;
}

const samples = 3;

/** Random pictures, kernels and deltas in both memories; every `edgeEvery`-th value is an edge value. */
function layOut(shape: ConvolutionShape, edgeEvery: number) {
  const twins = new Twins();
  const random = new Random(shape.height, shape.outputs, shape.kernel);
  const inputs = shape.height * shape.width * shape.channels;
  const outputs = shape.outputHeight * shape.outputWidth * shape.outputs;
  const weightCount = shape.kernel ** 2 * shape.channels * shape.outputs;
  const record = twins.allocate(convolutionShapeByteLength);
  for (const { views } of [twins.wasm, twins.plain]) writeConvolutionShape(views, record, shape);
  return {
    twins,
    inputs,
    outputs,
    weightCount,
    record,
    x: twins.putRows(drawFloats(random, samples * inputs, edgeEvery), inputs),
    deltas: twins.putRows(drawFloats(random, samples * outputs, edgeEvery), outputs),
    weights: twins.put(drawFloats(random, weightCount, edgeEvery)),
    biases: twins.put(drawFloats(random, shape.outputs)),
    y: twins.allocate(4 * samples * strideOf(outputs)),
    dx: twins.allocate(4 * samples * strideOf(inputs)),
    scratch: twins.allocate(convolutionScratchBytes(shape)),
    end: twins.put(new Float32Array(16).fill(7)),
  };
}

describe.each([Infinity, 41, 5])("every value of %i an edge value", (edgeEvery) => {
  test("convolution: the SIMD kernel equals its plain twin byte for byte on odd sizes", () => {
    for (const each of cases) {
      const named = JSON.stringify(each);
      const shape = shapeOf(each);
      const all = layOut(shape, edgeEvery);
      const { twins, x, weights, biases, record, scratch, deltas, y, dx } = all;
      const [xs, ys] = [strideOf(all.inputs), strideOf(all.outputs)];
      const forward = [y, ys, x, xs, samples, weights, biases, record, scratch];
      twins.call("convolutionForward", ...forward);
      expect(twins.rowDifferences(y, samples, all.outputs), `y ${named}`).toEqual([]);
      const backward = [dx, xs, deltas, ys, samples, weights, record, scratch];
      twins.call("convolutionInputGradient", ...backward);
      expect(twins.rowDifferences(dx, samples, all.inputs), `dx ${named}`).toEqual([]);
      // The memory behind the gradient belongs to others, so 8 more floats are compared.
      const count = all.weightCount + 8;
      const dw = twins.put(drawFloats(new Random(1), count));
      for (const first of [1, 0]) {
        const gradient = [dw, x, xs, deltas, ys, samples, record, first, scratch];
        twins.call("convolutionWeightGradient", ...gradient);
        expect(twins.differences(dw, count), `dw ${named}`).toEqual([]);
      }
      expect(twins.differences(all.end, 16), "the memory behind the scratch").toEqual([]);
    }
  });

  test("pools and their gradients: the SIMD kernel equals its plain twin on odd sizes", () => {
    for (const { height, width, channels, kernel, stride } of cases) {
      const shape = shapeOf({
        height,
        width,
        channels,
        outputs: channels,
        kernel,
        stride,
        isSame: false,
      });
      const { twins, x, deltas, y, dx, inputs, outputs } = layOut(shape, edgeEvery);
      const [xs, ys] = [strideOf(inputs), strideOf(outputs)];
      const size = [samples, height, width, channels];
      const forward = [y, ys, x, xs, ...size];
      const same = (pointer: number, width_: number) =>
        expect(twins.rowDifferences(pointer, samples, width_)).toEqual([]);
      twins.call("maxPoolForward", ...forward, kernel, stride);
      same(y, outputs);
      twins.call("maxPoolBackward", dx, xs, deltas, ys, x, xs, ...size, kernel, stride);
      same(dx, inputs);
      twins.call("averagePoolForward", ...forward, kernel, kernel, stride);
      same(y, outputs);
      twins.call("averagePoolBackward", dx, xs, deltas, ys, ...size, kernel, kernel, stride);
      same(dx, inputs);
      twins.call("transposeRows", dx, xs, x, xs, samples, height * width, channels);
      same(dx, inputs);
    }
  });

  test("normalisation and its gradients: the SIMD kernel equals its plain twin on odd sizes", () => {
    for (const { height, width, channels: c } of cases) {
      const places = height * width;
      const size = places * c;
      const [twins, random] = [new Twins(), new Random(height, width, c)];
      const x = twins.putRows(drawFloats(random, samples * size, edgeEvery), size);
      const deltas = twins.putRows(drawFloats(random, samples * size, edgeEvery), size);
      const weights = twins.put(drawFloats(random, c, edgeEvery));
      const biases = twins.put(drawFloats(random, c));
      const [y, dx] = [0, 1].map(() => twins.allocate(4 * samples * strideOf(size))) as [
        number,
        number,
      ];
      const statistics = twins.allocate(8 * samples * size);
      const scratch = twins.allocate(8 * c);
      const [dw, db] = [0, 1].map(() => twins.put(drawFloats(random, c + 8))) as [number, number];
      const s = strideOf(size);
      const same = (what: string) => {
        const found = [y, dx].flatMap((at) => twins.rowDifferences(at, samples, size));
        const sums = [dw, db].flatMap((at) => twins.differences(at, c + 8));
        expect([...found, ...sums], `${what} of ${height} × ${width} × ${c}`).toEqual([]);
      };
      const rows = [samples, places, c];
      twins.call("layerNormForward", y, s, x, s, ...rows, weights, biases, statistics);
      for (const first of [1, 0]) {
        twins.call("layerNormGradient", dw, db, deltas, s, x, s, ...rows, statistics, first);
      }
      twins.call("layerNormBackward", dx, s, deltas, s, x, s, ...rows, weights, statistics);
      same("layer-norm");
      for (const groups of [1, c]) {
        const grouped = [...rows, groups, weights];
        twins.call("groupNormForward", y, s, x, s, ...grouped, biases, statistics);
        for (const first of [1, 0]) {
          const saved = [dw, db, statistics, first, scratch];
          twins.call("groupNormBackward", dx, s, deltas, s, x, s, ...grouped, ...saved);
        }
        same(`group-norm ${groups}`);
      }
    }
  });

  test("gelu and its gradient: the SIMD kernel equals its plain twin byte for byte", () => {
    const twins = new Twins();
    const x = twins.put(drawFloats(new Random(3), 4000, edgeEvery).map((value) => value * 5));
    const deltas = twins.put(drawFloats(new Random(4), 4000, edgeEvery));
    const [y, dx, t] = [twins.allocate(16_000), twins.allocate(16_000), twins.allocate(16_000)];
    twins.call("gelu", y, t, x, 4000);
    twins.call("geluBackward", dx, deltas, t, x, 4000);
    for (const each of [y, dx, t]) expect(twins.differences(each, 4000)).toEqual([]);
    twins.call("geluBackward", t, deltas, t, x, 4000);
    expect(twins.differences(t, 4000)).toEqual([]);
  });
});

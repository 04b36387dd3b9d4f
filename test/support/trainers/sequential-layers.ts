/**
 * @file The layers of the sequential trainer, for one sample, from the formulas in ARITHMETIC.md: every sum in the order of
 * its index, every operation rounded by `fround`. Gradients of parameters are added to what the samples before have left,
 * which is the order of their sums.
 */
import { known } from "../../../shared/assert.ts";
import { sigmoidOf, tanhOf } from "../../../shared/kernels/plain/math.ts";
import type { LayerConfig } from "../../../shared/model/layer-kinds.ts";
import { Random } from "../../../shared/random.ts";
import type { Training } from "./plain-layers.ts";
import { convolve, normaliseGroups, pictureOf, windowsOf } from "./sequential-pictures.ts";
import { linear, mix } from "./sequential-sequences.ts";
import {
  type Back,
  type Done,
  overRows,
  scaleOf,
  softmaxOf,
  type Spot,
  sum,
  type Values,
} from "./sequential-values.ts";

const f = Math.fround;

type Layers = {
  readonly [Kind in LayerConfig["kind"]]: (
    x: Values,
    layer: Extract<LayerConfig, { kind: Kind }>,
    spot: Spot,
  ) => Done;
};

/** A list of layers that has computed its output. */
export interface Passed {
  /** The output of each layer. */
  readonly outputs: readonly Values[];
  /** Where the parameters of each layer end. */
  readonly ends: readonly number[];
  /** The way back from before layer `end` to the first. */
  readonly back: (end: number, ...rest: Parameters<Back>) => Float32Array;
}

/** @param training - Absent: as in an evaluation. */
export function runLayers(
  layers: readonly LayerConfig[],
  x: Values,
  parameters: Float32Array,
  training: Training | undefined,
): Passed {
  let next = 0;
  const take = (count: number) => (next += count) - count;
  return runList(layers, x, { parameters, take, training, path: [] });
}

function runList(layers: readonly LayerConfig[], x: Values, spot: Spot): Passed {
  const done: Done[] = [];
  const ends: number[] = [];
  for (const [index, layer] of layers.entries()) {
    const compute = kinds[layer.kind] as (...all: [Values, LayerConfig, Spot]) => Done;
    done.push(compute(done.at(-1)?.y ?? x, layer, { ...spot, path: [...spot.path, index] }));
    ends.push(spot.take(0));
  }
  return {
    outputs: done.map(({ y }) => y),
    ends,
    back(end, last, gradient, isWanted) {
      let delta = last;
      for (let index = end - 1; index >= 0; index--) {
        delta = known(done[index], "a layer").back(delta, gradient, isWanted || index > 0);
      }
      return delta;
    },
  };
}

const kinds: Layers = {
  dense: (x, { units }, spot) => linear(x, units, spot),
  sigmoid: each(sigmoidOf, (delta, y) => f(delta * f(y * f(1 - y)))),
  tanh: each(tanhOf, (delta, y) => f(delta * f(1 - f(y * y)))),
  relu: each(
    (x) => (x > 0 ? x : 0),
    (delta, y) => (y > 0 ? delta : 0),
  ),
  gelu: each(
    (x) => f(f(0.5 * x) * f(1 + gate(x))),
    (delta, _, x) => {
      const t = gate(x);
      const slope = f(f(0.7978845608) * f(1 + f(f(0.134145) * f(x * x))));
      const curved = f(f(f(0.5 * x) * f(1 - f(t * t))) * slope);
      return f(delta * f(f(0.5 * f(1 + t)) + curved));
    },
  ),
  softmax({ shape, data }) {
    const width = known(shape.at(-1), "a last axis");
    const y = overRows(data, width, softmaxOf);
    const back: Back = (delta) =>
      overRows(y, width, (row, r) => {
        const slopes = delta.subarray(r * width, (r + 1) * width);
        const dot = sum(width, (i) => f(slopes[i]! * row[i]!));
        return row.map((value, i) => f(value * f(slopes[i]! - dot)));
      });
    return { y: { shape, data: y }, back };
  },
  dropout({ shape, data }, { rate }, { path, training }) {
    if (training === undefined) return { y: { shape, data }, back: (delta) => delta };
    const { seed, step, sample } = training;
    const random = new Random(seed, step, sample, 2, ...path);
    const threshold = Math.floor(rate * 2 ** 32);
    const scale = f(1 / (1 - rate));
    const isKept = Array.from(data, () => random.nextUint32() >= threshold);
    const keep = (values: Float32Array) => values.map((x, i) => (isKept[i] ? f(x * scale) : 0));
    return { y: { shape, data: keep(data) }, back: keep };
  },
  embedding({ shape, data }, { vocabulary, width }, { parameters, take }) {
    const weights = take(vocabulary * width);
    const starts = [...data].map((x) => {
      return weights + width * Math.max(0, Math.min(Math.trunc(x), vocabulary - 1));
    });
    const y = Float32Array.from({ length: data.length * width }, (_, i) => {
      return parameters[starts[Math.floor(i / width)]! + (i % width)]!;
    });
    const back: Back = (delta, gradient) => {
      for (const [i, value] of delta.entries()) {
        gradient[starts[Math.floor(i / width)]! + (i % width)]! += value;
      }
      return new Float32Array(data.length);
    };
    return { y: { shape: [...shape, width], data: y }, back };
  },
  "position-embedding"({ shape, data }, _, { parameters, take }) {
    const weights = take(data.length);
    const back: Back = (delta, gradient) => {
      for (const [i, value] of delta.entries()) gradient[weights + i]! += value;
      return delta;
    };
    return { y: { shape, data: data.map((x, i) => f(x + parameters[weights + i]!)) }, back };
  },
  attention({ shape, data }, { heads, causal }, spot) {
    const [steps = 1, width = 1] = shape;
    const before = linear({ shape, data }, 3 * width, spot);
    const mixed = mix(before.y.data, { steps, width, heads, causal });
    const after = linear({ shape, data: mixed.y }, width, spot);
    const back: Back = (delta, gradient, isWanted) => {
      return before.back(mixed.back(after.back(delta, gradient, true)), gradient, isWanted);
    };
    return { y: after.y, back };
  },
  conv2d: convolve,
  "max-pool2d"({ shape, data }, { size, stride }) {
    const windows = windowsOf(shape, [size, size], stride);
    const largest = windows.places.map((places) => {
      return places.reduce((best, at) => (data[at]! > data[best]! ? at : best));
    });
    const back: Back = (delta) => {
      const dx = new Float32Array(data.length);
      for (const [i, at] of largest.entries()) dx[at]! += delta[i]!;
      return dx;
    };
    return {
      y: { shape: windows.shape, data: Float32Array.from(largest, (at) => data[at]!) },
      back,
    };
  },
  "average-pool2d"({ shape, data }, { size, stride }) {
    const [height, width] = pictureOf(shape);
    const window = size === "global" ? ([height, width] as const) : ([size, size] as const);
    const windows = windowsOf(shape, window, stride);
    const count = window[0] * window[1];
    const means = windows.places.map((places) => {
      return f(sum(places.length, (i) => data[places[i]!]!) / count);
    });
    const back: Back = (delta) => {
      const dx = new Float32Array(data.length);
      for (const [i, places] of windows.places.entries()) {
        for (const at of places) dx[at]! += f(delta[i]! / count);
      }
      return dx;
    };
    return { y: { shape: windows.shape, data: Float32Array.from(means) }, back };
  },
  flatten({ shape, data }) {
    const [, , channels = 1] = shape.length === 3 ? shape : [];
    const places = data.length / channels;
    const from = (i: number) => (i % places) * channels + Math.floor(i / places);
    const back: Back = (delta) => {
      const dx = new Float32Array(data.length);
      for (const [i, value] of delta.entries()) dx[from(i)] = value;
      return dx;
    };
    return { y: { shape: [data.length], data: data.map((_, i) => data[from(i)]!) }, back };
  },
  residual(x, { layers }, spot) {
    const inner = runList(layers, x, spot);
    const y = known(inner.outputs.at(-1), "a block has a layer");
    const shortcut = project(x, y.shape, spot);
    const back: Back = (delta, gradient, isWanted) => {
      const through = inner.back(layers.length, delta, gradient, isWanted);
      const around = shortcut.back(delta, gradient, isWanted);
      return through.map((value, i) => f(value + around[i]!));
    };
    const data = y.data.map((value, i) => f(value + shortcut.y.data[i]!));
    return { y: { shape: y.shape, data }, back };
  },
  "layer-norm"({ shape, data }, _, { parameters, take }) {
    const width = known(shape.at(-1), "a last axis");
    const [weights, biases] = [take(width), take(width)];
    const scales: number[] = [];
    const normal = overRows(data, width, (row) => {
      const mean = f(sum(width, (i) => row[i]!) / width);
      const variance = f(sum(width, (i) => f(f(row[i]! - mean) * f(row[i]! - mean))) / width);
      const scale = scaleOf(variance);
      scales.push(scale);
      return row.map((x) => f(f(x - mean) * scale));
    });
    const back: Back = (delta, gradient) => {
      for (const [i, value] of delta.entries()) {
        gradient[weights + (i % width)]! += f(value * normal[i]!);
        gradient[biases + (i % width)]! += value;
      }
      return overRows(normal, width, (n, r) => {
        const g = n.map((__, i) => f(delta[r * width + i]! * parameters[weights + i]!));
        const a = f(sum(width, (i) => g[i]!) / width);
        const b = f(sum(width, (i) => f(g[i]! * n[i]!)) / width);
        return g.map((value, i) => f(f(f(value - a) - f(n[i]! * b)) * scales[r]!));
      });
    };
    const y = normal.map((n, i) => {
      return f(f(n * parameters[weights + (i % width)]!) + parameters[biases + (i % width)]!);
    });
    return { y: { shape, data: y }, back };
  },
  "group-norm": normaliseGroups,
};

function gate(x: number): number {
  return tanhOf(f(f(f(0.7978845608) * x) * f(1 + f(f(0.044715) * f(x * x)))));
}

function each(
  compute: (x: number) => number,
  slope: (delta: number, y: number, x: number) => number,
) {
  return ({ shape, data }: Values): Done => {
    const y = data.map(compute);
    const back: Back = (delta) => delta.map((value, i) => slope(value, y[i]!, data[i]!));
    return { y: { shape, data: y }, back };
  };
}

/** What is added to the output of a block. */
function project(x: Values, shape: readonly number[], spot: Spot): Done {
  if (shape.join() === x.shape.join()) return { y: x, back: (delta) => delta };
  const units = known(shape.at(-1), "a last axis");
  if (shape.length === 1) return linear(x, units, spot);
  const stride = Math.ceil(x.shape[0]! / shape[0]!);
  return convolve(x, { channels: units, kernel: 1, stride, padding: "same" }, spot);
}

/**
 * @file The layers of a network, each written from its formula in float64 with JavaScript's own functions. They share
 * no code with the layers that they check.
 */
import type { LayerConfig } from "../../../shared/model/layer-kinds.ts";
import { Random } from "../../../shared/random.ts";

/** The values of a sample, row by row. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Returns the next parameters. */
export type Take = (count: number) => Float64Array;

/** Which masks dropout draws for a sample that is trained on. */
export interface Training {
  readonly seed: number;
  readonly step: number;
  readonly sample: number;
}

/** Where a layer is: its index in its list, after those of the layers that it is in. */
export interface Spot {
  readonly path: readonly number[];
  readonly training?: Training | undefined;
}

type Layers = {
  readonly [Kind in LayerConfig["kind"]]: (
    input: Values,
    layer: Extract<LayerConfig, { kind: Kind }>,
    take: Take,
    spot: Spot,
  ) => Values;
};

export function plainLayer(input: Values, layer: LayerConfig, take: Take, spot: Spot): Values {
  const compute = layers[layer.kind] as (...all: [Values, LayerConfig, Take, Spot]) => Values;
  return compute(input, layer, take, spot);
}

const layers: Layers = {
  sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  tanh: each(Math.tanh),
  relu: each((x) => Math.max(x, 0)),
  gelu: each((x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))),
  softmax({ shape, data }) {
    const shares = rowsOf(data, shape.at(-1)!).map((row) => {
      const powers = row.map(Math.exp);
      const total = sumOf(powers);
      return powers.map((power) => power / total);
    });
    return { shape, data: shares.flat() };
  },
  dense({ shape, data }, { units }, take) {
    const values = linear(rowsOf(data, shape.at(-1)!), units, take).flat();
    return { shape: [...shape.slice(0, -1), units], data: values };
  },
  dropout({ shape, data }, { rate }, _, { path, training }) {
    if (training === undefined) return { shape, data };
    const random = new Random(training.seed, training.step, training.sample, 2, ...path);
    const isKept = () => random.nextUint32() / 2 ** 32 >= rate;
    return { shape, data: data.map((x) => (isKept() ? x / (1 - rate) : 0)) };
  },
  embedding({ shape, data }, { vocabulary, width }, take) {
    const weights = take(vocabulary * width);
    const rows = data.map((x) => Math.max(0, Math.min(Math.trunc(x), vocabulary - 1)));
    const values = rows.flatMap((row) => [...weights.subarray(row * width, (row + 1) * width)]);
    return { shape: [...shape, width], data: values };
  },
  "position-embedding"({ shape, data }, _, take) {
    return { shape, data: sumsOf(data, [...take(data.length)]) };
  },
  attention({ shape, data }, { heads, causal }, take) {
    const [steps = 1, width = 1] = shape;
    const size = width / heads;
    const projected = linear(rowsOf(data, width), 3 * width, take);
    const mixed = range(steps).map((i) => {
      return range(heads).flatMap((h) => {
        const part = (step: number, index: number) =>
          projected[step]!.slice(index * width + h * size, index * width + (h + 1) * size);
        const seen = range(causal === 1 ? i + 1 : steps);
        const scores = seen.map((j) => {
          const products = part(i, 0).map((q, o) => q * part(j, 1)[o]!);
          return Math.exp(sumOf(products) / Math.sqrt(size));
        });
        const total = sumOf(scores);
        return range(size).map((o) =>
          sumOf(seen.map((j) => (scores[j]! / total) * part(j, 2)[o]!)),
        );
      });
    });
    return { shape, data: linear(mixed, width, take).flat() };
  },
  conv2d({ shape, data }, { channels: outputs, kernel, stride, padding }, take) {
    const [height, width, channels] = pictureOf(shape);
    const weights = take(kernel * kernel * channels * outputs);
    const biases = take(outputs);
    const missing = padding === "same" ? kernel - 1 : 0;
    const before = Math.floor(missing / 2);
    const at = (y: number, x: number, c: number) =>
      y < 0 || y >= height || x < 0 || x >= width ? 0 : data[(y * width + x) * channels + c]!;
    const values: number[] = [];
    const [lastY, lastX] = [height + missing - kernel, width + missing - kernel];
    for (let y = 0; y <= lastY; y += stride) {
      for (let x = 0; x <= lastX; x += stride) {
        for (let o = 0; o < outputs; o++) {
          let sum = biases[o]!;
          for (let i = o; i < weights.length; i += outputs) {
            const term = Math.floor(i / outputs);
            const [place, c] = [Math.floor(term / channels), term % channels];
            const [a, b] = [Math.floor(place / kernel), place % kernel];
            sum += weights[i]! * at(y + a - before, x + b - before, c);
          }
          values.push(sum);
        }
      }
    }
    const sizeOf = (last: number) => Math.floor(last / stride) + 1;
    return { shape: [sizeOf(lastY), sizeOf(lastX), outputs], data: values };
  },
  "max-pool2d": (input, { size, stride }) =>
    pooled(input, [size, size], stride, (window) => Math.max(...window)),
  "average-pool2d"(input, { size, stride }) {
    const [height, width] = pictureOf(input.shape);
    const window = size === "global" ? ([height, width] as const) : ([size, size] as const);
    return pooled(input, window, stride, (values) => sumOf(values) / values.length);
  },
  flatten({ shape, data }) {
    const [, , channels = 1] = shape.length === 3 ? shape : [];
    const places = data.length / channels;
    const values = data.map((_, i) => data[(i % places) * channels + Math.floor(i / places)]!);
    return { shape: [data.length], data: values };
  },
  residual(input, { layers: inner }, take, spot) {
    const within = (index: number): Spot => ({ ...spot, path: [...spot.path, index] });
    const { shape, data } = inner.reduce(
      (x, layer, index) => plainLayer(x, layer, take, within(index)),
      input,
    );
    if (shape.join() === input.shape.join()) return { shape, data: sumsOf(data, input.data) };
    const units = shape.at(-1)!;
    const projection: LayerConfig =
      shape.length === 1
        ? { kind: "dense", units }
        : {
            kind: "conv2d",
            channels: units,
            kernel: 1,
            stride: Math.ceil(input.shape[0]! / shape[0]!),
            padding: "same",
          };
    return { shape, data: sumsOf(data, plainLayer(input, projection, take, spot).data) };
  },
  "layer-norm"({ shape, data }, _, take) {
    const width = shape.at(-1)!;
    const [weights, biases] = [take(width), take(width)];
    const rows = range(data.length / width).map((r) => data.slice(r * width, (r + 1) * width));
    const values = rows.flatMap((row) => {
      return normalised(row).map((x, i) => x * weights[i]! + biases[i]!);
    });
    return { shape, data: values };
  },
  "group-norm"({ shape, data }, { groups }, take) {
    const [height, width, channels] = pictureOf(shape);
    const [weights, biases] = [take(channels), take(channels)];
    const groupOf = (i: number) => Math.floor(((i % channels) * groups) / channels);
    const values = [...data];
    for (const group of range(groups)) {
      const members = [...data.keys()].filter((i) => groupOf(i) === group);
      for (const [k, x] of normalised(members.map((i) => data[i]!)).entries()) {
        const i = members[k]!;
        values[i] = x * weights[i % channels]! + biases[i % channels]!;
      }
    }
    return { shape: [height, width, channels], data: values };
  },
};

function each(compute: (x: number) => number) {
  return ({ shape, data }: Values): Values => ({ shape, data: data.map((x) => compute(x)) });
}

function pictureOf([height = 1, width = 1, channels = 1]: readonly number[]) {
  return [height, width, channels] as const;
}

function pooled(
  { shape, data }: Values,
  [windowHeight, windowWidth]: readonly [number, number],
  stride: number,
  reduce: (window: number[]) => number,
): Values {
  const [height, width, channels] = pictureOf(shape);
  const rows = Math.floor((height - windowHeight) / stride) + 1;
  const columns = Math.floor((width - windowWidth) / stride) + 1;
  const values = range(rows * columns * channels).map((i) => {
    const c = i % channels;
    const place = Math.floor(i / channels);
    const [top, left] = [Math.floor(place / columns) * stride, (place % columns) * stride];
    const window = range(windowHeight * windowWidth).map((k) => {
      const [y, x] = [top + Math.floor(k / windowWidth), left + (k % windowWidth)];
      return data[(y * width + x) * channels + c]!;
    });
    return reduce(window);
  });
  return { shape: [rows, columns, channels], data: values };
}

function normalised(values: readonly number[]): number[] {
  const mean = sumOf(values) / values.length;
  const variance = sumOf(values.map((x) => (x - mean) ** 2)) / values.length;
  return values.map((x) => (x - mean) / Math.sqrt(variance + 1e-5));
}

function rowsOf(data: readonly number[], width: number): number[][] {
  return range(data.length / width).map((r) => data.slice(r * width, (r + 1) * width));
}

function linear(rows: readonly (readonly number[])[], units: number, take: Take): number[][] {
  const weights = take(rows[0]!.length * units);
  const biases = take(units);
  return rows.map((row) =>
    range(units).map((o) =>
      row.reduce((sum, x, i) => sum + x * weights[i * units + o]!, biases[o]!),
    ),
  );
}

function sumsOf(left: readonly number[], right: readonly number[]): number[] {
  return left.map((value, i) => value + right[i]!);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

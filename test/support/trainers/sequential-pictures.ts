/** @file The layers of the sequential trainer for pictures: convolution, windows, normalisation of groups of channels. */
import type { LayerConfig } from "../../../shared/model/layer-kinds.ts";
import { type Back, type Done, scaleOf, type Spot, sum, type Values } from "./sequential-values.ts";

const f = Math.fround;

export function convolve(
  { shape, data }: Values,
  {
    channels: outputs,
    kernel,
    stride,
    padding,
  }: Pick<Extract<LayerConfig, { kind: "conv2d" }>, "channels" | "kernel" | "stride" | "padding">,
  { parameters, take }: Spot,
): Done {
  const [height, width, channels] = pictureOf(shape);
  const [weights, biases] = [take(kernel * kernel * channels * outputs), take(outputs)];
  const added = padding === "same" ? kernel - 1 : 0;
  const before = Math.floor(added / 2);
  const [rows, columns] = [height, width].map((size) => {
    return Math.floor((size + added - kernel) / stride) + 1;
  }) as [number, number];
  const taps = Array.from({ length: kernel * kernel }, (_, tap) => {
    return [Math.floor(tap / kernel), tap % kernel] as const;
  });
  const weight = (a: number, b: number, c: number, o: number) =>
    weights + ((a * kernel + b) * channels + c) * outputs + o;
  const x = (i: number, j: number, c: number) =>
    i < 0 || i >= height || j < 0 || j >= width ? 0 : data[(i * width + j) * channels + c]!;
  const under = (place: number, a: number, b: number, c: number) => {
    const [p, q] = [Math.floor(place / columns), place % columns];
    return x(p * stride + a - before, q * stride + b - before, c);
  };
  const y = Float32Array.from({ length: rows * columns * outputs }, (_, i) => {
    const [place, o] = [Math.floor(i / outputs), i % outputs];
    const total = sum(taps.length * channels, (term) => {
      const [a, b] = taps[Math.floor(term / channels)]!;
      const c = term % channels;
      return f(under(place, a, b, c) * parameters[weight(a, b, c, o)]!);
    });
    return f(total + parameters[biases + o]!);
  });
  const back: Back = (delta, gradient, isWanted) => {
    for (const [i, value] of delta.entries()) {
      const [place, o] = [Math.floor(i / outputs), i % outputs];
      gradient[biases + o]! += value;
      for (const [a, b] of taps) {
        for (let c = 0; c < channels; c++) {
          gradient[weight(a, b, c, o)]! += f(under(place, a, b, c) * value);
        }
      }
    }
    if (!isWanted) return new Float32Array(0);
    const spread = (i: number, j: number, o: number) => {
      const [p, q] = [i / stride, j / stride];
      const isThere = Number.isInteger(p) && Number.isInteger(q);
      if (!isThere || p < 0 || p >= rows || q < 0 || q >= columns) return 0;
      return delta[(p * columns + q) * outputs + o]!;
    };
    const turned = taps.toReversed();
    return data.map((_, index) => {
      const [place, c] = [Math.floor(index / channels), index % channels];
      const [i, j] = [Math.floor(place / width), place % width];
      return sum(turned.length * outputs, (term) => {
        const [a, b] = turned[Math.floor(term / outputs)]!;
        const o = term % outputs;
        return f(spread(i + before - a, j + before - b, o) * parameters[weight(a, b, c, o)]!);
      });
    });
  };
  return { y: { shape: [rows, columns, outputs], data: y }, back };
}

export function normaliseGroups(
  { shape, data }: Values,
  { groups }: { readonly groups: number },
  { parameters, take }: Spot,
): Done {
  const [height, width, channels] = pictureOf(shape);
  const [weights, biases] = [take(channels), take(channels)];
  const places = height * width;
  const size = channels / groups;
  const count = places * size;
  const overPlaces = (c: number, term: (at: number) => number) =>
    sum(places, (place) => term(place * channels + c));
  const overGroup = (c: number, term: (channel: number) => number) => {
    const first = Math.floor(c / size) * size;
    return f(sum(size, (k) => term(first + k)) / count);
  };
  const everyChannel = (compute: (c: number) => number) =>
    Float32Array.from({ length: channels }, (_, c) => compute(c));
  const sums = everyChannel((c) => overPlaces(c, (at) => data[at]!));
  const means = everyChannel((c) => overGroup(c, (k) => sums[k]!));
  const centred = data.map((x, at) => f(x - means[at % channels]!));
  const squares = everyChannel((c) => overPlaces(c, (at) => f(centred[at]! * centred[at]!)));
  const scales = everyChannel((c) => scaleOf(overGroup(c, (k) => squares[k]!)));
  const normal = centred.map((x, at) => f(x * scales[at % channels]!));
  const weight = (c: number) => parameters[weights + c]!;
  const back: Back = (delta, gradient) => {
    const deltas = everyChannel((c) => overPlaces(c, (at) => delta[at]!));
    const products = everyChannel((c) => overPlaces(c, (at) => f(delta[at]! * normal[at]!)));
    for (let c = 0; c < channels; c++) {
      gradient[weights + c]! += products[c]!;
      gradient[biases + c]! += deltas[c]!;
    }
    const a = everyChannel((c) => overGroup(c, (k) => f(weight(k) * deltas[k]!)));
    const b = everyChannel((c) => overGroup(c, (k) => f(weight(k) * products[k]!)));
    return normal.map((n, at) => {
      const c = at % channels;
      return f(f(f(f(delta[at]! * weight(c)) - a[c]!) - f(n * b[c]!)) * scales[c]!);
    });
  };
  const y = normal.map((n, at) => {
    const c = at % channels;
    return f(f(n * parameters[weights + c]!) + parameters[biases + c]!);
  });
  return { y: { shape: [height, width, channels], data: y }, back };
}

/** The places of the input under each window, for each value of the output. */
export function windowsOf(
  shape: readonly number[],
  [windowHeight, windowWidth]: readonly [number, number],
  stride: number,
) {
  const [height, width, channels] = pictureOf(shape);
  const rows = Math.floor((height - windowHeight) / stride) + 1;
  const columns = Math.floor((width - windowWidth) / stride) + 1;
  const places = Array.from({ length: rows * columns * channels }, (_, i) => {
    const [place, c] = [Math.floor(i / channels), i % channels];
    const [top, left] = [Math.floor(place / columns) * stride, (place % columns) * stride];
    return Array.from({ length: windowHeight * windowWidth }, (__, k) => {
      const [y, x] = [top + Math.floor(k / windowWidth), left + (k % windowWidth)];
      return (y * width + x) * channels + c;
    });
  });
  return { shape: [rows, columns, channels], places };
}

export function pictureOf([height = 1, width = 1, channels = 1]: readonly number[]) {
  return [height, width, channels] as const;
}

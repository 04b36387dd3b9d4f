/** @file The layers of the sequential trainer for sequences: a dense layer on each step, and what attention does. */
import { known } from "../../../shared/assert.ts";
import {
  type Back,
  type Done,
  softmaxOf,
  type Spot,
  sum,
  type Values,
} from "./sequential-values.ts";

const f = Math.fround;

export function linear({ shape, data }: Values, units: number, { parameters, take }: Spot): Done {
  const inputs = known(shape.at(-1), "a last axis");
  const [weights, biases] = [take(inputs * units), take(units)];
  const rows = data.length / inputs;
  const at = (i: number, o: number) => weights + i * units + o;
  const y = new Float32Array(rows * units);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < units; o++) {
      const total = sum(inputs, (i) => f(data[r * inputs + i]! * parameters[at(i, o)]!));
      y[r * units + o] = f(total + parameters[biases + o]!);
    }
  }
  const back: Back = (delta, gradient, isWanted) => {
    const dx = new Float32Array(isWanted ? data.length : 0);
    for (let r = 0; r < rows; r++) {
      for (let o = 0; o < units; o++) gradient[biases + o]! += delta[r * units + o]!;
      for (let i = 0; i < inputs; i++) {
        const x = data[r * inputs + i]!;
        for (let o = 0; o < units; o++) gradient[at(i, o)]! += f(x * delta[r * units + o]!);
        if (!isWanted) continue;
        const slope = sum(units, (o) => f(delta[r * units + o]! * parameters[at(i, o)]!));
        dx[r * inputs + i] = slope;
      }
    }
    return dx;
  };
  return { y: { shape: [...shape.slice(0, -1), units], data: y }, back };
}

/** What attention does between its two projections. */
export function mix(
  projected: Float32Array,
  {
    steps,
    width,
    heads,
    causal,
  }: { readonly steps: number; readonly width: number; readonly heads: number; causal: number },
) {
  const size = width / heads;
  const scale = f(1 / f(Math.sqrt(size)));
  const at = (part: number, h: number, t: number, o: number) =>
    t * 3 * width + part * width + h * size + o;
  const read = (...place: Parameters<typeof at>) => projected[at(...place)]!;
  const all = Array.from({ length: steps }, (_, i) => i);
  const seen = (i: number) => (causal === 1 ? i + 1 : steps);
  const p = Array.from({ length: heads }, (_, h) =>
    all.map((i) => {
      const scores = Float32Array.from({ length: seen(i) }, (__, j) => {
        return f(sum(size, (o) => f(read(0, h, i, o) * read(1, h, j, o))) * scale);
      });
      return softmaxOf(scores);
    }),
  );
  const y = Float32Array.from({ length: steps * width }, (_, index) => {
    const [i, h, o] = [Math.floor(index / width), Math.floor((index % width) / size), index % size];
    return sum(seen(i), (j) => f(p[h]![i]![j]! * read(2, h, j, o)));
  });
  const back = (delta: Float32Array): Float32Array => {
    const dx = new Float32Array(projected.length);
    for (let h = 0; h < heads; h++) {
      const d = (i: number, o: number) => delta[i * width + h * size + o]!;
      const scores = all.map((i) => {
        const slopes = Array.from({ length: seen(i) }, (_, j) =>
          sum(size, (o) => f(d(i, o) * read(2, h, j, o))),
        );
        const dot = sum(seen(i), (j) => f(slopes[j]! * p[h]![i]![j]!));
        return slopes.map((slope, j) => f(f(p[h]![i]![j]! * f(slope - dot)) * scale));
      });
      for (const i of all) {
        for (let o = 0; o < size; o++) {
          dx[at(0, h, i, o)] = sum(seen(i), (j) => f(scores[i]![j]! * read(1, h, j, o)));
          for (let j = 0; j < seen(i); j++) {
            dx[at(1, h, j, o)]! += f(scores[i]![j]! * read(0, h, i, o));
            dx[at(2, h, j, o)]! += f(p[h]![i]![j]! * d(i, o));
          }
        }
      }
    }
    return dx;
  };
  return { y, back };
}

/**
 * @file Why the network read a digit wrongly: what spoke for the digit that it read and against the one that was drawn.
 * For the last hidden layer this is an exact sum, for the pixels a first approximation. In float64. Pure.
 */
import { known } from "../../../shared/assert.ts";
import { activationsOf, parameterAt, stageOf } from "./lecture-network.ts";
import type { AnswerBody } from "./questions.ts";

type Reading = AnswerBody<"readings">["readings"][number];

/** What a reading says: the most probable digit, and how sure it is. */
export function guessOf({ outputs }: Pick<Reading, "outputs">): {
  readonly digit: number;
  readonly share: number;
} {
  const share = Math.max(...outputs);
  return { digit: outputs.indexOf(share), share };
}

/** Which of the readings is wrong and most sure of it; `undefined` if all are right. */
export function worstOf(readings: readonly Reading[]): number | undefined {
  let worst: number | undefined;
  let most = 0;
  for (const [i, reading] of readings.entries()) {
    const { digit, share } = guessOf(reading);
    if (digit === reading.label || share <= most) continue;
    [worst, most] = [i, share];
  }
  return worst;
}

export interface Mistake {
  /** z of the digit that was read less z of the one that was drawn: how far apart they are before softmax. */
  readonly lead: number;
  /** What each neuron of the last hidden layer adds to it, `[16]`: `a · (w_read − w_drawn)`. */
  readonly units: readonly number[];
  /** What the two outputs' biases add. With the units, this is the whole lead. */
  readonly bias: number;
  /** What each pixel adds at first approximation, `[784]`: its ink times the slope of the lead. */
  readonly pixels: Float64Array;
}

/** Takes a reading apart. @param parameters - Shape `[13,002]`. */
export function mistakeOf(
  parameters: ArrayLike<number>,
  pixels: ArrayLike<number>,
  { read, drawn }: { readonly read: number; readonly drawn: number },
): Mistake {
  const layers = activationsOf(parameters, pixels);
  const [ink, first, second] = [0, 1, 2].map((each) => known(layers[each], "a layer"));
  const weight = (layer: 1 | 2 | 3, to: number, from: number | undefined) =>
    known(parameters[parameterAt({ layer, to, from })], "a parameter");
  const slopes = Array.from(
    known(second, "a layer"),
    (_, j) => weight(3, read, j) - weight(3, drawn, j),
  );
  const units = slopes.map((slope, j) => slope * (second?.[j] ?? NaN));
  const bias = weight(3, read, undefined) - weight(3, drawn, undefined);
  const back = (layer: 2 | 3, slopesAfter: readonly number[], said: ArrayLike<number>) => {
    // Through the activation of this layer's neurons, then to those before.
    const deltas = slopesAfter.map((slope, j) => slope * (said[j] ?? NaN) * (1 - (said[j] ?? NaN)));
    const before = layer === 3 ? 2 : 1;
    return Array.from({ length: stageOf(before).inputs }, (_, from) =>
      deltas.reduce((sum, delta, to) => sum + delta * weight(before, to, from), 0),
    );
  };
  const toFirst = back(3, slopes, known(second, "a layer"));
  const toInk = back(2, toFirst, known(first, "a layer"));
  return {
    lead: units.reduce((sum, each) => sum + each, bias),
    units,
    bias,
    pixels: Float64Array.from(toInk, (slope, i) => slope * (ink?.[i] ?? NaN)),
  };
}

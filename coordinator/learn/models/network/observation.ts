/** @file The gradient of one digit, one of the data's or a drawn one: what it asks of every parameter. */
import { assert } from "../../../../shared/assert.ts";
import { drawingOf } from "../../state/drawing.ts";
import type { AnswerBody, QuestionOf } from "../questions.ts";
import type { NetworkLab } from "./lab.ts";
import type { Digits } from "./lecture.ts";

export function answerObservation(
  lab: NetworkLab,
  { step, digit, seed }: QuestionOf<"observation">,
): AnswerBody<"observation"> {
  const snapshot = lab.at(step);
  const { digit: label, pixels } = drawingOf(digit);
  const features = pixels ?? pixelsOf(lab.source.digits, digitOf(lab.source.digits, label, seed));
  const { parameters } = snapshot;
  const gradient = lab.predictor.gradient(parameters, { features, target: [label] }).slice();
  return { pixels: features, label, step: snapshot.step, parameters, gradient };
}

/** The number of a digit that shows `label`: the first for seed 1, then the others in their order. */
export function digitOf({ labels, count }: Digits, label: number, seed = 1): number {
  const all = Array.from({ length: count }, (_, i) => i).filter((i) => labels[i] === label);
  assert(all.length > 0, () => `no digit shows ${label}`);
  return all[(seed - 1) % all.length] ?? 0;
}

/** Shape `[784]`, in [0, 1]. */
export function pixelsOf({ features }: Digits, digit: number): Float32Array {
  return Float32Array.from(features.subarray(784 * digit, 784 * (digit + 1)), (ink) => ink / 255);
}

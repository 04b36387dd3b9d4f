/**
 * @file One column of the promedio table: the gradient of one observation, as each device of a class computes it. It is
 * compared with the mean of all digits that the page has.
 */
import { known } from "../../../../../shared/assert.ts";
import type { AnswerBody, Observed, QuestionOf } from "../../questions.ts";
import type { NetworkLab } from "../lab.ts";
import { pixelsOf } from "../observation.ts";

export function answerColumn(
  lab: NetworkLab,
  { step, observation, parameters: wanted }: QuestionOf<"column">,
): AnswerBody<"column"> {
  const snapshot = lab.at(step);
  const { parameters } = snapshot;
  const { label, features } = observedIn(lab, observation);
  const outputs = lab.predictor.outputs(parameters, features).slice();
  const gradient = lab.predictor.gradient(parameters, { features, target: [label] }).slice();
  const { count } = lab.source.digits;
  const mean = meanOf(lab, snapshot.step, parameters);
  const of = (values: ArrayLike<number>) => wanted.map((each) => known(values[each], "a value"));
  return {
    pixels: features,
    label,
    step: snapshot.step,
    outputs,
    values: of(gradient),
    means: of(mean),
    count,
    cosine: cosineOf(gradient, mean),
  };
}

function observedIn({ source: { digits } }: NetworkLab, observed: Observed) {
  if ("pixels" in observed) {
    const features = Float32Array.from(observed.pixels, (ink) => ink / 255);
    return { label: observed.label, features };
  }
  const label = known(digits.labels[observed.digit], "a digit");
  return { label, features: pixelsOf(digits, observed.digit) };
}

const means = new WeakMap<NetworkLab, { readonly step: number; readonly mean: Float32Array }>();

/** The mean gradient of all digits, `[parameterCount]`. */
function meanOf(lab: NetworkLab, step: number, parameters: Float32Array): Float32Array {
  const found = means.get(lab);
  if (found?.step === step) return found.mean;
  const { count } = lab.source.digits;
  const { gradientSum } = lab.gradient(parameters, { first: 0, count });
  const mean = gradientSum.map((each) => each / count);
  means.set(lab, { step, mean });
  return mean;
}

/** Of the angle between two gradients; 0 if one of them is 0. */
function cosineOf(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let [product, oneSquare, otherSquare] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    const [a, b] = [one[i] ?? 0, other[i] ?? 0];
    product += a * b;
    oneSquare += a * a;
    otherSquare += b * b;
  }
  const size = Math.sqrt(oneSquare * otherSquare);
  // Rounding must not take it out of [−1, 1].
  return size === 0 ? 0 : Math.max(-1, Math.min(1, product / size));
}

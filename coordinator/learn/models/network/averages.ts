/**
 * @file The lecture's table, with true numbers: the gradients of single digits, their means over more and more of them,
 * and how far those are from the mean of all.
 */
import { known } from "../../../../shared/assert.ts";
import { orderOf } from "../averages.ts";
import type { AnswerBody, QuestionOf, Settling } from "../questions.ts";
import type { NetworkLab } from "./lab.ts";
import { digitOf, pixelsOf } from "./observation.ts";

/** What the pictures of the lecture's table show, in its order; on MNIST these are the very pictures. */
export const lectureLabels = [2, 5, 0, 4, 1, 9] as const;

/** Orders in which the digits are averaged, to see how much depends on chance. */
const drawCount = 12;
/** Numbers of digits; all of them come last. */
const sizesBelow = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768];

export function answerAverages(
  lab: NetworkLab,
  { step, seed, parameters: wanted }: QuestionOf<"averages">,
): AnswerBody<"averages"> {
  const { digits } = lab.source;
  const { parameters } = lab.at(step);
  const six = lectureLabels.map((label) => digitOf(digits, label));
  const pictures = six.map((digit) => pixelsOf(digits, digit));
  const { columns, variance, silent } = alone(lab, parameters, wanted);
  const { full, settling } = together(lab, step, seed);
  return {
    count: digits.count,
    parameters: wanted,
    six,
    pictures,
    outputs: pictures.map((pixels) => lab.predictor.outputs(parameters, pixels)),
    columns,
    full: wanted.map((parameter) => known(full[parameter], "a parameter")),
    variance: variance(full),
    silent,
    settling,
  };
}

/** One digit after another. */
function alone(lab: NetworkLab, parameters: Float32Array, wanted: readonly number[]) {
  const { count } = lab.source.digits;
  const columns = wanted.map(() => new Float32Array(count));
  const squares = new Float64Array(lab.parameterCount);
  const one = new Uint32Array(1);
  for (let digit = 0; digit < count; digit++) {
    one[0] = digit;
    const { gradientSum } = lab.gradientOver(parameters, one);
    for (const [i, parameter] of wanted.entries()) {
      known(columns[i], "a column")[digit] = gradientSum[parameter] ?? NaN;
    }
    for (let i = 0; i < squares.length; i++) {
      const value = gradientSum[i] ?? 0;
      squares[i] = (squares[i] ?? 0) + value * value;
    }
  }
  return {
    columns,
    silent: squares.reduce((sum, each) => sum + (each === 0 ? 1 : 0), 0),
    /** The mean of |g − G|², which is that of |g|² less |G|². */
    variance: (full: Float64Array) =>
      squares.reduce((sum, each, i) => sum + each / count - (full[i] ?? 0) ** 2, 0),
  };
}

interface Together {
  /** The mean gradient of all digits, `[parameterCount]`. */
  readonly full: Float64Array;
  readonly settling: readonly Settling[];
}

/** The last of a lab: which parameters somebody looks at makes no difference to it. */
const last = new WeakMap<NetworkLab, { readonly key: string; readonly value: Together }>();

function together(lab: NetworkLab, step: number, seed: number): Together {
  const key = `${step} ${seed}`;
  const found = last.get(lab);
  if (found?.key === key) return found.value;
  const { count } = lab.source.digits;
  const { parameters } = lab.at(step);
  const everyone = Uint32Array.from({ length: count }, (_, i) => i);
  const all = known(meansOf(lab, parameters, everyone, [count])[0], "a mean");
  const sizes = [...sizesBelow.filter((size) => size < count), count];
  const draws = Array.from({ length: drawCount }, (_, draw) => {
    const order = orderOf(count, seed, draw);
    return meansOf(lab, parameters, order, sizes).map((mean) => compared(mean, all));
  });
  const settling = sizes.map((size, i) => {
    const each = draws.map((draw) => known(draw[i], "a size"));
    const cosines = each.map(({ cosine }) => cosine).toSorted((a, b) => a - b);
    return {
      size,
      cosine: cosines[drawCount / 2] ?? NaN,
      cosineLeast: cosines[0] ?? NaN,
      cosineMost: cosines.at(-1) ?? NaN,
      distance: each.reduce((sum, { distance }) => sum + distance, 0) / drawCount,
    };
  });
  const value = { full: all, settling };
  last.set(lab, { key, value });
  return value;
}

/** The mean gradients of the first digits of an order, for some numbers of them, in order. */
function meansOf(
  lab: NetworkLab,
  parameters: Float32Array,
  order: Uint32Array,
  sizes: readonly number[],
): readonly Float64Array[] {
  const sum = new Float64Array(lab.parameterCount);
  let done = 0;
  return sizes.map((size) => {
    const { gradientSum } = lab.gradientOver(parameters, order.subarray(done, size));
    done = size;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + (gradientSum[i] ?? 0);
    return sum.map((each) => each / size);
  });
}

/** The cosine of the angle between two gradients, and the square of their distance. */
function compared(one: Float64Array, other: Float64Array) {
  let [product, oneSquare, otherSquare, distance] = [0, 0, 0, 0];
  for (const [i, a] of one.entries()) {
    const b = other[i] ?? 0;
    product += a * b;
    oneSquare += a * a;
    otherSquare += b * b;
    distance += (a - b) ** 2;
  }
  return { cosine: product / Math.sqrt(oneSquare * otherSquare), distance };
}

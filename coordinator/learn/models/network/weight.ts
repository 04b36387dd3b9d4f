/** @file The cost of the network along one of its parameters: every other stays as it is. */
import { known } from "../../../../shared/assert.ts";
import type { AnswerBody, QuestionOf } from "../questions.ts";
import type { NetworkLab, Range } from "./lab.ts";

/** Positions on the curve: an odd number, so that one is in the middle, where the parameter is. */
const curveCount = 41;

/** Offsets to either side of a parameter's value, in order. */
function offsetsTo(reach: number): readonly number[] {
  return Array.from(
    { length: curveCount },
    (_, i) => (reach * (2 * i - (curveCount - 1))) / (curveCount - 1),
  );
}

/** Mean cost and slope for values of one parameter around its own: the slopes are those of backpropagation. */
export function answerWeight(
  lab: NetworkLab,
  { step, weight, reach, count }: QuestionOf<"weight">,
): AnswerBody<"weight"> {
  const offsets = offsetsTo(reach);
  const points = Array.from(along(lab, step, weight, offsets), (parameters) => {
    const { cost, gradientSum } = lab.gradient(parameters, { first: 0, count });
    return { cost, slope: (gradientSum[weight] ?? NaN) / count };
  });
  return {
    value: valueOf(lab, step, weight),
    offsets,
    costs: points.map(({ cost }) => cost),
    slopes: points.map(({ slope }) => slope),
  };
}

/** The same over other digits: of single ones, of those together, and of many. */
export function answerData(
  lab: NetworkLab,
  { step, weight, reach, first, few, many }: QuestionOf<"data">,
): AnswerBody<"data"> {
  const offsets = offsetsTo(reach);
  const single: number[][] = Array.from({ length: few }, () => []);
  const means = ({ count }: Pick<Range, "count">) =>
    Array.from(along(lab, step, weight, offsets), (at) => lab.cost(at, { first, count }));
  for (const parameters of along(lab, step, weight, offsets)) {
    const costs = lab.costs(parameters, { first, count: few });
    for (const [i, costOfOne] of costs.entries()) single[i]?.push(costOfOne);
  }
  const { labels } = lab.source.digits;
  return {
    value: valueOf(lab, step, weight),
    offsets,
    single,
    labels: Array.from(labels.subarray(first, first + few)),
    few: means({ count: few }),
    many: means({ count: many }),
  };
}

/** The parameters at each offset: the same array every time, changed in place. */
function* along(
  lab: NetworkLab,
  step: number,
  weight: number,
  offsets: readonly number[],
): Generator<Float32Array> {
  const parameters = lab.at(step).parameters.slice();
  const value = valueOf(lab, step, weight);
  for (const offset of offsets) {
    parameters[weight] = value + offset;
    yield parameters;
  }
}

function valueOf(lab: NetworkLab, step: number, weight: number): number {
  return known(lab.at(step).parameters[weight], "a parameter");
}

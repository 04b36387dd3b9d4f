/** @file The cost of the network along one of its parameters: every other stays as it is. */
import { known } from "../../../../shared/assert.ts";
import type { AnswerBody, QuestionOf } from "../questions.ts";
import type { NetworkLab } from "./lab.ts";

/** Positions on the curve: an odd number, so that one is in the middle, where the parameter is. */
const curveCount = 41;

/** The cost over some digits, and of each of the first few, for values of one parameter around its own. */
export function answerWeight(
  lab: NetworkLab,
  { step, weight, reach, first, count, apart }: QuestionOf<"weight">,
): AnswerBody<"weight"> {
  const parameters = lab.at(step).parameters.slice();
  const value = known(parameters[weight], "a parameter");
  const range = { first, count };
  const { cost, gradientSum } = lab.gradient(parameters, range);
  const offsets = Array.from(
    { length: curveCount },
    (_, i) => reach * ((2 * i) / (curveCount - 1) - 1),
  );
  const each: Float64Array[] = [];
  const costs = offsets.map((offset) => {
    parameters[weight] = value + offset;
    if (apart > 0) each.push(lab.costs(parameters, { first, count: apart }));
    return lab.cost(parameters, range);
  });
  return {
    value,
    cost,
    slope: (gradientSum[weight] ?? 0) / count,
    offsets,
    costs,
    apart: Array.from({ length: apart }, (_, i) => each.map((at) => at[i] ?? 0)),
  };
}

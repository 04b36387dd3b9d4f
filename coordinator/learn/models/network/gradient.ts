/** @file The gradient of the network's cost, parameter by parameter, and whether what it promises comes true. */
import { known } from "../../../../shared/assert.ts";
import type { AnswerBody, QuestionOf } from "../questions.ts";
import type { NetworkLab } from "./lab.ts";

/** Places of the sorted gradients that are drawn: more than a picture has pixels across. */
const drawnCount = 1_200;

/** All gradients by their size, and the one at a rank: what it promises for a change, and what the change does. */
export function answerGradient(
  lab: NetworkLab,
  { step, count, rank, change }: QuestionOf<"gradient">,
): AnswerBody<"gradient"> {
  const parameters = lab.at(step).parameters.slice();
  const range = { first: 0, count };
  const { cost, gradientSum } = lab.gradient(parameters, range);
  const order = Array.from(gradientSum.keys()).toSorted(
    (a, b) => Math.abs(gradientSum[b] ?? 0) - Math.abs(gradientSum[a] ?? 0),
  );
  const weight = known(order[rank], "a rank is a place in the order");
  const gradient = (gradientSum[weight] ?? NaN) / count;
  const value = known(parameters[weight], "a parameter");
  parameters[weight] = value + change;
  const changed = lab.cost(parameters, range);
  const last = order.length - 1;
  const ranks = Array.from({ length: drawnCount }, (_, i) =>
    Math.round((i * last) / (drawnCount - 1)),
  );
  return {
    cost,
    weight,
    value,
    gradient,
    change,
    promised: gradient * change,
    happened: changed - cost,
    silent: gradientSum.reduce((silent, each) => silent + (each === 0 ? 1 : 0), 0),
    ranks,
    sizes: ranks.map((each) => Math.abs(gradientSum[order[each] ?? 0] ?? 0) / count),
  };
}

/** @file All parameters with their gradients, and of one of them the slope of the cost measured from both sides. */
import { known } from "../../../../../shared/assert.ts";
import type { AnswerBody, QuestionOf } from "../../questions.ts";
import type { NetworkLab } from "../lab.ts";

/** The finite difference is `(C(w + ε) − C(w − ε)) / 2ε`, over the same digits as the gradient. */
export function answerParameter(
  lab: NetworkLab,
  { step, count, weight, epsilon }: QuestionOf<"parameter">,
): AnswerBody<"parameter"> {
  const snapshot = lab.at(step);
  const parameters = snapshot.parameters.slice();
  const range = { first: 0, count };
  const { cost, gradientSum } = lab.gradient(parameters, range);
  const value = known(parameters[weight], "a parameter");
  const costAt = (there: number) => {
    parameters[weight] = there;
    // What float32 makes of it: the real distance is not exactly ε.
    return { at: parameters[weight], cost: lab.cost(parameters, range) };
  };
  const [above, below] = [costAt(value + epsilon), costAt(value - epsilon)];
  const width = above.at - below.at;
  return {
    step: snapshot.step,
    cost,
    parameters: snapshot.parameters,
    gradients: gradientSum.map((sum) => sum / count),
    weight,
    epsilon,
    above: above.cost,
    below: below.cost,
    slope: width === 0 ? 0 : (above.cost - below.cost) / width,
  };
}

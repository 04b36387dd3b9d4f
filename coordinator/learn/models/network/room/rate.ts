/**
 * @file The same network, trained with one learning rate: what each device of a class computes for the curve that they
 * make together. Its start, its digits and their order are the page's own, so that only the rate differs.
 */
import type { Kernel } from "../../../../../shared/kernels/kernel.ts";
import type { AnswerBody, QuestionOf } from "../../questions.ts";
import { NetworkLab } from "../lab.ts";
import { untrainedSource } from "../source.ts";
import { train } from "../training/rates.ts";

const untrained = new WeakMap<Kernel, NetworkLab>();

export function answerRate(
  lab: NetworkLab,
  { rate, steps }: QuestionOf<"rate">,
): AnswerBody<"rate"> {
  const own = untrained.get(lab.kernel) ?? new NetworkLab(lab.kernel, untrainedSource());
  untrained.set(lab.kernel, own);
  const all = { first: 0, count: own.source.digits.count };
  const { parameters, taken } = train(own, { name: "sgd", learningRate: rate }, steps);
  const cost = parameters === undefined ? null : own.cost(parameters, all);
  return { first: own.cost(own.at(0).parameters, all), cost: finite(cost), taken };
}

function finite(cost: number | null): number | null {
  return cost !== null && Number.isFinite(cost) ? cost : null;
}

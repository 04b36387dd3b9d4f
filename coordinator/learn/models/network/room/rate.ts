/**
 * @file The same network, trained with one learning rate: what each device of a class computes for the curve that they
 * make together. Its start, its digits and their order are the page's own, so that only the rate differs.
 */
import type { Kernel } from "../../../../../shared/kernels/kernel.ts";
import type { AnswerBody, QuestionOf } from "../../questions.ts";
import { NetworkLab } from "../lab.ts";
import { untrainedSource } from "../source.ts";
import { train } from "../training/rates.ts";

/** With the defaults of a run. */
const optimizers = {
  sgd: { name: "sgd" },
  momentum: { name: "momentum", beta: 0.9, dampening: 0.9 },
  nag: { name: "nag", beta: 0.9 },
  rmsprop: { name: "rmsprop", beta: 0.9, epsilon: 1e-8 },
  adam: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
} as const;

const untrained = new WeakMap<Kernel, NetworkLab>();

export function answerRate(
  lab: NetworkLab,
  { optimizer, rate, steps }: QuestionOf<"rate">,
): AnswerBody<"rate"> {
  const own = untrained.get(lab.kernel) ?? new NetworkLab(lab.kernel, untrainedSource());
  untrained.set(lab.kernel, own);
  const all = { first: 0, count: own.source.digits.count };
  const { parameters, taken } = train(own, { ...optimizers[optimizer], learningRate: rate }, steps);
  const cost = parameters === undefined ? null : own.cost(parameters, all);
  return { first: own.cost(own.at(0).parameters, all), cost: finite(cost), taken };
}

function finite(cost: number | null): number | null {
  return cost !== null && Number.isFinite(cost) ? cost : null;
}

/** @file The page's network trained anew with one rate after another: what the cost is after so many steps. */
import type { GradientOptimizerConfig } from "../../../../../shared/optimizers/optimizer.ts";
import { Random } from "../../../../../shared/random.ts";
import { Stepper } from "../../descent.ts";
import type { AnswerBody, QuestionOf, RatesOptimizer } from "../../questions.ts";
import type { NetworkLab, Range } from "../lab.ts";

type Body = AnswerBody<"rates">;
type Curve = Body["curve"];

/** The rates that are tried: 2ᵏ. */
const exponents = { from: -10, to: 6 } as const;
const batchSize = 50;
/** Digits for the curvature, and steps of its search: both are enough for two digits. */
const curvatureCount = 250;
const curvatureSteps = 16;
/** How far the gradient is taken to either side for it. */
const nudge = 0.02;

const optimizers = {
  sgd: { name: "sgd" },
  momentum: { name: "momentum", beta: 0.9, dampening: 0.9 },
  adam: { name: "adam", beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
} as const;

const known = new WeakMap<NetworkLab, Map<string, Curve>>();
const curvatures = new WeakMap<NetworkLab, number>();

/** The curve of the optimizer that is asked for, and that of the bet. */
export function answerRates(
  lab: NetworkLab,
  { optimizer, quiz, steps }: QuestionOf<"rates">,
): Body {
  const curves = known.get(lab) ?? new Map<string, Curve>();
  known.set(lab, curves);
  const of = (name: RatesOptimizer) => {
    const key = `${name} ${steps}`;
    const curve = curves.get(key) ?? curveOf(lab, name, steps);
    curves.set(key, curve);
    return curve;
  };
  const curvature = curvatures.get(lab) ?? steepest(lab);
  curvatures.set(lab, curvature);
  return { optimizer, curve: of(optimizer), quiz: of(quiz), curvature };
}

function curveOf(lab: NetworkLab, name: RatesOptimizer, steps: number): Curve {
  const all = { first: 0, count: lab.source.digits.count };
  const rates = Array.from(
    { length: exponents.to - exponents.from + 1 },
    (_, i) => 2 ** (exponents.from + i),
  );
  const rows = rates.map((rate) => {
    const { parameters } = train(lab, { ...optimizers[name], learningRate: rate }, steps);
    return { rate, cost: parameters === undefined ? null : lab.cost(parameters, all) };
  });
  return { first: lab.cost(lab.at(0).parameters, all), rows };
}

/**
 * Trains the untrained network.
 *
 * @returns `parameters`: those after the steps, or `undefined` if they were not finite any more; `taken`: the steps until
 *   then.
 */
export function train(
  lab: NetworkLab,
  optimizer: GradientOptimizerConfig,
  steps: number,
): { readonly parameters: Float32Array | undefined; readonly taken: number } {
  const { learningRate } = optimizer;
  const stepper = new Stepper(lab.kernel, optimizer, lab.at(0).parameters);
  for (let step = 0; step < steps; step++) {
    const first = (step * batchSize) % lab.source.digits.count;
    const { gradientSum } = lab.gradient(stepper.look(learningRate).slice(), {
      first,
      count: batchSize,
    });
    stepper.gradient.set(gradientSum);
    if (!stepper.step(learningRate, batchSize)) return { parameters: undefined, taken: step };
  }
  return { parameters: stepper.parameters.slice(), taken: steps };
}

/**
 * λ of the untrained network: the largest curvature of its cost, by power iteration on differences of gradients,
 * `v ← (g(w + hv) − g(w − hv)) / 2h`, normalised.
 */
function steepest(lab: NetworkLab): number {
  const { parameters } = lab.at(0);
  const range: Range = { first: 0, count: curvatureCount };
  const random = new Random(12);
  let direction = normalized(Float64Array.from(parameters, () => random.normal())).direction;
  let length = 0;
  for (let i = 0; i < curvatureSteps; i++) {
    const [ahead, behind] = [nudge, -nudge].map((h) => {
      const point = Float32Array.from(parameters, (w, j) => w + h * (direction[j] ?? 0));
      return lab.gradient(point, range).gradientSum;
    });
    const difference = Float64Array.from(parameters, (_, j) => {
      return ((ahead?.[j] ?? NaN) - (behind?.[j] ?? NaN)) / (2 * nudge * curvatureCount);
    });
    ({ direction, length } = normalized(difference));
  }
  return length;
}

function normalized(vector: Float64Array): { direction: Float64Array; length: number } {
  const length = Math.hypot(...vector);
  return { direction: vector.map((value) => value / length), length };
}

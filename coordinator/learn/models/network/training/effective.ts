/**
 * @file The rate that RMSprop and Adam give to each of the network's parameters, η / (√v̂ + ε), from the state that they
 * have after some steps of training it.
 */
import type { GradientOptimizerConfig } from "../../../../../shared/optimizers/optimizer.ts";
import { Stepper } from "../../descent.ts";
import type {
  AnswerBody,
  EffectiveOptimizer,
  EffectiveRates,
  QuestionOf,
} from "../../questions.ts";
import type { NetworkLab } from "../lab.ts";

/** After so many steps. */
export const effectiveMoments = [1, 10, 100, 400] as const;
/** Bins of a quarter of a decade, from 10 to the power of `from` on. */
export const effectiveBins = { from: -2, perDecade: 4, count: 40 } as const;

const batchSize = 50;
const learningRate = 0.02;
const epsilon = 1e-8;
const beta2 = 0.999;
const configs = {
  rmsprop: { name: "rmsprop", learningRate, beta: 0.9, epsilon },
  adam: { name: "adam", learningRate, beta1: 0.9, beta2, epsilon },
} as const satisfies Record<EffectiveOptimizer, GradientOptimizerConfig>;

const known = new WeakMap<NetworkLab, Map<EffectiveOptimizer, AnswerBody<"effective">>>();

/** Trains the network from its start, and looks at the optimizer's tensors on the way. */
export function answerEffective(
  lab: NetworkLab,
  { optimizer }: QuestionOf<"effective">,
): AnswerBody<"effective"> {
  const answers = known.get(lab) ?? new Map<EffectiveOptimizer, AnswerBody<"effective">>();
  known.set(lab, answers);
  const found = answers.get(optimizer) ?? momentsOf(lab, optimizer);
  answers.set(optimizer, found);
  return found;
}

function momentsOf(lab: NetworkLab, name: EffectiveOptimizer): AnswerBody<"effective"> {
  const stepper = new Stepper(lab.kernel, configs[name], lab.at(0).parameters);
  const moments: EffectiveRates[] = [];
  const before = new Float32Array(lab.parameterCount);
  for (let step = 1; step <= Math.max(...effectiveMoments); step++) {
    const first = ((step - 1) * batchSize) % lab.source.digits.count;
    const range = { first, count: batchSize };
    before.set(stepper.look(learningRate));
    stepper.gradient.set(lab.gradient(before, range).gradientSum);
    if (!stepper.step(learningRate, batchSize)) break;
    if (!effectiveMoments.some((each) => each === step)) continue;
    const { first: rmspropV, second: adamV } = stepper.state;
    moments.push(
      name === "adam"
        ? ratesOf(adamV, step, 1 - beta2 ** step, { before, after: stepper.parameters })
        : ratesOf(rmspropV, step, 1, { before, after: stepper.parameters }),
    );
  }
  return { learningRate, epsilon, parameterCount: lab.parameterCount, moments };
}

/** @param squares - v, shape `[parameterCount]`: the optimizer's own tensor. */
function ratesOf(
  squares: Float32Array,
  steps: number,
  correction: number,
  { before, after }: { readonly before: Float32Array; readonly after: Float32Array },
): EffectiveRates {
  const heard = Array.from(squares.keys()).filter((i) => (squares[i] ?? 0) > 0);
  const rateOf = (i: number) =>
    learningRate / (Math.sqrt((squares[i] ?? NaN) / correction) + epsilon);
  const ordered = heard.toSorted((a, b) => rateOf(a) - rateOf(b));
  const at = (share: number) => ordered[Math.round(share * (ordered.length - 1))] ?? 0;
  const counts = Array.from({ length: effectiveBins.count }, () => 0);
  for (const i of heard) {
    const bin = Math.floor((Math.log10(rateOf(i)) - effectiveBins.from) * effectiveBins.perDecade);
    const kept = Math.min(Math.max(bin, 0), effectiveBins.count - 1);
    counts[kept] = (counts[kept] ?? 0) + 1;
  }
  const moves = Float64Array.from(heard, (i) => Math.abs((after[i] ?? NaN) - (before[i] ?? NaN)));
  return {
    steps,
    silent: squares.length - heard.length,
    counts,
    quantiles: [rateOf(at(0)), rateOf(at(0.25)), rateOf(at(0.5)), rateOf(at(0.75)), rateOf(at(1))],
    moved: (moves.toSorted()[Math.floor(moves.length / 2)] ?? NaN) / learningRate,
    square: (squares[at(0.5)] ?? NaN) / correction,
    correction,
  };
}

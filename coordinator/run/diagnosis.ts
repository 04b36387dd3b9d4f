/**
 * @file What is wrong with a training, as far as its numbers show it: features of an unsuitable scale, classes without
 * samples, a learning rate that is too high or practically 0, and a result that is no better than guessing. Each is said
 * once, in one sentence with the figure. Pure; nothing is decided by it.
 */
import type { Dataset, Split, Target } from "../../shared/data/dataset.ts";
import type { OptimizerConfig, RunConfig } from "../../shared/run/config.ts";
import type { RunPlan } from "../../shared/run/plan.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";

/** Enough values to know the scale of any dataset, in a few milliseconds. */
const valuesLookedAt = 1_000_000;
/**
 * Root mean squares of features that networks learn well from: 1 if they are standardised, less in 0…1, where most may
 * be 0.
 */
const scaleMax = 3;
const scaleMin = 0.003;
/** Classes that are listed by number. */
const classesListed = 5;
/** An epoch whose loss is this many times that of the first step is no noise. */
const lossRiseMin = 1.1;
/**
 * Within the first epoch: a loss this many times that of the first step, over at least so many steps of so many samples.
 * Fewer are noise.
 */
const early = { lossRise: 10, steps: 20, samples: 16 } as const;
/** Of the parameters' norm: a run that moves them by less than this has learned nothing. */
const movementMin = 0.01;
/** A short run is judged as if it had this many steps, because a short run does not say that its rate is wrong. */
const stepsJudgedMin = 1_000;
/** An accuracy above a guess by this many standard errors is no accident. */
const standardErrors = 2;

/** The measures of the first step of a run. */
export interface FirstStep {
  /** Mean over its batch. */
  readonly loss: number;
  /** L2 norm of its mean gradient. */
  readonly gradientNorm: number;
  /** L2 norm of the parameters, about then. */
  readonly parameterNorm: number;
  readonly parameterCount: number;
}

/** What an epoch ended with. */
export interface EpochEnd {
  readonly epoch: number;
  readonly step: number;
  readonly trainLoss: number;
  /** Of the split that training is watched with; `null` if the task has none. */
  readonly accuracy: number | null;
}

/** A result that needs no network: always the most frequent class of the test split. */
export interface Guess {
  /** Its accuracy. */
  readonly accuracy: number;
  readonly samples: number;
}

/** Follows one run. */
export class Diagnosis {
  readonly #config: RunConfig;
  readonly #plan: RunPlan;
  readonly guess: Guess | null;
  readonly #said = new Set<string>();

  constructor(config: RunConfig, plan: RunPlan, dataset: Pick<Dataset, "target" | "test">) {
    this.#config = config;
    this.#plan = plan;
    this.guess = bestGuess(dataset);
  }

  /**
   * What there is to say after an epoch that was not said before.
   *
   * @param first - `undefined` if this process did not train the first step.
   */
  afterEpoch(end: EpochEnd, first: FirstStep | undefined): Sentence[] {
    const isLast = end.step === this.#plan.totalSteps;
    const findings = [
      first === undefined ? null : rateFinding(this.#config, this.#plan, end, first),
      isLast ? guessFinding(end.accuracy, this.guess) : null,
    ];
    return findings.filter((found): found is Sentence => found !== null && this.#isNew(found));
  }

  /**
   * What there is to say within the first epoch, which may take hours; nothing that `afterEpoch` would say again.
   *
   * @param trainLoss - Of the last steps, smoothed.
   * @param firstLoss - Of the first step.
   */
  withinFirstEpoch(step: number, trainLoss: number, firstLoss: number): Sentence | null {
    const { optimizer, batchSize } = this.#config;
    if (optimizer.name === "local-search" || step >= this.#plan.stepsPerEpoch) return null;
    if (step < early.steps || batchSize < early.samples) return null;
    if (!(trainLoss > early.lossRise * firstLoss)) return null;
    const [loss, start] = [shortened(trainLoss), shortened(firstLoss)];
    const { learningRate: rate } = optimizer;
    const found = sentence("rate-too-high-early", { step, loss, start, rate });
    const isNew = this.#isNew(sentence("rate-too-high", { epoch: 1, loss, start, rate }));
    return isNew ? found : null;
  }

  /** Each is said once. */
  #isNew({ code }: Sentence): boolean {
    const isNew = !this.#said.has(code);
    this.#said.add(code);
    return isNew;
  }
}

/** What is wrong with the data that a run is about to learn from. */
export function dataFindings({ target, train }: Pick<Dataset, "target" | "train">): Sentence[] {
  if (target.kind === "tokens") return [];
  const findings = [scaleFinding(train)];
  if (target.kind === "classes") findings.push(emptyClassesFinding(train, target));
  return findings.filter((found) => found !== null);
}

/** Bytes are always read as 0…1. */
function scaleFinding({ features }: Split): Sentence | null {
  if (features instanceof Uint8Array) return null;
  const stride = Math.ceil(features.length / valuesLookedAt);
  let [min, max, squares, count] = [Infinity, -Infinity, 0, 0];
  for (let i = 0; i < features.length; i += stride) {
    const value = features[i] ?? 0;
    min = Math.min(min, value);
    max = Math.max(max, value);
    squares += value * value;
    count += 1;
  }
  const scale = Math.sqrt(squares / count);
  if (scale <= scaleMax && scale >= scaleMin) return null;
  return sentence("feature-scale", { min: shortened(min), max: shortened(max) });
}

function emptyClassesFinding({ targets }: Split, { count, names }: Target): Sentence | null {
  const counts = countsOf(targets, count);
  const empty = [...counts.keys()].filter((label) => counts[label] === 0);
  if (empty.length === 0) return null;
  const listed = empty
    .slice(0, classesListed)
    .map((label) => names?.[label] ?? label)
    .join(", ");
  const classes = empty.length > classesListed ? `${listed}, …` : listed;
  return sentence("classes-without-samples", { count: empty.length, all: count, classes });
}

function countsOf(targets: Split["targets"], classCount: number): Float64Array {
  const counts = new Float64Array(classCount);
  for (const label of targets) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

function rateFinding(
  { optimizer, localSteps }: RunConfig,
  { totalSteps }: RunPlan,
  { epoch, trainLoss }: EpochEnd,
  first: FirstStep,
): Sentence | null {
  if (optimizer.name === "local-search") return null;
  const rate = optimizer.learningRate;
  if (trainLoss > lossRiseMin * first.loss) {
    const [loss, start] = [shortened(trainLoss), shortened(first.loss)];
    return sentence("rate-too-high", { epoch, loss, start, rate });
  }
  // A step of replicas has no gradient to judge its length by.
  if (localSteps !== null) return null;
  const steps = Math.max(totalSteps, stepsJudgedMin);
  const moved = movementMax(optimizer, steps, first);
  if (moved >= movementMin || first.gradientNorm === 0) return null;
  return sentence("rate-too-low", { rate, steps, percent: shortened(100 * moved) });
}

/**
 * A bound on how far a run can move its parameters, as a fraction of their norm: adaptive optimizers move each of n
 * parameters by about η per step, so all of them by √n·η; the others move them by η·‖g‖.
 */
function movementMax(
  optimizer: Exclude<OptimizerConfig, { name: "local-search" }>,
  steps: number,
  { gradientNorm, parameterNorm, parameterCount }: FirstStep,
): number {
  const { name, learningRate } = optimizer;
  const isAdaptive = name === "adam" || name === "adamw" || name === "rmsprop";
  const gain = name === "momentum" ? (1 - optimizer.dampening) / (1 - optimizer.beta) : 1;
  const perStep = isAdaptive ? Math.sqrt(parameterCount) : gain * gradientNorm;
  return (learningRate * perStep * steps) / parameterNorm;
}

/** The accuracy of always answering the most frequent class; `null` if the targets are not classes. */
function bestGuess({ target, test }: Pick<Dataset, "target" | "test">): Guess | null {
  if (target.kind !== "classes") return null;
  const most = countsOf(test.targets, target.count).reduce((a, b) => Math.max(a, b), 0);
  return { accuracy: most / test.count, samples: test.count };
}

/** Whether an accuracy is more than a guess and its noise; `null` if there is nothing to compare. */
export function isBetterThanGuess(accuracy: number | null, guess: Guess | null): boolean | null {
  if (accuracy === null || guess === null) return null;
  const error = Math.sqrt((guess.accuracy * (1 - guess.accuracy)) / guess.samples);
  return accuracy > guess.accuracy + standardErrors * error || guess.accuracy === 1;
}

function guessFinding(accuracy: number | null, guess: Guess | null): Sentence | null {
  if (accuracy === null || guess === null || isBetterThanGuess(accuracy, guess) !== false)
    return null;
  return sentence("no-better-than-guess", {
    accuracy: shortened(100 * accuracy),
    guess: shortened(100 * guess.accuracy),
  });
}

/** Four digits are enough to see what is meant. */
function shortened(value: number): number {
  return Number(value.toPrecision(4));
}

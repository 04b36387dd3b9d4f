/**
 * @file The numbers that a run reports about itself: losses, curves, rates. They are only displayed; nothing is
 * decided by them. Pure: the caller passes the clock.
 */
import { History } from "./history.ts";
import type { EvaluationPoint, EvaluationView, Score } from "./view.ts";

/** Weight of the newest step in the smoothed loss and accuracy. */
const newestWeight = 0.05;
/** A curve that reaches this many points is thinned to half. */
const curvePointsMax = 512;
/** Approximate length of the windows over which rates are measured. */
const rateWindowMs = 500;
/**
 * The first window is shorter. Until it ends, the average since the start is shown, because a short run has nothing
 * else.
 */
const firstRateWindowMs = 100;

/** Totals since the start of the epoch. Stored in checkpoints, so that a resumed epoch reports the same loss. */
export interface EpochTotals {
  lossSum: number;
  correct: number;
  samples: number;
}

/** Totals of one step's batch. */
export interface StepTotals {
  readonly lossSum: number;
  /** `null` if hits are not counted. */
  readonly correct: number | null;
  readonly samples: number;
  /** η, and the L2 norm of the mean gradient; absent for local search. */
  readonly learningRate?: number;
  readonly gradientNorm?: number;
}

/** The state that continues in the next process. */
export interface ProgressState {
  readonly trainingMs: number;
  readonly epochTotals: EpochTotals;
  /** The newest one that training is watched with. */
  readonly evaluation: EvaluationView | null;
  /** Of the test split at the end, if training was watched with the validation split. */
  readonly finalTest: EvaluationView | null;
  readonly bestLoss: number | null;
  /** Absent unless the run may end early. */
  readonly best?: BestEvaluation | undefined;
}

/** The evaluation with the lowest loss, and how many have followed it. */
export interface BestEvaluation {
  readonly evaluation: EvaluationView;
  readonly since: number;
}

/** What is recorded of an epoch. */
export interface EpochRecord {
  /** Committed steps at its end. */
  readonly step: number;
  /** Seconds of training since the run began. */
  readonly seconds: number;
  readonly trainLoss: number;
  readonly trainAccuracy: number | null;
  readonly score: Score;
  readonly learningRate: number;
}

interface Rates {
  readonly samplesPerSecond: number;
  readonly stepsPerSecond: number;
  readonly bytesPerSecond: number;
}

export class Progress {
  /** Milliseconds spent in training rounds, without evaluation, pauses and waiting for workers. */
  trainingMs = 0;
  /** Of this process only, for the rates of `finished`. */
  trainedSamples = 0;
  trainedSteps = 0;
  trainedMs = 0;
  epochTotals: EpochTotals = { lossSum: 0, correct: 0, samples: 0 };
  evaluation: EvaluationView | null = null;
  finalTest: EvaluationView | null = null;
  bestLoss: number | null = null;
  best: BestEvaluation | undefined;
  trainLoss: number | null = null;
  trainAccuracy: number | null = null;
  readonly trainCurve: { step: number; loss: number }[] = [];
  readonly testCurve: EvaluationPoint[] = [];
  /** Every step of this process, for the dashboard. */
  readonly history = new History();
  #curveStride = 1;
  #testStride = 1;
  #evaluations = 0;
  /** The newest evaluation is not an n-th one (n = `#testStride`), so the next one replaces it. */
  #newestIsExtra = false;
  /** Of the last complete window. */
  #rates: Rates | null = null;
  #windowMs = 0;
  #windowSamples = 0;
  #windowSteps = 0;
  #windowBytes = 0;

  constructor(state?: ProgressState) {
    if (state === undefined) return;
    this.trainingMs = state.trainingMs;
    this.epochTotals = { ...state.epochTotals };
    this.evaluation = state.evaluation;
    this.finalTest = state.finalTest;
    this.bestLoss = state.bestLoss;
    this.best = state.best;
  }

  /**
   * Fills the curves with what an earlier process recorded, one point per epoch.
   *
   * @param epochs - In order, up to the step from which this process continues.
   */
  recall(epochs: readonly EpochRecord[]): void {
    for (const { step, seconds, trainLoss, trainAccuracy, learningRate, score } of epochs) {
      this.trainLoss = trainLoss;
      this.trainAccuracy = trainAccuracy;
      this.trainCurve.push({ step: step - 1, loss: trainLoss });
      if (thin(this.trainCurve)) this.#curveStride *= 2;
      this.#extendTestCurve({ step, loss: score.loss, metrics: score.metrics });
      const point = { step, seconds, loss: trainLoss, accuracy: trainAccuracy, learningRate };
      this.history.add({ ...point, gradientNorm: null });
    }
    // An epoch is recorded after its evaluation, so the last one may be missing.
    const { evaluation } = this;
    if (evaluation === null || evaluation.step <= (epochs.at(-1)?.step ?? 0)) return;
    const { step, loss, metrics } = evaluation;
    this.#extendTestCurve({ step, loss, metrics });
  }

  /** The newest evaluation of the test split. */
  get test(): EvaluationView | null {
    return this.evaluation?.split === "test" ? this.evaluation : this.finalTest;
  }

  get state(): ProgressState {
    return {
      trainingMs: this.trainingMs,
      epochTotals: { ...this.epochTotals },
      evaluation: this.evaluation,
      finalTest: this.finalTest,
      bestLoss: this.bestLoss,
      ...(this.best === undefined ? {} : { best: this.best }),
    };
  }

  /** Means over the last window, or over the unfinished first one. */
  get rates(): Rates {
    return this.#rates ?? this.#windowRates;
  }

  /** Means over all training of this process. */
  get averageRates(): { samplesPerSecond: number; stepsPerSecond: number } {
    const perSecond = this.trainedMs > 0 ? 1000 / this.trainedMs : 0;
    return {
      samplesPerSecond: this.trainedSamples * perSecond,
      stepsPerSecond: this.trainedSteps * perSecond,
    };
  }

  /** Counts bytes sent or received over sockets. */
  addBytes(bytes: number): void {
    this.#windowBytes += bytes;
  }

  /**
   * Counts one committed step.
   *
   * @param totals - Over the batch; `correct` is `null` if hits were not counted.
   * @param elapsedMs - From handing out the step, or from the commit before it if that was later, to its commit.
   */
  addStep(step: number, totals: StepTotals, elapsedMs: number): void {
    const { lossSum, correct, samples, learningRate = null, gradientNorm = null } = totals;
    this.trainingMs += elapsedMs;
    this.trainedMs += elapsedMs;
    this.trainedSamples += samples;
    this.trainedSteps += 1;
    this.epochTotals.lossSum += lossSum;
    this.epochTotals.correct += correct ?? 0;
    this.epochTotals.samples += samples;
    this.trainLoss = smooth(this.trainLoss, lossSum / samples);
    if (correct !== null) this.trainAccuracy = smooth(this.trainAccuracy, correct / samples);
    this.#extendCurve(step);
    this.history.add({
      step: step + 1,
      seconds: this.trainingMs / 1000,
      loss: lossSum / samples,
      accuracy: correct === null ? null : correct / samples,
      learningRate,
      gradientNorm,
    });
    this.#measureRates(samples, elapsedMs);
  }

  /** Ends an epoch: returns mean loss and accuracy over its samples. */
  endEpoch(): { trainLoss: number; trainAccuracy: number | null } {
    const { lossSum, correct, samples } = this.epochTotals;
    this.epochTotals = { lossSum: 0, correct: 0, samples: 0 };
    const trainAccuracy = this.trainAccuracy === null ? null : correct / samples;
    return { trainLoss: lossSum / samples, trainAccuracy };
  }

  /** @returns Whether this is the lowest loss so far. */
  addEvaluation(evaluation: EvaluationView): boolean {
    const { step, loss, metrics } = evaluation;
    this.evaluation = evaluation;
    this.#extendTestCurve({ step, loss, metrics });
    const isBest = this.bestLoss === null || loss < this.bestLoss;
    if (isBest) this.bestLoss = loss;
    return isBest;
  }

  #extendCurve(step: number): void {
    if (this.trainLoss === null || step % this.#curveStride !== 0) return;
    this.trainCurve.push({ step, loss: this.trainLoss });
    if (thin(this.trainCurve)) this.#curveStride *= 2;
  }

  /** Like the training curve, except that the newest point is always included. */
  #extendTestCurve(point: EvaluationPoint): void {
    if (this.#newestIsExtra) this.testCurve.pop();
    this.testCurve.push(point);
    this.#newestIsExtra = this.#evaluations % this.#testStride !== 0;
    this.#evaluations += 1;
    if (!thin(this.testCurve)) return;
    this.#testStride *= 2;
    this.testCurve.push(point);
    this.#newestIsExtra = true;
  }

  #measureRates(samples: number, elapsedMs: number): void {
    this.#windowMs += elapsedMs;
    this.#windowSamples += samples;
    this.#windowSteps += 1;
    const isFirst = this.#rates === null;
    if (this.#windowMs < (isFirst ? firstRateWindowMs : rateWindowMs)) return;
    this.#rates = this.#windowRates;
    this.#windowMs = this.#windowSamples = this.#windowSteps = this.#windowBytes = 0;
  }

  get #windowRates(): Rates {
    const perSecond = this.#windowMs > 0 ? 1000 / this.#windowMs : 0;
    return {
      samplesPerSecond: this.#windowSamples * perSecond,
      stepsPerSecond: this.#windowSteps * perSecond,
      bytesPerSecond: this.#windowBytes * perSecond,
    };
  }
}

function smooth(previous: number | null, newest: number): number {
  return previous === null ? newest : previous + newestWeight * (newest - previous);
}

/** Drops every second point of a full curve. Returns whether it did. */
function thin(points: unknown[]): boolean {
  if (points.length < curvePointsMax) return false;
  const kept = points.filter((_, i) => i % 2 === 0);
  points.splice(0, points.length, ...kept);
  return true;
}

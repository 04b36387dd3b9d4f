/**
 * @file What sections ask the page's network, and its answers: plain values, for a web worker. A new kind is a pair here
 * and a row in `network/answers.ts`.
 */
import type { ClassOptimizer } from "../../classroom/rates.ts";
import type { RaceFacts } from "./race.ts";
import type { SurfaceName } from "./surfaces.ts";

interface Questions {
  /** The cost along one parameter, from 0, `reach` to either side, over the first `count` digits. */
  readonly weight: {
    /** The network after so many steps. */
    readonly step: number;
    readonly weight: number;
    readonly reach: number;
    readonly count: number;
  };
  /** The same over `few` digits from the first on, one by one and together, and over `many`. */
  readonly data: {
    readonly step: number;
    readonly weight: number;
    readonly reach: number;
    readonly first: number;
    readonly few: number;
    readonly many: number;
  };
  /** The whole gradient, and of one parameter, by its rank in size from 0, what a change of it does. */
  readonly gradient: {
    readonly step: number;
    readonly count: number;
    readonly rank: number;
    readonly change: number;
  };
  /** The cost over a plane through the network, over the first `count` digits. */
  readonly slice: {
    readonly step: number;
    readonly plane: PlaneName;
    readonly seed: number;
    readonly count: number;
    /** Places of the map on each side. */
    readonly side: number;
  };
  /** All parameters with their gradients, and of one what the cost does `epsilon` to either side. */
  readonly parameter: {
    readonly step: number;
    readonly count: number;
    readonly weight: number;
    readonly epsilon: number;
  };
  /** Local search against gradient descent, with so many evaluations of the cost; of the network over `count` digits. */
  readonly dimensions: { readonly budget: number; readonly seed: number; readonly count: number };
  /** The cost of the network after so many steps, at one rate after another; also for the optimizer of the bet. */
  readonly rates: {
    readonly optimizer: RatesOptimizer;
    readonly quiz: RatesOptimizer;
    readonly steps: number;
  };
  /** The rate that an optimizer gives to every parameter of the network, at some moments of its training. */
  readonly effective: { readonly optimizer: EffectiveOptimizer };
  /** The best rates of the optimizers on a surface and on that of the bet, and who wins there. */
  readonly race: {
    readonly surface: SurfaceName;
    readonly quiz: SurfaceName;
    readonly seed: number;
  };
  /** The network trained with batches of one digit, of some and of all. */
  readonly batches: {
    readonly seed: number;
    readonly batchSize: number;
    readonly learningRate: number;
  };
  /** What one digit asks of every parameter. */
  readonly observation: {
    readonly step: number;
    /** A value of a drawing field. */
    readonly digit: string;
    /** Which of the data's digits of that class. */
    readonly seed: number;
  };
  /** Gradients of single digits and of many, of some parameters. */
  readonly averages: {
    readonly step: number;
    /** Of the orders in which the digits are averaged. */
    readonly seed: number;
    readonly parameters: readonly number[];
  };
  /** The page's own digits and untrained network, trained with one rate, whatever the pictures show. */
  readonly rate: {
    readonly optimizer: ClassOptimizer;
    readonly rate: number;
    readonly steps: number;
  };
  /** What the network reads in drawn digits, which are values of a drawing field. */
  readonly readings: { readonly step: number; readonly pictures: readonly string[] };
  /** What one observation asks of some parameters, and of all compared with the mean of all digits. */
  readonly column: {
    readonly step: number;
    readonly observation: Observed;
    readonly parameters: readonly number[];
  };
}

/** An observation: one of the network's digits, by its number, or any other. */
export type Observed =
  | { readonly digit: number }
  | {
      readonly label: number;
      /** Shape `[784]`, 0 = paper, 255 = ink. */
      readonly pixels: readonly number[];
    };

/** The mean gradient of so many digits against that of all, in several orders. */
export interface Settling {
  readonly size: number;
  /** Of the angle between them: the median, the least and the largest. */
  readonly cosine: number;
  readonly cosineLeast: number;
  readonly cosineMost: number;
  /** The mean square of their distance. */
  readonly distance: number;
}

/** The cost over all digits while a network is trained. */
export interface BatchCourse {
  readonly batchSize: number;
  /** In order, the untrained network first. A course that diverges ends before. */
  readonly places: readonly {
    /** Digits seen so far, each as often as it was. */
    readonly digits: number;
    readonly steps: number;
    readonly cost: number;
  }[];
}

/** Two random directions; the gradient and the last move; the way from the start over now to the end. */
export type PlaneName = "random" | "gradient" | "path";

/** Those that train the network at one rate after another. */
export type RatesOptimizer = "sgd" | "momentum" | "adam";

/** Those that give each parameter a rate of its own. */
export type EffectiveOptimizer = "rmsprop" | "adam";

/** The effective rates η / (√v̂ + ε) of all parameters after so many steps; for RMSprop v̂ is v. */
export interface EffectiveRates {
  readonly steps: number;
  /** Parameters whose gradient has been 0 at every step, so that v is 0. */
  readonly silent: number;
  /** Of the others: how many are in each of `effectiveBins`. */
  readonly counts: readonly number[];
  /** Of the others: the least, a quarter, the median, three quarters, and the largest. */
  readonly quantiles: readonly [number, number, number, number, number];
  /** Of the others: the median length of the step after it over η. */
  readonly moved: number;
  /** v̂ of a parameter with the median rate. */
  readonly square: number;
  /** What v was divided by: 1 − β₂ᵗ, or 1. */
  readonly correction: number;
}

interface AnswerBodies {
  readonly weight: {
    readonly value: number;
    /** From the value, in order; the mean cost there, and its slope from backpropagation. */
    readonly offsets: readonly number[];
    readonly costs: readonly number[];
    readonly slopes: readonly number[];
  };
  readonly data: {
    readonly value: number;
    readonly offsets: readonly number[];
    /** Of each of the few digits, and what they show. */
    readonly single: readonly (readonly number[])[];
    readonly labels: readonly number[];
    /** Means of the few and of the many. */
    readonly few: readonly number[];
    readonly many: readonly number[];
  };
  readonly gradient: {
    readonly cost: number;
    /** Which parameter has the rank, its value and its gradient. */
    readonly weight: number;
    readonly value: number;
    readonly gradient: number;
    readonly change: number;
    /** The change of the cost by gradient times change, and as it is. */
    readonly promised: number;
    readonly happened: number;
    /** Parameters whose gradient is exactly 0. */
    readonly silent: number;
    /** Some ranks in order, and |gradient| there. */
    readonly ranks: readonly number[];
    readonly sizes: readonly number[];
  };
  readonly slice: {
    readonly plane: PlaneName;
    /** Committed steps of the network. */
    readonly step: number;
    /** Now, in the middle of the map. */
    readonly cost: number;
    /** Half the map's side, as a distance between parameters. */
    readonly reach: number;
    readonly side: number;
    /** Shape `[side, side]`, row by row from the lowest y. */
    readonly costs: readonly number[];
    /** Where the next step of plain descent, at rate 1, leads in the plane; and how long it is in all dimensions. */
    readonly next: { readonly x: number; readonly y: number };
    readonly nextLength: number;
    /** Steps of plain descent in all dimensions: where they are seen in the plane, from now on, and the cost after them. */
    readonly descent: {
      readonly places: readonly { readonly x: number; readonly y: number }[];
      readonly cost: number;
    };
    /** Of the plane of the path: where training began, and where it ends. */
    readonly ends: readonly { readonly x: number; readonly y: number }[];
  };
  readonly parameter: {
    readonly step: number;
    readonly cost: number;
    /** Shape `[parameterCount]` each. */
    readonly parameters: Float32Array;
    readonly gradients: Float32Array;
    readonly weight: number;
    readonly epsilon: number;
    /** The cost with the weight raised and lowered by ε, and the slope between them. */
    readonly above: number;
    readonly below: number;
    readonly slope: number;
  };
  readonly dimensions: {
    /** What is left of the first cost, by dimension; the last row is the network. */
    readonly rows: readonly {
      readonly dimension: number;
      readonly search: number;
      readonly descent: number;
    }[];
    /** Gradient steps for those evaluations. */
    readonly steps: number;
  };
  readonly batches: {
    /** All digits. */
    readonly count: number;
    readonly learningRate: number;
    /** With batches of one digit, of some and of all. */
    readonly courses: readonly BatchCourse[];
  };
  readonly observation: {
    /** Shape `[784]`, in [0, 1]. */
    readonly pixels: Float32Array;
    readonly label: number;
    /** Committed steps of the network, and its parameters, `[parameterCount]`. */
    readonly step: number;
    readonly parameters: Float32Array;
    /** Of the digit's cost, `[parameterCount]`. */
    readonly gradient: Float32Array;
  };
  readonly averages: {
    /** All digits. */
    readonly count: number;
    /** Those that were asked for. */
    readonly parameters: readonly number[];
    /** The lecture's pictures: which digits they are, their pixels, `[784]`, and the network's outputs, `[10]`. */
    readonly six: readonly number[];
    readonly pictures: readonly Float32Array[];
    readonly outputs: readonly Float32Array[];
    /** Per parameter, its gradient of every digit, `[count]`, and their mean. */
    readonly columns: readonly Float32Array[];
    readonly full: readonly number[];
    /** The mean of |g − G|² over all digits. */
    readonly variance: number;
    /** Parameters whose gradient is exactly 0 for every digit. */
    readonly silent: number;
    readonly settling: readonly Settling[];
  };
  readonly rates: {
    readonly optimizer: RatesOptimizer;
    readonly curve: RatesCurve;
    readonly quiz: RatesCurve;
    /** The largest curvature of the untrained network. */
    readonly curvature: number;
  };
  readonly effective: {
    readonly learningRate: number;
    readonly epsilon: number;
    readonly parameterCount: number;
    /** In the order of `effectiveMoments`. */
    readonly moments: readonly EffectiveRates[];
  };
  readonly race: { readonly facts: RaceFacts; readonly quiz: RaceFacts };
  readonly rate: {
    /** The cost over all digits before and after; `null` if it was not finite any more after `taken` steps. */
    readonly first: number;
    readonly cost: number | null;
    readonly taken: number;
  };
  readonly readings: {
    /** Committed steps of the network, and its parameters, `[parameterCount]`. */
    readonly step: number;
    readonly parameters: Float32Array;
    /** Per picture: its pixels, `[784]` in [0, 1], what it shows, and the probability of each digit, `[10]`. */
    readonly readings: readonly {
      readonly pixels: Float32Array;
      readonly label: number;
      readonly outputs: Float32Array;
    }[];
    /** The share of the digits of the data that the network reads right. */
    readonly accuracy: number;
  };
  readonly column: {
    /** Shape `[784]`, in [0, 1]. */
    readonly pixels: Float32Array;
    readonly label: number;
    readonly step: number;
    /** The probability of each digit, `[10]`. */
    readonly outputs: Float32Array;
    /** Of the parameters that were asked for: this observation's gradients, and the mean of all digits. */
    readonly values: readonly number[];
    readonly means: readonly number[];
    /** All digits. */
    readonly count: number;
    /** Of the angle between the gradient of this observation and the mean of all. */
    readonly cosine: number;
  };
}

export interface RatesCurve {
  /** The cost before the first step. */
  readonly first: number;
  /** By rate; `null` if it was not finite any more. */
  readonly rows: readonly { readonly rate: number; readonly cost: number | null }[];
}

type Kind = keyof Questions;

/** One question. Equal questions have equal answers, so each is asked once. */
export type QuestionOf<Of extends Kind> = { readonly kind: Of } & Questions[Of];
export type Question = { readonly [Each in Kind]: QuestionOf<Each> }[Kind];

export type AnswerBody<Of extends Kind> = AnswerBodies[Of];
/** With its kind and its number among all answers, so that a section knows whether it has computed with it. */
export type AnswerOf<Of extends Kind> = {
  readonly kind: Of;
  readonly id: number;
} & AnswerBodies[Of];
export type Answer = { readonly [Each in Kind]: AnswerOf<Each> }[Kind];

/** An answer if it is of this kind. */
export function answerOf<Of extends Kind>(
  kind: Of,
  answer: Answer | undefined,
): AnswerOf<Of> | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its kind says so
  return answer?.kind === kind ? (answer as unknown as AnswerOf<Of>) : undefined;
}

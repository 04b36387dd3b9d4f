/**
 * @file What sections ask the page's network, and its answers: plain values, for a web worker. A new kind is a pair here
 * and a row in `network/answers.ts`.
 */

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
  /** Local search against gradient descent, with so many evaluations of the cost; of the network over `count` digits. */
  readonly dimensions: { readonly budget: number; readonly seed: number; readonly count: number };
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

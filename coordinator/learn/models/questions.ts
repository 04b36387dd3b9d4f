/**
 * @file What sections ask the page's network, and its answers: plain values, for a web worker. A new kind is a pair here
 * and a row in `network/answers.ts`.
 */

interface Questions {
  /** The cost along one parameter. */
  readonly weight: {
    /** The network after so many steps. */
    readonly step: number;
    /** Which parameter, from 0. */
    readonly weight: number;
    /** How far to either side of its value. */
    readonly reach: number;
    /** Over so many of the digits, from the first on. */
    readonly first: number;
    readonly count: number;
    /** How many of those also get a curve of their own. */
    readonly apart: number;
  };
}

interface AnswerBodies {
  readonly weight: {
    readonly value: number;
    /** At the value: the mean cost, and its slope from backpropagation. */
    readonly cost: number;
    readonly slope: number;
    /** From the value, in order, and the mean cost there. */
    readonly offsets: readonly number[];
    readonly costs: readonly number[];
    /** The same for single digits. */
    readonly apart: readonly (readonly number[])[];
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
  return answer?.kind === kind ? (answer as AnswerOf<Of>) : undefined;
}

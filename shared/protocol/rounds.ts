/**
 * @file Rounds as messages: the request for blocks, and the answer for one. The table of kinds says which message
 * it is; the fields are in the order that `hot-header.ts` reads fast.
 */
import { assertNever } from "../assert.ts";
import { isAskedBy, type RoundKind, roundKinds } from "../run/kinds.ts";
import type { Block } from "../run/tree.ts";
import type { UnitResult } from "../run/unit.ts";
import type { CoordinatorMessage, ResultMessage, WorkerMessage, WorkMessage } from "./messages.ts";

/** Builds a request for blocks of a round. */
export function askFor(
  run: string,
  { kind, step }: { readonly kind: RoundKind; readonly step: number },
  blocks: readonly Block[],
): WorkMessage {
  const pairs = blocks.map(pairOf);
  if (isAskedBy("work", kind)) return { type: "work", run, kind, step, blocks: pairs };
  return { type: "evaluate", run, step, split: kind, blocks: pairs };
}

/** Whether a message asks for blocks. */
export function isWork(message: CoordinatorMessage): message is WorkMessage {
  return asks.has(message.type);
}

const asks: ReadonlySet<string> = new Set([
  ...Object.values(roundKinds).map(({ ask }) => ask),
  "update",
]);

/** The kind of round whose blocks a message asks for. */
export function kindAsked(header: WorkMessage): RoundKind {
  return header.type === "evaluate" ? header.split : header.kind;
}

/** What an answer belongs to. */
export interface Answered {
  readonly run: string;
  readonly kind: RoundKind;
  readonly step: number;
  readonly block: Block;
  /** Time spent on it. */
  readonly computeMs: number;
}

/** The header of an answer for one block. The result's values are the message's tensor. */
export function answerFor(
  { run, kind, step, block, computeMs }: Answered,
  { lossSum, correct }: Sums,
): ResultMessage {
  const part = { run, step, block: pairOf(block), computeMs };
  switch (kind) {
    case "candidates":
      return { type: "costs", ...part };
    case "gradient":
    case "replica":
      return { type: kind, ...part, lossSum, correct };
    case "validation":
    case "test":
      return { type: "evaluation", ...part, lossSum, correct, split: kind };
    default:
      return assertNever(kind);
  }
}

/** The parts of a result besides its values. */
export type Sums = Pick<UnitResult, "lossSum" | "correct">;

/** The sums in a message; 0 if it has none. */
export function sumsOf(message: ResultMessage): Sums {
  return message.type === "costs" ? noSums : message;
}

const noSums: Sums = { lossSum: 0, correct: 0 };

export function pairOf({ start, end }: Block): [number, number] {
  return [start, end];
}

export function blockOf([start, end]: readonly [number, number]): Block {
  return { start, end };
}

/** Whether a message carries the result of a block. */
export function isResult(message: WorkerMessage): message is ResultMessage {
  return answers.has(message.type);
}

const answers: ReadonlySet<string> = new Set(Object.values(roundKinds).map(({ answer }) => answer));

/** Whether a message carries a part of a step, not of a measurement. */
export function isTrainingResult(message: WorkerMessage): message is ResultMessage {
  return trainingAnswers.has(message.type);
}

const trainingAnswers: ReadonlySet<string> = new Set(
  Object.values(roundKinds).flatMap(({ trains, answer }) => (trains ? [answer] : [])),
);

/**
 * @file Second answers to a block that was late and also went to another worker. They are dropped, but compared
 * first: two different results of one unit can't both be true (invariant 1). Under quorum, the answer that counted was
 * confirmed, so the late one is wrong; otherwise nobody knows which. Only a digest of the first answer is
 * kept, as long as its round is remembered. Pure.
 */
import { type Block, blockName } from "../../shared/run/tree.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Answer, Content } from "../dispatch/answer.ts";
import type { CrewWorker } from "../dispatch/crew.ts";
import type { FirstAnswer, Holdings } from "../dispatch/holdings.ts";
import { digestOf } from "./commitment.ts";

/** Call this with the answer that counts, if a second one may come: its block was given to several workers, or will be. */
export function noteFirst({ id, name }: CrewWorker, holdings: Holdings, answer: Answer): void {
  holdings.noteFirst(answer.block, { workerId: id, name, sha256: digestOf(answer) });
}

/** @returns The answer that counted, if this one, to the same block of the same round, differs from it. */
export function contradicted(
  holdings: Holdings,
  block: Block,
  content: Content,
): FirstAnswer | undefined {
  const first = holdings.firstAnswer(block);
  return first === undefined || first.sha256 === digestOf(content) ? undefined : first;
}

/** What is said of two workers of which one was wrong. */
export function doubtOf(
  first: FirstAnswer,
  second: CrewWorker,
  { step, block }: { readonly step: number; readonly block: Block },
): Sentence {
  const names = { first: first.name, second: second.name };
  return sentence("workers-differ", { ...names, block: blockName(block), step });
}

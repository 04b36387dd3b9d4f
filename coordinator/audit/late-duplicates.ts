/**
 * @file Second answers to a block that was late and went to another worker too. They are dropped, but not unseen: two
 * results of one unit that differ can't both be true (invariant 1). Kept of the first answer is its digest, as long as
 * somebody remembers its round. Pure.
 */
import { sumsOf } from "../../shared/protocol/rounds.ts";
import type { Answer } from "../dispatch/answer.ts";
import type { CrewWorker } from "../dispatch/crew.ts";
import type { FirstAnswer, Round } from "../dispatch/round.ts";
import { sha256OfParts } from "../sha256.ts";

export type Content = Omit<Answer, "samples">;

/** To be called with the answer that counts. */
export function noteFirst({ id, name }: CrewWorker, round: Round, content: Content): void {
  if (!round.isShared(content.block)) return;
  round.noteFirst(content.block, { workerId: id, name, sha256: digestOf(content) });
}

/** @returns The answer that counted, if this one, to the same block of the same round, says something else. */
export function contradicted(round: Round, content: Content): FirstAnswer | undefined {
  const first = round.firstAnswer(content.block);
  return first === undefined || first.sha256 === digestOf(content) ? undefined : first;
}

/** Of all of a result that reaches the parameters or the metrics. */
function digestOf({ message, tensor }: Content): string {
  const { lossSum, correct } = sumsOf(message);
  return sha256OfParts(tensor, new Uint8Array(Float64Array.of(lossSum, correct).buffer));
}

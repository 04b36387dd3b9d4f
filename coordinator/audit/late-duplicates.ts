/**
 * @file Second answers to a block that was late and also went to another worker. They are dropped, but compared
 * first: two different results of one unit can't both be true (invariant 1). Only a digest of the first answer is
 * kept, as long as its round is remembered. Pure.
 */
import { sumsOf } from "../../shared/protocol/rounds.ts";
import type { Answer } from "../dispatch/answer.ts";
import type { CrewWorker } from "../dispatch/crew.ts";
import type { FirstAnswer, Round } from "../dispatch/round.ts";
import { sha256OfParts } from "../sha256.ts";

export type Content = Omit<Answer, "samples">;

/** Call this with the answer that counts. */
export function noteFirst({ id, name }: CrewWorker, round: Round, content: Content): void {
  if (!round.isShared(content.block)) return;
  round.noteFirst(content.block, { workerId: id, name, sha256: digestOf(content) });
}

/** @returns The answer that counted, if this one, to the same block of the same round, differs from it. */
export function contradicted(round: Round, content: Content): FirstAnswer | undefined {
  const first = round.firstAnswer(content.block);
  return first === undefined || first.sha256 === digestOf(content) ? undefined : first;
}

/** Digest of everything in a result that reaches the parameters or the metrics. */
function digestOf({ message, tensor }: Content): string {
  const { lossSum, correct } = sumsOf(message);
  return sha256OfParts(tensor, new Uint8Array(Float64Array.of(lossSum, correct).buffer));
}

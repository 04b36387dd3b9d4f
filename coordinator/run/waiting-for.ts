/** @file Why a run does not advance (invariant 4). Pure. */
import { blockName } from "../../shared/run/tree.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { OpenRound } from "../dispatch/round.ts";

/** A wait shorter than this is a normal step. */
const waitingIsWorthSayingMs = 1_000;

export interface Standstill {
  /** How many more workers the next round needs. */
  readonly missing: number;
  readonly isPaused: boolean;
  /** The open round, if there is one. */
  readonly round: Pick<OpenRound, "step" | "openedMs" | "holdings"> | undefined;
  readonly nameOf: (workerId: string) => string | undefined;
}

/** What a run that is not over waits for, or `null` while it advances. */
export function waitingFor(
  { missing, isPaused, round, nameOf }: Standstill,
  nowMs: number,
): Sentence | null {
  if (missing > 0) return sentence("waiting-for-workers", { missing });
  if (round === undefined) return isPaused ? sentence("paused-by-operator") : null;
  if (nowMs - round.openedMs < waitingIsWorthSayingMs) return null;
  const { step, holdings } = round;
  const oldest = holdings.oldest();
  if (oldest === undefined) return sentence("waiting-for-taker", { step });
  return sentence("waiting-for-block", {
    block: blockName(oldest.block),
    step,
    worker: nameOf(oldest.workerId) ?? sentence("departed-worker"),
    seconds: Math.round((nowMs - oldest.sinceMs) / 100) / 10,
  });
}

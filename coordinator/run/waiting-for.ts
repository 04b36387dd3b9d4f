/** @file What a run that is not over is doing, and why it does not advance (invariant 4). Pure. */
import { roundKinds } from "../../shared/run/kinds.ts";
import { blockName } from "../../shared/run/tree.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Pace } from "../dispatch/pacing.ts";
import type { OpenRound } from "../dispatch/round.ts";
import type { Phase } from "./view.ts";

/** A wait shorter than this is a normal step. */
const waitingIsWorthSayingMs = 1_000;

export interface Standstill {
  /** How many more workers the next round needs. */
  readonly missing: number;
  readonly isPaused: boolean;
  readonly pace: Pace;
  /** The open round, if there is one. */
  readonly round: Pick<OpenRound, "kind" | "step" | "openedMs" | "holdings"> | undefined;
  readonly nameOf: (workerId: string) => string | undefined;
}

/** The phase of a run that is not over. */
export function phaseOf({ missing, isPaused, pace, round }: Omit<Standstill, "nameOf">): Phase {
  if (round === undefined && isPaused) return "paused";
  if (missing > 0) return "waiting";
  if (round !== undefined) return roundKinds[round.kind].trains ? "training" : "evaluating";
  // Between two slow steps it trains.
  return pace === "slow" ? "training" : "waiting";
}

/** What a run that is not over waits for, or `null` while it advances. */
export function waitingFor(
  { missing, isPaused, pace, round, nameOf }: Standstill,
  nowMs: number,
): Sentence | null {
  if (missing > 0) return sentence("waiting-for-workers", { missing });
  if (round === undefined && isPaused) return sentence("paused-by-operator");
  if (round === undefined) return pace === "single" ? sentence("waiting-for-next-step") : null;
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

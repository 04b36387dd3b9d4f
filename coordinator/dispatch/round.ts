/**
 * @file A round, as all parts that work on it see it. The training run opens it and passes it to dispatch, audit and the
 * sums. None of them keeps a copy.
 */
import type { ResultMessage, WorkMessage } from "../../shared/protocol/messages.ts";
import { askFor } from "../../shared/protocol/rounds.ts";
import { type RoundKind, roundKinds } from "../../shared/run/kinds.ts";
import type { PointVersion } from "../../shared/run/point-update.ts";
import type { Block } from "../../shared/run/tree.ts";
import { Holdings } from "./holdings.ts";

/** What a round is, and who holds which of its blocks. It outlives the round, for answers that come late. */
export interface Round {
  readonly kind: RoundKind;
  /** Steps committed when it was opened: for a round that trains, the step it makes. */
  readonly step: number;
  /** Leaves of the whole tree. */
  readonly leafCount: number;
  /**
   * The nodes whose values are wanted, disjoint and in ascending order. In the coordinator that is the whole tree, in a
   * relay the blocks that it was given.
   */
  readonly roots: readonly Block[];
  /** When it was opened. Of a round that is over: or when the round before it was over, if that was later. */
  readonly openedMs: number;
  readonly holdings: Holdings;
}

/** A round that is open. In a run with a delay, the rounds of two successive steps may be open. */
export interface OpenRound extends Round {
  /**
   * The point at which it is computed, as it is sent: `[parameterCount]` in the run's wire form. It is encoded once, in one
   * buffer for all workers, which does not change while the round is open.
   */
  readonly tensor: Uint8Array;
  /** In a run whose points move by updates, of a round that trains. */
  readonly version?: PointVersion | undefined;
}

/** Opens a round, of which nobody holds anything yet. Without `roots`, the whole tree is wanted. */
export function openRound({
  kind,
  step,
  leafCount,
  roots = [{ start: 0, end: leafCount }],
  openedMs,
  tensor,
  version,
}: Omit<OpenRound, "holdings" | "roots"> & Partial<Pick<OpenRound, "roots">>): OpenRound {
  const holdings = new Holdings(leafCount);
  return { kind, step, leafCount, roots, openedMs, tensor, version, holdings };
}

/**
 * The request for blocks. A worker that has the point before this one, or this one already, gets the update to it. Any other
 * worker gets the whole point.
 *
 * @param held - The digest of the point that the worker has.
 */
export function requestOf(
  run: string,
  round: OpenRound,
  blocks: readonly Block[],
  held: string | undefined,
): { readonly header: WorkMessage; readonly tensor: Uint8Array } {
  const header = askFor(run, round, blocks);
  const { version, tensor } = round;
  const update = version?.update;
  if (header.type !== "work" || version === undefined || update === undefined) {
    return { header, tensor };
  }
  const { digest } = version;
  if (held !== update.from && held !== digest) return { header, tensor };
  return { header: { ...header, type: "update", digest }, tensor: update.tensor };
}

/**
 * What is kept of a round that is over. Its tensor is not kept, because it is as large as the parameters.
 *
 * @param formerMs - When the round before it was over. Their times do not overlap, so that they can be added.
 */
export function closed(round: OpenRound, formerMs = Number.NEGATIVE_INFINITY): Round {
  const { kind, step, leafCount, roots, holdings } = round;
  const openedMs = Math.max(round.openedMs, formerMs);
  return { kind, step, leafCount, roots, openedMs, holdings };
}

/** Whether a message answers for a block of this round. */
export function isFor({ kind, step }: Round, message: ResultMessage): boolean {
  if (message.step !== step || message.type !== roundKinds[kind].answer) return false;
  return message.type !== "evaluation" || message.split === kind;
}

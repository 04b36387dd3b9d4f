/**
 * @file How the time of the last steps was spent: for each worker, how long its bytes travelled, how long it
 * computed, and how long it then waited for the others. It stores the rounds as they are and evaluates them only on
 * request.
 *
 * A coordinator knows when work leaves and when its results arrive, and the worker reports its computing time; the
 * rest was spent on the network. The two clocks are not compared, so download and upload are separated by the bytes
 * sent each way, as if both directions were equally fast.
 */
import type { RunConfig } from "../../shared/run/config.ts";
import { type ModelSizes, modelSizes, pointLength, roundKinds } from "../../shared/run/kinds.ts";
import type { Round } from "../dispatch/round.ts";
import type { TimelineView } from "./view.ts";

/** As many steps as a person can distinguish side by side. */
const roundsKept = 6;

interface Closed {
  readonly round: Round;
  readonly closedMs: number;
}

export class Timeline {
  #rounds: Closed[] = [];
  #computeMs = 0;
  #elapsedMs = 0;

  /** A round is over. */
  add(round: Round, closedMs: number): void {
    if (this.#rounds.length === roundsKept) this.#rounds.shift();
    this.#rounds.push({ round, closedMs });
    for (const { computeMs } of round.holdings.byWorker.values()) this.#computeMs += computeMs;
    this.#elapsedMs += closedMs - round.openedMs;
  }

  /**
   * The last rounds, and the speed-up since the last call: compute time over elapsed time. This is how many times
   * faster the run was than a single thread without any network.
   *
   * @param nameOf - A worker's name by its id.
   * @param config - The run's config, which determines the size of parameters and results.
   */
  view(nameOf: (workerId: string) => string, config: RunConfig): TimelineView {
    const sizes = modelSizes(config);
    const speedUp = this.#elapsedMs === 0 ? null : this.#computeMs / this.#elapsedMs;
    this.#computeMs = 0;
    this.#elapsedMs = 0;
    return {
      speedUp,
      steps: this.#rounds.map(({ round, closedMs }) => ({
        kind: round.kind,
        step: round.step,
        startMs: round.openedMs,
        endMs: closedMs,
        shares: sharesOf(round, closedMs, nameOf, sizes),
      })),
    };
  }
}

function sharesOf(
  round: Round,
  closedMs: number,
  nameOf: (workerId: string) => string,
  sizes: ModelSizes,
) {
  const down = pointLength(round.kind, sizes);
  // Kinds whose larger blocks have more values have too few of them to matter.
  const valueCount = roundKinds[round.kind].valueCount({ start: 0, end: 1 }, sizes);
  return [...round.holdings.byWorker].map(
    ([workerId, { sinceMs, doneMs, computeMs, samples, owed }]) => {
      // With a delay, a share is handed out while the round before is open, and may be done before that is over.
      const startMs = Math.max(sinceMs, round.openedMs);
      const endMs = Math.max(startMs, Math.min(doneMs ?? closedMs, closedMs));
      // Threads compute side by side: together they may count more than passed.
      const computedMs = Math.min(computeMs, endMs - startMs);
      const isLate = doneMs === undefined;
      const travelledMs = endMs - startMs - computedMs;
      const upload = isLate ? 0 : owed.size * valueCount;
      const downloadMs = (travelledMs * down) / (down + upload);
      return {
        worker: nameOf(workerId),
        startMs,
        endMs,
        downloadMs,
        computeMs: computedMs,
        uploadMs: travelledMs - downloadMs,
        samples,
        /** The others were faster with what it had: a straggler. */
        isLate,
      };
    },
  );
}

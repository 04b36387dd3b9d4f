/**
 * @file Where the time of the last steps went: for each worker how long its bytes travelled, how long it computed, how
 * long it then waited for the others. Keeps the rounds as they are and looks into them only when asked.
 */
import type { Round } from "./round.ts";
import type { TimelineView } from "./view.ts";

/** As many steps as one can tell apart side by side. */
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
    for (const { computeMs } of round.holdings.values()) this.#computeMs += computeMs;
    this.#elapsedMs += closedMs - round.openedMs;
  }

  /**
   * The last rounds, and how much was computed at once since the last call: compute time over elapsed time, which is
   * how many times faster than one thread doing it all, without any network, the run was.
   *
   * @param nameOf - A worker's name by its id.
   */
  view(nameOf: (workerId: string) => string): TimelineView {
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
        shares: sharesOf(round, closedMs, nameOf),
      })),
    };
  }
}

function sharesOf(round: Round, closedMs: number, nameOf: (workerId: string) => string) {
  return [...round.holdings].map(([workerId, { sinceMs, doneMs, computeMs, samples }]) => {
    const endMs = Math.min(doneMs ?? closedMs, closedMs);
    return {
      worker: nameOf(workerId),
      startMs: sinceMs,
      endMs,
      // Threads compute side by side: together they may count more than passed.
      computeMs: Math.min(computeMs, endMs - sinceMs),
      samples,
      /** The others were faster with what it had: a straggler. */
      isLate: doneMs === undefined,
    };
  });
}

/** @file Counts what happened since the program began, for monitoring. */
import type { CoordinatorEvent } from "../run/view.ts";

const runEnds = ["finished", "failed", "stopped"] as const;
const workerChanges = ["joined", "left", "refused"] as const;

export class EventCounts {
  readonly runs = zeros(runEnds);
  readonly workers = zeros(workerChanges);
  /** By the code of the protocol's error. */
  readonly refusals: Record<string, number> = {};
  warnings = 0;

  add(event: CoordinatorEvent): void {
    if (event.event === "warning") this.warnings += 1;
    else if (event.event === "worker") {
      this.workers[event.change] += 1;
      const { error } = event;
      if (error !== null) this.refusals[error] = (this.refusals[error] ?? 0) + 1;
    } else {
      const end = runEnds.find((name) => name === event.event);
      if (end !== undefined) this.runs[end] += 1;
    }
  }
}

function zeros<Name extends string>(names: readonly Name[]): Record<Name, number> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every name has its entry
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}

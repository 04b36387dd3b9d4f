/** @file Runs that follow each other by themselves: what the program asks of whoever decides on them. */
import type { Console } from "./console/types.ts";
import type { PreparedRun, SetupWorld } from "./run-setup.ts";
import type { CurrentRun } from "./runs.ts";

/** Several runs instead of one. */
export interface Series {
  /** Shows the series instead of one run. */
  readonly console: Console;
  /** The command that continues it, in another process too. */
  readonly again: string;
  /** Whether no run is left. */
  readonly isComplete: boolean;
  /**
   * A run is over, and everything about it is on disk. It may be one that a dashboard has started in between.
   *
   * @param fingerprint - Of its parameters.
   * @throws OperatorError if it can't be noted; then no other run begins.
   */
  ended(run: CurrentRun, fingerprint: string): Promise<void>;
  /**
   * Prepares the next run.
   *
   * @throws OperatorError if that is not possible.
   */
  prepareNext(world: SetupWorld): Promise<PreparedRun>;
}

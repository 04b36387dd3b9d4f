/** @file The contract between a console and its owner, and the parts of a terminal's streams that it uses. */
import type { CoordinatorEvent, CoordinatorView, SavedCheckpoint } from "../run/view.ts";
import type { JobControl } from "./job-control.ts";
import type { ConsoleMode } from "./mode.ts";

/** The part of a writable stream that the console uses. */
export interface ConsoleOutput {
  /** In cells; unset if it is not a terminal. */
  readonly columns?: number;
  readonly rows?: number;
  /** Bytes written but not accepted yet. */
  readonly writableLength?: number;
  /** @returns Whether more may be written before `drain`. */
  write(text: string): boolean;
  on(event: "resize" | "drain" | "error", listener: (error: Error) => void): unknown;
  off(event: "resize" | "drain" | "error", listener: (error: Error) => void): unknown;
}

/** The part of a terminal's readable stream that the console uses. */
export interface ConsoleInput {
  readonly isTTY?: boolean;
  readonly isRaw?: boolean;
  setRawMode?(isRaw: boolean): unknown;
  on(event: "data", listener: (chunk: Uint8Array | string) => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "data", listener: (chunk: Uint8Array | string) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** A request made with a key. `pause` toggles; `interrupt` is Ctrl-C, like SIGINT. */
export type ConsoleAction = "pause" | "stop" | "interrupt";

export interface ConsoleOptions {
  readonly output: ConsoleOutput;
  /** Keys are read from it if it is a terminal, `onKey` is given, and the mode is live. */
  readonly input?: ConsoleInput;
  readonly mode: ConsoleMode;
  readonly color: boolean;
  /** Milliseconds of any monotonic clock. */
  readonly now: () => number;
  readonly onKey?: (action: ConsoleAction) => void;
  /** Absent if there is none, as on Windows. */
  readonly job?: JobControl | undefined;
}

export interface Console {
  /** Reports an event: a line in a pipe or a JSON log, an entry in the live log. */
  event(event: CoordinatorEvent): void;
  /** Updates the state. Stores the view and returns; the live console draws it when the next frame is due. */
  update(view: CoordinatorView): void;
  /**
   * Restores the terminal and leaves a summary on it. A second call does nothing.
   *
   * @param saved - The run's checkpoint on disk; `undefined` if unknown.
   */
  close(saved?: SavedCheckpoint | null): void;
}

/**
 * @file The coordinator's console: everything that a person or a program reads on standard output. It takes
 * snapshots and events and returns keys; it knows nothing of sockets or training.
 */
import type { CoordinatorEvent, CoordinatorView, SavedCheckpoint } from "../run/view.ts";
import { LiveConsole } from "./live-console.ts";
import type { ConsoleMode } from "./mode.ts";
import { eventLine } from "./view/event-line.ts";
import { createStyle } from "./view/style.ts";
import { stopLine } from "./view/summary.ts";

/** The part of a writable stream that the console uses. */
export interface ConsoleOutput {
  /** In cells; unset if it is not a terminal. */
  readonly columns?: number;
  readonly rows?: number;
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

/** Opens the console. In live mode it does not touch the terminal before the first `update`. */
export function createConsole(options: ConsoleOptions): Console {
  const { output, mode } = options;
  if (mode === "live") return new LiveConsole(options);
  if (mode === "json") return lineConsole(output, { lineOf: jsonLine, lastLine: () => null });
  const style = createStyle(options.color);
  return lineConsole(output, {
    lineOf: (event) => eventLine(event, style),
    lastLine: (view, saved) => stopLine(view, saved, style),
  });
}

interface Lines {
  readonly lineOf: (event: CoordinatorEvent) => string;
  /** The last line, if there is still something to say. */
  readonly lastLine: (
    view: CoordinatorView,
    saved: SavedCheckpoint | null | undefined,
  ) => string | null;
}

/** One line per event. If the reader goes away, as `head` does, the lines end but the run continues. */
function lineConsole(output: ConsoleOutput, { lineOf, lastLine }: Lines): Console {
  let isOpen = true;
  let last: CoordinatorView | undefined;
  output.on("error", () => {
    isOpen = false;
  });
  return {
    event(event) {
      if (isOpen) output.write(`${lineOf(event)}\n`);
    },
    update(view) {
      last = view;
    },
    close(saved) {
      const line = last === undefined ? null : lastLine(last, saved);
      if (isOpen && line !== null) output.write(`${line}\n`);
      isOpen = false;
    },
  };
}

/** Characters that JSON leaves unescaped but that a terminal obeys or a line reader splits at. */
const unsafeInLine = /[\u007F-\u009F\u2028\u2029]/gu;

function jsonLine(event: CoordinatorEvent): string {
  return JSON.stringify(event).replaceAll(
    unsafeInLine,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

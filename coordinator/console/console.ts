/**
 * @file The coordinator's console: what a person or a program reads on standard output. Takes snapshots and events,
 * and hands back keys; knows nothing of sockets and training.
 */
import type { CoordinatorEvent, CoordinatorView, SavedCheckpoint } from "../run/view.ts";
import { LiveConsole } from "./live-console.ts";
import type { ConsoleMode } from "./mode.ts";
import { eventLine } from "./view/event-line.ts";
import { createStyle } from "./view/style.ts";
import { stopLine } from "./view/summary.ts";

/** The part of a writable stream that the console uses. */
export interface ConsoleOutput {
  /** Cells; unset when it is no terminal. */
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

/** What a key asks of the coordinator. `pause` goes to and fro; `interrupt` is Ctrl-C, as SIGINT would be. */
export type ConsoleAction = "pause" | "stop" | "interrupt";

export interface ConsoleOptions {
  readonly output: ConsoleOutput;
  /** Keys are read from it if it is a terminal, `onKey` is given and the mode is live. */
  readonly input?: ConsoleInput;
  readonly mode: ConsoleMode;
  readonly color: boolean;
  /** Milliseconds on any steady clock. */
  readonly now: () => number;
  readonly onKey?: (action: ConsoleAction) => void;
}

export interface Console {
  /** Something happened: a line in a pipe or a JSON log, an entry in the live log. */
  event(event: CoordinatorEvent): void;
  /** The state now. Keeps the view and returns; the live console draws it when its next frame is due. */
  update(view: CoordinatorView): void;
  /**
   * Gives the terminal back and leaves a summary on it. A second call does nothing.
   *
   * @param saved - What of the run lies on the disk; `undefined` when nobody knows.
   */
  close(saved?: SavedCheckpoint | null): void;
}

/** Opens the console. In live mode the terminal is untouched until the first `update`. */
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
  /** What is left to say at the end. */
  readonly lastLine: (
    view: CoordinatorView,
    saved: SavedCheckpoint | null | undefined,
  ) => string | null;
}

/** One line an event. A reader that goes away, as `head` does, ends the lines and not the run. */
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

/** What JSON leaves as it is but a terminal obeys or a line reader splits at. */
const unsafeInLine = /[\u007F-\u009F\u2028\u2029]/gu;

function jsonLine(event: CoordinatorEvent): string {
  return JSON.stringify(event).replaceAll(
    unsafeInLine,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

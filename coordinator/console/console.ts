import { isSentence, sayAtTerminal, type Sentence } from "../../shared/words/sentence.ts";
/**
 * @file The coordinator's console: everything that a person or a program reads on standard output. It takes
 * snapshots and events and returns keys; it knows nothing of sockets or training.
 */
import type { CoordinatorEvent, CoordinatorView, SavedCheckpoint } from "../run/view.ts";
import { LiveConsole } from "./live-console.ts";
import type { Console, ConsoleOptions, ConsoleOutput } from "./types.ts";
import { eventLine } from "./view/event-line.ts";
import { createStyle } from "./view/style.ts";
import { stopLine } from "./view/summary.ts";

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
  return JSON.stringify(withWords(event)).replaceAll(
    unsafeInLine,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Sentences as their English texts. The code and the values of what happened stand beside them, for programs. */
function withWords(event: CoordinatorEvent): object {
  const said = saidIn(event);
  const words = Object.entries(event).map(([name, value]: [string, unknown]) => [
    name,
    isSentence(value) ? sayAtTerminal(value) : value,
  ]);
  const { code, values } = said ?? {};
  return { ...Object.fromEntries(words), ...(said === null ? {} : { code, values }) };
}

/** Why or what; a run's title is no event. */
function saidIn(event: CoordinatorEvent): Sentence | null {
  if ("reason" in event) return event.reason;
  return "message" in event ? event.message : null;
}

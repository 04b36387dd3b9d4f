/**
 * @file The coordinator's console: everything that a person or a program reads on standard output. It takes
 * snapshots and events and returns keys; it knows nothing of sockets or training.
 */
import { isSentence, sayAtTerminal, type Sentence } from "../../shared/words/sentence.ts";
import type { CoordinatorEvent } from "../run/view.ts";
import { LineQueue } from "./line-queue.ts";
import { LiveConsole } from "./live-console.ts";
import type { Console, ConsoleOptions, ConsoleOutput } from "./types.ts";
import { eventLine } from "./view/event-line.ts";
import { createStyle } from "./view/style.ts";

/** Opens the console. In live mode it does not touch the terminal before the first `update`. */
export function createConsole(options: ConsoleOptions): Console {
  const { output, mode } = options;
  if (mode === "live") return new LiveConsole(options);
  if (mode === "json") {
    return lineConsole(output, {
      lineOf: jsonLine,
      lineOfGap: (gap) => jsonLine({ event: "warning", message: gap }),
    });
  }
  const style = createStyle(options.color);
  return lineConsole(output, {
    lineOf: (event) => eventLine(event, style),
    lineOfGap: sayAtTerminal,
  });
}

interface Lines {
  readonly lineOf: (event: CoordinatorEvent) => string;
  /** The line that replaces lines dropped for a reader that is too slow. */
  readonly lineOfGap: (gap: Sentence) => string;
}

/** One line per event. */
function lineConsole(output: ConsoleOutput, { lineOf, lineOfGap }: Lines): Console {
  const lines = new LineQueue(output, lineOfGap);
  let isOpen = true;
  return {
    event(event) {
      if (isOpen) lines.add(lineOf(event));
    },
    update() {},
    close() {
      isOpen = false;
    },
  };
}

/** Characters that JSON leaves unescaped but that a terminal obeys or a line reader splits at. */
const unsafeInLine = /[\u007F-\u009F\u2028\u2029]/gu;

/** An event as `--json` prints it, without the line break. */
export function jsonLine(event: CoordinatorEvent): string {
  return safeLine(withWords(event));
}

/** A value as one line of JSON that no terminal obeys. */
export function safeLine(value: object): string {
  return JSON.stringify(value).replaceAll(
    unsafeInLine,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Replaces sentences by their English texts. The event's code and values are added beside them, for programs. */
function withWords(event: CoordinatorEvent): object {
  const said = saidIn(event);
  const words = Object.entries(event).map(([name, value]: [string, unknown]) => [
    name,
    isSentence(value) ? sayAtTerminal(value) : value,
  ]);
  const { code, values } = said ?? {};
  return { ...Object.fromEntries(words), ...(said === null ? {} : { code, values }) };
}

/** The sentence that says why or what; a run's title does not count. */
function saidIn(event: CoordinatorEvent): Sentence | null {
  if ("reason" in event) return event.reason;
  return "message" in event ? event.message : null;
}

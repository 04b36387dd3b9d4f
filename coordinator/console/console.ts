/**
 * @file The coordinator's console: everything that a person or a program reads on standard output. It takes
 * snapshots and events and returns keys; it knows nothing of sockets or training.
 */
import { safeLine } from "../../shared/log.ts";
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
  if (mode === "silent") return { event() {}, update() {}, close() {} };
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

/** An event as `--json` prints it, without the line break. */
export function jsonLine(event: CoordinatorEvent): string {
  return safeLine(eventFields(event));
}

/**
 * An event as programs get it: its sentences are replaced by their English texts, and the code and the values of the
 * one that says why or what are added beside them.
 */
export function eventFields(event: CoordinatorEvent): {
  readonly event: CoordinatorEvent["event"];
} {
  const said = saidIn(event);
  const words = Object.entries(event).map(([name, value]: [string, unknown]) => [
    name,
    isSentence(value) ? sayAtTerminal(value) : value,
  ]);
  const { code, values } = said ?? {};
  const replaced: object = Object.fromEntries(words);
  return { ...replaced, event: event.event, ...(said === null ? {} : { code, values }) };
}

/** The sentence that says why or what; a run's title does not count. */
function saidIn(event: CoordinatorEvent): Sentence | null {
  if ("reason" in event) return event.reason;
  return "message" in event ? event.message : null;
}

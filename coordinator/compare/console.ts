/**
 * @file The console of a comparison: a line for each run that ended, and on a terminal a last line that shows how far
 * it is. Of a run's own events it shows only what concerns the operator; a rate that is too high is the point here.
 */
import { safeLine } from "../../shared/log.ts";
import { sayAtTerminal, type Sentence } from "../../shared/words/sentence.ts";
import { jsonLine } from "../console/console.ts";
import { LineQueue } from "../console/line-queue.ts";
import type { ConsoleMode } from "../console/mode.ts";
import type { Console, ConsoleOutput } from "../console/types.ts";
import { eventLine } from "../console/view/event-line.ts";
import { createStyle, escape, type Style } from "../console/view/style.ts";
import { fit } from "../console/view/text.ts";
import type { CoordinatorEvent, CoordinatorView } from "../run/view.ts";
import { isLocalName } from "../workers/local-workers.ts";
import type { Trial } from "./plan/next-trial.ts";
import type { Row } from "./plan/rows.ts";
import { type Count, endedLine, progressLine } from "./progress.ts";

/** Workers need a moment to get ready for each run. Only a longer wait is worth a line. */
const waitMs = 2_000;
const clearLine = `\r${escape}[K`;
/** Said of every run whose rate is not right, which most of a search are. */
const expected: readonly string[] = ["rate-too-high", "rate-too-low", "no-better-than-guess"];

export interface CompareConsoleOptions {
  readonly output: ConsoleOutput;
  readonly mode: ConsoleMode;
  readonly color: boolean;
  /** Milliseconds of any monotonic clock. */
  readonly now: () => number;
  /** The run in progress, if there is one, and how many there are. */
  readonly state: () => { readonly trial: Trial | undefined; readonly count: Count };
}

export class CompareConsole implements Console {
  readonly #options: CompareConsoleOptions;
  readonly #style: Style;
  readonly #lines: LineQueue;
  /** Whether the terminal accepts another frame. */
  #isClear = true;
  #isOpen = true;
  #waiting: { readonly since: number; isSaid: boolean } | undefined;

  constructor(options: CompareConsoleOptions) {
    this.#options = options;
    this.#style = createStyle(options.color);
    const gapLine = (gap: Sentence) =>
      this.#isJson ? jsonLine({ event: "warning", message: gap }) : sayAtTerminal(gap);
    this.#lines = new LineQueue(options.output, gapLine);
    options.output.on("drain", () => (this.#isClear = true));
  }

  event(event: CoordinatorEvent): void {
    if (!isShown(event)) return;
    this.#add(this.#isJson ? jsonLine(event) : eventLine(event, this.#style));
  }

  update(view: CoordinatorView): void {
    const { trial, count } = this.#options.state();
    const waiting = this.#longWait(view.run?.waitingFor ?? null);
    if (this.#options.mode !== "live" || trial === undefined || !this.#isOpen) return;
    const { run } = view;
    this.#draw(progressLine(trial, count, { run, waiting }, this.#style));
  }

  /** A run of the comparison ended. */
  ended(trial: Trial, row: Row): void {
    const { curve: _, ...figures } = row;
    const { count } = this.#options.state();
    this.#add(
      this.#isJson
        ? safeLine({ event: "row", ...count, ...figures })
        : endedLine(trial, row, count),
    );
  }

  /** The comparison is complete. */
  complete(lines: readonly string[], results: object): void {
    if (this.#isJson) return this.#add(safeLine({ event: "compared", ...results }));
    for (const line of ["", ...lines]) this.#add(line);
  }

  close(): void {
    if (this.#options.mode === "live" && this.#isOpen) this.#options.output.write(clearLine);
    this.#isOpen = false;
  }

  get #isJson(): boolean {
    return this.#options.mode === "json";
  }

  #add(line: string): void {
    if (!this.#isOpen) return;
    this.#lines.add(this.#options.mode === "live" ? clearLine + line : line);
  }

  /** A line that is overwritten by the next one. A terminal that reads slowly misses some. */
  #draw(line: string): void {
    if (!this.#isClear) return;
    const { output } = this.#options;
    const width = Math.max((output.columns || 80) - 1, 1);
    this.#isClear = output.write(clearLine + fit(line, width).trimEnd());
  }

  /** What is waited for, once it takes long; without a live line, it is said once. */
  #longWait(reason: Sentence | null): Sentence | null {
    const nowMs = this.#options.now();
    if (reason === null) this.#waiting = undefined;
    else this.#waiting ??= { since: nowMs, isSaid: false };
    if (reason === null || this.#waiting === undefined) return null;
    if (nowMs - this.#waiting.since < waitMs) return null;
    if (!this.#waiting.isSaid && this.#options.mode !== "live") {
      this.#waiting.isSaid = true;
      const event = { event: "waiting", reason } as const;
      this.#add(this.#isJson ? jsonLine(event) : eventLine(event, this.#style));
    }
    return reason;
  }
}

function isShown(event: CoordinatorEvent): boolean {
  if (event.event === "warning") return !expected.includes(event.message.code);
  if (event.event === "worker") return event.change === "refused" || !isLocalName(event.name);
  return event.event === "listening" || event.event === "stopped";
}

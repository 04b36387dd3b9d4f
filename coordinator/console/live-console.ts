/**
 * @file The live console: stores the last view, the log and the state of the keys, and draws a frame when one is
 * due. `render` decides what a frame looks like; `Screen` puts it on the terminal.
 */
import type { CoordinatorEvent, CoordinatorView, SavedCheckpoint } from "../run/view.ts";
import type { JobControl } from "./job-control.ts";
import { type Key, KeyReader } from "./keys.ts";
import { Screen } from "./screen.ts";
import type { Console, ConsoleAction, ConsoleOptions } from "./types.ts";
import { eventLine } from "./view/event-line.ts";
import { hasEnded } from "./view/head.ts";
import { type Panel, panels } from "./view/layout.ts";
import {
  type LogEntry,
  render,
  type ScreenState,
  type Scroll,
  scrollBy,
  showsQrCode,
} from "./view/render.ts";
import { createStyle, type Style } from "./view/style.ts";
import { isEnding, type RunEnding, summaryLines } from "./view/summary.ts";

/** Ten frames per second: smooth to the eye, negligible for the run. */
const frameIntervalMs = 100;
/** How often a background program checks whether it has the terminal again. */
const foregroundPollMs = 1_000;
/** As many as the largest terminal can show. */
const logEntriesMax = 200;
/** One worker per press. */
const steps: Readonly<Partial<Record<Key, Scroll>>> = {
  up: { rows: -1, columns: 0 },
  down: { rows: 1, columns: 0 },
  left: { rows: 0, columns: -1 },
  right: { rows: 0, columns: 1 },
};
const stopQuestion = "stop the run and save it? press s again; any other key goes on";
const nothingToStop = "no run is in progress; Ctrl-C ends the coordinator";

export class LiveConsole implements Console {
  readonly #screen: Screen;
  readonly #output: ConsoleOptions["output"];
  readonly #style: Style;
  readonly #now: () => number;
  readonly #job: JobControl | undefined;
  readonly #keys: KeyReader | undefined;
  readonly #onKey: ((action: ConsoleAction) => void) | undefined;
  readonly #openedMs: number;
  readonly #log: LogEntry[] = [];
  #view: CoordinatorView | null = null;
  #ending: RunEnding | null = null;
  #panel: Panel = "overview";
  #scroll: Scroll = { rows: 0, columns: 0 };
  #qr: ScreenState["qr"] = "auto";
  #help = false;
  /** What the last key asked or said. */
  #notice: string | null = null;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #isOpen = true;
  /** The program is in the background: the terminal belongs to another program. */
  #isAway = false;

  constructor({ output, input, color, now, onKey, job }: ConsoleOptions) {
    this.#output = output;
    this.#style = createStyle(color);
    this.#now = now;
    this.#openedMs = now();
    this.#job = job;
    this.#onKey = onKey;
    if (input !== undefined && onKey !== undefined) {
      this.#keys = new KeyReader(input, (key) => this.#press(key));
    }
    const onRedraw = () => this.#schedule();
    this.#screen = new Screen(output, { onRedraw, onEnd: () => this.close() });
    output.on("error", this.#onOutputError);
  }

  event(event: CoordinatorEvent): void {
    if (isEnding(event)) this.#ending = event;
    if (event.event === "started" || event.event === "resumed") this.#ending = null;
    const seconds = (this.#now() - this.#openedMs) / 1000;
    this.#log.push({ seconds, text: eventLine(event, this.#style) });
    if (this.#log.length > logEntriesMax) this.#log.shift();
    this.#schedule();
  }

  update(view: CoordinatorView): void {
    if (!this.#isOpen) return;
    if (this.#view === null) this.#listenForSuspension();
    this.#view = view;
    this.#schedule();
  }

  close(saved?: SavedCheckpoint | null): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#releaseTerminal();
    this.#screen.leave();
    const summary =
      this.#view === null
        ? this.#log.map((entry) => entry.text)
        : summaryLines(this.#view, { ending: this.#ending, saved }, this.#style);
    if (summary.length > 0) this.#output.write(`${summary.join("\n")}\n`);
  }

  #schedule(): void {
    if (!this.#isOpen || this.#isAway || this.#view === null || this.#timer !== null) return;
    const waitMs = Math.max(0, this.#drawnMs + frameIntervalMs - this.#now());
    this.#timer = setTimeout(() => this.#draw(), waitMs);
    // A pending frame must not keep the process alive.
    this.#timer.unref();
  }

  #draw(): void {
    this.#timer = null;
    if (!this.#isOpen || this.#isAway || this.#view === null) return;
    this.#drawnMs = this.#now();
    this.#screen.draw(render(this.#view, this.#screenState()));
    if (!this.#isStalled) this.#keys?.start();
  }

  #screenState(): ScreenState {
    return {
      columns: this.#screen.columns,
      rows: this.#screen.rows,
      color: this.#style.color,
      panel: this.#panel,
      scroll: this.#scroll,
      qr: this.#qr,
      help: this.#help,
      keys: this.#keys?.hasKeys === true,
      notice: this.#notice,
      log: this.#log,
    };
  }

  #press(key: Key): void {
    const wasAsked = this.#notice === stopQuestion;
    this.#notice = key === "stop" && !wasAsked ? this.#answerToStop : null;
    if (key === "stop" && wasAsked) this.#onKey?.("stop");
    if (key === "pause" || key === "interrupt") this.#onKey?.(key);
    if (key === "suspend") this.#suspend("job");
    if (key === "next-panel") this.#turnPanel(1);
    if (key === "previous-panel") this.#turnPanel(-1);
    const step = steps[key];
    if (step !== undefined) this.#scrollBy(step);
    if (key === "qr") this.#toggleQr();
    if (key === "redraw") this.#screen.invalidate();
    this.#help = key === "help" && !this.#help;
    this.#schedule();
  }

  get #answerToStop(): string {
    const { phase } = this.#view?.run ?? {};
    return phase === undefined || hasEnded(phase) ? nothingToStop : stopQuestion;
  }

  #turnPanel(by: 1 | -1): void {
    const next = (panels.indexOf(this.#panel) + by + panels.length) % panels.length;
    this.#panel = panels[next] ?? "overview";
    if (this.#qr === "shown") this.#qr = "auto";
  }

  #scrollBy(step: Scroll): void {
    if (this.#view !== null) this.#scroll = scrollBy(this.#view, this.#screenState(), step);
  }

  /**
   * A large terminal shows the code by default, so the first press hides it. On a small one, the first press shows
   * it.
   */
  #toggleQr(): void {
    const isVisible = this.#view !== null && showsQrCode(this.#view, this.#screenState());
    this.#qr = isVisible ? "hidden" : "shown";
  }

  // ── the terminal and its owner
  // ──────────────────────────────────────────────────────────────────────────────────

  #listenForSuspension(): void {
    if (this.#job === undefined) return;
    process.on("SIGTSTP", this.#onStopSignal);
    process.on("SIGCONT", this.#onContinue);
  }

  /**
   * Whether some output has not been accepted yet. Then the terminal's mode must not be changed, because the system
   * would wait for that output, and for what other programs are writing.
   */
  get #isStalled(): boolean {
    return (this.#output.writableLength ?? 0) > 0;
  }

  #releaseTerminal(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    process.off("SIGTSTP", this.#onStopSignal);
    process.off("SIGCONT", this.#onContinue);
    this.#stopKeys();
  }

  /**
   * Restores the terminal's mode, unless the system would stop this process for it (in the background) or make it
   * wait. Node restores it when the process ends.
   */
  #stopKeys(): void {
    if (this.#isStalled || this.#job?.isForeground() === false) this.#keys?.pause();
    else this.#keys?.stop();
  }

  /** Handles Ctrl-Z, for every process of the job, or a signal for this one. Returns when the program is continued. */
  #suspend(target: "process" | "job"): void {
    if (this.#job === undefined) return;
    this.#stopKeys();
    this.#screen.suspend();
    this.#job.suspend(this.#onStopSignal, target);
    this.#onContinue();
  }

  readonly #onStopSignal = (): void => this.#suspend("process");

  /** Continued, perhaps in the background. There the program runs without a screen until it is brought back. */
  readonly #onContinue = (): void => {
    if (!this.#isOpen) return;
    this.#screen.suspend();
    this.#keys?.pause();
    this.#isAway = this.#job?.isForeground() === false;
    // A shell sends no signal when it brings a running program to the foreground.
    if (this.#isAway) setTimeout(this.#onContinue, foregroundPollMs).unref();
    else this.#schedule();
  };

  /** The terminal is gone (its window was closed). The run continues without a console. */
  readonly #onOutputError = (): void => {
    this.#isOpen = false;
    this.#releaseTerminal();
    this.#screen.leave();
  };
}

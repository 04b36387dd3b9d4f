/**
 * @file The terminal: takes whole screens and draws what changed. The person's own screen and cursor are safe:
 * however the process ends, they are restored.
 *
 * 1. Nothing is written before the first `draw`, so a failed start leaves no trace.
 * 2. After `leave`, nothing is written and every listener is gone.
 * 3. A terminal that reads slowly loses frames but costs no memory.
 */
import type { ConsoleOutput } from "./types.ts";
import { escape } from "./view/style.ts";

const csi = `${escape}[`;
/** Alternate screen, hidden cursor, and no wrapping at the right edge, because a full line must not scroll. */
const enterScreen = `${csi}?1049h${csi}?25l${csi}?7l`;
const clearScreen = `${csi}2J`;
/** Clear before leaving: a tmux window that has grown would otherwise move lines onto the person's own screen. */
const leaveScreen = `${csi}H${clearScreen}${csi}?7h${csi}?25h${csi}?1049l`;
/** Synchronised output: terminals that support it show the frame at once, others ignore it. */
const beginFrame = `${csi}?2026h`;
const endFrame = `${csi}?2026l`;
/** Assumed size if the terminal does not report one. */
const fallbackSize = { columns: 80, rows: 24 };

export interface ScreenEvents {
  /** The size changed, or the process is in the foreground again: draw again. */
  readonly onRedraw: () => void;
  /** The process is about to end without having closed the console. */
  readonly onEnd: () => void;
}

export class Screen {
  readonly #output: ConsoleOutput;
  readonly #events: ScreenEvents;
  #state: "fresh" | "drawing" | "left" = "fresh";
  #shown: readonly string[] = [];
  #isClogged = false;

  constructor(output: ConsoleOutput, events: ScreenEvents) {
    this.#output = output;
    this.#events = events;
  }

  get columns(): number {
    return this.#output.columns || fallbackSize.columns;
  }

  get rows(): number {
    return this.#output.rows || fallbackSize.rows;
  }

  /** Shows the lines, one per terminal row. Writes only those that changed since the last frame. */
  draw(lines: readonly string[]): void {
    if (this.#state === "left" || this.#isClogged) return;
    let frame = "";
    if (this.#state === "fresh") {
      this.#enter();
      frame += enterScreen;
    }
    if (this.#shown.length !== lines.length) {
      this.#shown = [];
      frame += clearScreen;
    }
    for (const [row, line] of lines.entries()) {
      if (line !== this.#shown[row]) frame += `${csi}${row + 1};1H${line}`;
    }
    this.#shown = lines;
    if (frame !== "") this.#isClogged = !this.#output.write(beginFrame + frame + endFrame);
  }

  /** Forgets what is shown, so that the next frame draws every line. */
  invalidate(): void {
    this.#shown = [];
  }

  /** Restores the terminal until the next `draw`. */
  suspend(): void {
    if (this.#state !== "drawing") return;
    this.#state = "fresh";
    this.#shown = [];
    this.#isClogged = false;
    this.#output.off("resize", this.#repaint);
    this.#output.off("drain", this.#unclog);
    process.off("exit", this.#events.onEnd);
    this.#output.write(leaveScreen);
  }

  /** Restores the terminal for good. */
  leave(): void {
    this.suspend();
    this.#state = "left";
  }

  #enter(): void {
    this.#state = "drawing";
    this.#output.on("resize", this.#repaint);
    this.#output.on("drain", this.#unclog);
    process.on("exit", this.#events.onEnd);
  }

  readonly #repaint = (): void => {
    this.invalidate();
    this.#events.onRedraw();
  };

  readonly #unclog = (): void => {
    this.#isClogged = false;
    this.#events.onRedraw();
  };
}

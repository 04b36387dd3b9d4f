/** @file The keyboard: maps bytes from a raw terminal to keys, and switches the raw mode. */
import type { ConsoleInput } from "./types.ts";
import { escape } from "./view/style.ts";

export type Key =
  | "pause"
  | "stop"
  | "next-panel"
  | "previous-panel"
  | "up"
  | "down"
  | "left"
  | "right"
  | "qr"
  | "help"
  | "escape"
  | "redraw"
  | "interrupt"
  | "suspend"
  | "other";

const keys: Readonly<Record<string, Key>> = {
  p: "pause",
  s: "stop",
  "\t": "next-panel",
  c: "next-panel",
  q: "qr",
  "?": "help",
  k: "up",
  j: "down",
  h: "left",
  l: "right",
  "\u0003": "interrupt",
  "\u000C": "redraw",
  "\u001A": "suspend",
};

/** The bytes after the escape. Some terminals send `O` for `[`. */
const sequences: Readonly<Record<string, Key>> = {
  "[A": "up",
  "[B": "down",
  "[C": "right",
  "[D": "left",
  "[Z": "previous-panel",
};

/** The keys in one chunk of raw input. A key held down sends many. Other sequences are ignored. */
function parseKeys(chunk: string): Key[] {
  if (chunk === escape) return ["escape"];
  if (!chunk.startsWith(escape)) {
    return Array.from(chunk.toLowerCase(), (character) => keys[character] ?? "other");
  }
  const parts = chunk.split(escape).slice(1);
  return parts.flatMap((part) => sequences[part.replace(/^O/u, "[")] ?? []);
}

/**
 * Reads single keys without echo from a terminal in raw mode. Only a foreground program may call `start` and
 * `stop`: the system stops any other that changes the terminal's mode or reads from it.
 */
export class KeyReader {
  readonly #input: ConsoleInput;
  readonly #onKey: (key: Key) => void;
  #isReading = false;

  constructor(input: ConsoleInput, onKey: (key: Key) => void) {
    this.#input = input;
    this.#onKey = onKey;
    // A closed window ends the keys, not the run.
    input.on("error", () => {});
  }

  /** Whether the input is a terminal. */
  get hasKeys(): boolean {
    return this.#input.isTTY === true && this.#input.setRawMode !== undefined;
  }

  /** Does nothing if keys are already being read, or if there are none. */
  start(): void {
    const input = this.#input;
    if (this.#isReading || !this.hasKeys) return;
    this.#isReading = true;
    // Another program may have changed the mode meanwhile, and Node skips a mode that it believes to be set.
    input.setRawMode?.(false);
    input.setRawMode?.(true);
    input.on("data", this.#onData);
    input.resume();
  }

  /** Stops reading, so that the process can end, and leaves the terminal's mode unchanged. */
  pause(): void {
    if (!this.#isReading) return;
    this.#isReading = false;
    this.#input.off("data", this.#onData);
    this.#input.pause();
  }

  /** Stops reading and restores the terminal's own mode. */
  stop(): void {
    if (!this.#isReading) return;
    this.pause();
    this.#input.setRawMode?.(false);
  }

  readonly #onData = (chunk: Uint8Array | string): void => {
    const text = typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
    for (const key of parseKeys(text)) this.#onKey(key);
  };
}

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
 * Reads single keys without echo. The returned function stops, restores the terminal's mode and lets the process
 * end.
 *
 * @returns `null` if the input is not a terminal, which means that there are no keys.
 */
export function readKeys(input: ConsoleInput, onKey: (key: Key) => void): (() => void) | null {
  if (input.isTTY !== true || input.setRawMode === undefined) return null;
  const wasRaw = input.isRaw === true;
  const onData = (chunk: Uint8Array | string): void => {
    const text = typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk);
    for (const key of parseKeys(text)) onKey(key);
  };
  // A closed window ends the keys, not the run.
  input.on("error", () => {});
  input.setRawMode(true);
  input.on("data", onData);
  input.resume();
  return () => {
    input.off("data", onData);
    input.setRawMode?.(wasRaw);
    input.pause();
  };
}

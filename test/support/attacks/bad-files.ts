/** @file Ways in which a file can be damaged: by a bad disk, a bad editor or a bad person. */
import { createHash } from "node:crypto";

import * as fc from "fast-check";
import { expect } from "vitest";

import { assertNever } from "../../../shared/assert.ts";
import { oneLine } from "../../../shared/error-text.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { encodeSafetensors, type Tensor } from "../../../shared/safetensors.ts";

/** Texts that some parser of some language treats as more than text. */
const traps = [
  '"__proto__": {"isAdmin": true}, ',
  "__proto__: 1\n",
  "constructor: {prototype: 1}\n",
  "&a ",
  "*a",
  "!!js/function 'x' ",
  "<<: *a\n",
  "[[[[[[[[[[[[",
  "{{{{{{{{{{{{",
  "- - - - - - - - - - -",
  "\u0000",
  "\u001B]0;owned\u0007",
  "\u202E",
  "9".repeat(400),
  "1e999",
  "-0",
  "NaN",
  "\n---\n",
  "%YAML 9\n",
  '"',
  "'",
  "\\",
  "\r\n",
  "\uFEFF",
];

interface Change {
  readonly what: "flip" | "cut" | "drop" | "repeat" | "number" | "trap";
  /** Where, as a fraction from 0 to 1. */
  readonly at: number;
  /** Which or how much, as a fraction from 0 to 1. */
  readonly size: number;
}

const change = fc.record<Change>({
  what: fc.constantFrom("flip", "cut", "drop", "repeat", "number", "trap"),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  size: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
});

/** One to four changes, to be made with {@link damaged}. */
export const damages = fc.array(change, { minLength: 1, maxLength: 4 });

/** Applies the changes to a copy of the bytes. */
export function damaged(bytes: Uint8Array, changes: readonly Change[]): Uint8Array {
  return changes.reduce<Uint8Array>(changed, bytes);
}

function changed(bytes: Uint8Array, { what, at, size }: Change): Uint8Array {
  const place = Math.floor(at * bytes.length);
  const length = 1 + Math.floor(size * 16);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  switch (what) {
    case "flip": {
      const copy = Uint8Array.from(bytes);
      if (copy.length > 0) copy[place] = (copy[place] ?? 0) ^ (1 << Math.floor(size * 8));
      return copy;
    }
    case "cut":
      return before;
    case "drop":
      return Buffer.concat([before, after.subarray(length)]);
    case "repeat":
      return Buffer.concat([before, after.subarray(0, length), after]);
    case "number":
      // The largest value of a length field, at any position.
      return Buffer.concat([before, Buffer.alloc(length, 0xff), after.subarray(length)]);
    case "trap": {
      const trap = traps[Math.floor(size * traps.length)] ?? "";
      return Buffer.concat([before, Buffer.from(trap), after]);
    }
    default:
      return assertNever(what);
  }
}

/** A checkpoint with any metadata and tensors but with the right hash of itself. */
export function forgedCheckpoint(
  metadata: ReadonlyMap<string, string>,
  tensors: ReadonlyMap<string, Tensor>,
): Uint8Array {
  const zeros = "0".repeat(64);
  const bytes = encodeSafetensors({
    metadata: new Map([...metadata, ["sha256", zeros]]),
    tensors,
  });
  const digest = createHash("sha256").update(bytes).digest("hex");
  const key = '"sha256":"';
  const offset = Buffer.from(bytes.buffer).indexOf(key + zeros, "latin1") + key.length;
  bytes.set(Buffer.from(digest), offset);
  return bytes;
}

/** Expects an error meant for people, whose message is one line and matches. */
export function expectLine(error: unknown, like: RegExp | string): void {
  if (typeof like === "string") expect(lineOf(error)).toBe(like);
  else expect(lineOf(error)).toMatch(like);
}

export function lineOf(error: unknown): string {
  if (!(error instanceof OperatorError)) throw error;
  const line = oneLine(error.message);
  expect(line).toMatch(/^[^\n\r\p{C}]{10,2001}$/u);
  return line;
}

/** What the call throws. */
export function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error("no error was thrown");
}

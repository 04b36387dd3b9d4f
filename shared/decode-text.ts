/**
 * @file Text as editors and shells of all systems write it: UTF-8 with or without a byte order mark, or UTF-16 as
 * Notepad and PowerShell's `>` write it. Every text file that the program reads goes through here.
 */
import { sentence, SentenceError } from "./words/sentence.ts";

export type TextEncoding = "utf-8" | "utf-16le" | "utf-16be";

/**
 * The text of a file, without its byte order mark. Line ends stay as they are.
 *
 * @throws SentenceError with what the file is instead, and in which line.
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  if (encoding === undefined) throw new SentenceError(sentence("not-text"));
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    if (encoding !== "utf-8") throw new SentenceError(sentence("not-text"));
    throw new SentenceError(sentence("not-utf-8", { line: lineOfFlaw(bytes) }));
  }
}

/** How many bytes show whether every second one is 0, which UTF-16 has even without a mark. */
const sampleBytes = 256;

/** The encoding of a text by its first bytes; `undefined` if it is not text. Whether the rest is valid is not checked. */
export function encodingOf(bytes: Uint8Array): TextEncoding | undefined {
  const [a, b, c, d] = bytes;
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? undefined : "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  const zeros = [0, 0];
  for (const [i, byte] of bytes.subarray(0, sampleBytes).entries()) {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  }
  const [even = 0, odd = 0] = zeros;
  if (even === 0 && odd === 0) return "utf-8";
  if (even > 0 && odd > 0) return undefined;
  const half = Math.floor(Math.min(bytes.length, sampleBytes) / 2);
  // Texts of our files are mostly ASCII. A single zero byte would be a flaw in UTF-8.
  if (2 * (even + odd) < half) return undefined;
  return even > 0 ? "utf-16be" : "utf-16le";
}

/** The line, from 1, in which bytes are not UTF-8. */
function lineOfFlaw(bytes: Uint8Array): number {
  const text = new TextDecoder().decode(bytes);
  const flaw = text.indexOf("\uFFFD");
  return text.slice(0, Math.max(flaw, 0)).split("\n").length;
}

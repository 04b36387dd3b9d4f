/** @file A file of text in whatever encoding: its beginning, for guesses, and all of it piece by piece. */
import { encodingOf } from "../../../../shared/decode-text.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { sentence } from "../../../../shared/words/sentence.ts";
import { type Decoder, decoderOf, type Encoding } from "./encoding.ts";
import { type ReadOptions, unpackedBytes } from "./file-bytes.ts";

export interface TextFile {
  readonly path: string;
  readonly encoding: Encoding;
  /** The line of the first byte that is not UTF-8. It is why the text is taken for Windows-1252. */
  readonly oddLine: number | undefined;
  /** Up to 64 KiB. */
  readonly beginning: string;
  /** Whether the beginning is all of it. */
  readonly isWhole: boolean;
  /** Reads the file from its beginning, at each call. */
  readonly pieces: () => AsyncGenerator<string>;
}

/** Enough rows to see what is usual. */
const beginningLength = 2 ** 16;

/**
 * Reads the whole file once to know its encoding.
 *
 * @throws OperatorError if it can't be read, or is no text.
 */
export async function openText(path: string, options: ReadOptions): Promise<TextFile> {
  const { encoding, oddLine } = await findEncoding(path, options);
  const pieces = () => piecesOf(path, encoding, options);
  let beginning = "";
  let isWhole = true;
  for await (const piece of pieces()) {
    beginning += piece;
    isWhole = beginning.length <= beginningLength;
    if (!isWhole) break;
  }
  beginning = beginning.slice(0, beginningLength);
  return { path, encoding, oddLine, beginning, isWhole, pieces };
}

async function findEncoding(
  path: string,
  options: ReadOptions,
): Promise<Pick<TextFile, "encoding" | "oddLine">> {
  let guess: Encoding | undefined;
  let decoder: Decoder | undefined;
  let line = 1;
  for await (const chunk of unpackedBytes(path, options)) {
    if (decoder === undefined) {
      guess = encodingOf(chunk);
      if (guess === undefined) throw new OperatorError(sentence("table-no-text", { path }));
      if (guess !== "utf-8") return { encoding: guess, oddLine: undefined };
      decoder = decoderOf(guess);
    }
    try {
      decoder.decode(chunk);
    } catch {
      return { encoding: "windows-1252", oddLine: line + breaksBeforeOdd(chunk) };
    }
    line += breaksIn(chunk);
  }
  try {
    decoder?.end();
  } catch {
    return { encoding: "windows-1252", oddLine: line };
  }
  return { encoding: "utf-8", oddLine: undefined };
}

async function* piecesOf(
  path: string,
  encoding: Encoding,
  options: ReadOptions,
): AsyncGenerator<string> {
  const decoder = decoderOf(encoding);
  try {
    for await (const chunk of unpackedBytes(path, options)) {
      const piece = decoder.decode(chunk);
      if (piece.includes("\0")) throw new OperatorError(sentence("table-no-text", { path }));
      yield piece;
    }
    yield decoder.end();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new OperatorError(sentence("table-no-text", { path }));
  }
}

function breaksIn(bytes: Uint8Array): number {
  let breaks = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) breaks += 1;
  return breaks;
}

/** Line breaks before the first byte that is not ASCII and is not UTF-8 with the bytes of its line. */
function breaksBeforeOdd(bytes: Uint8Array): number {
  let breaks = 0;
  let from = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, from)) {
    if (!isUtf8(bytes.subarray(from, at))) return breaks;
    from = at + 1;
    breaks += 1;
  }
  return breaks;
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

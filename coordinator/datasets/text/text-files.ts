/** @file The bytes of a text: of one file, or of all texts in a folder, one after the other in the order of their names. */
import { join } from "node:path";

import { datasetBytesMax } from "../../../shared/data/canonical.ts";
import type { TokenForm } from "../../../shared/data/text/preprocess.ts";
import { encodingOf } from "../../../shared/decode-text.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { sentence } from "../../../shared/words/sentence.ts";
import { entryAt, namesIn } from "../place.ts";
import { type ReadOptions, unpackedBytes } from "../table/read/file-bytes.ts";
import { visitCodePoints } from "./code-points.ts";

export interface TextBytes {
  readonly paths: readonly string[];
  /** For `char` UTF-8 without a byte order mark, for `byte` the files as they are. */
  readonly bytes: Uint8Array;
}

/**
 * Reads a text.
 *
 * @param bytesMax - Of all files.
 * @throws OperatorError if a file can't be read, is empty, or, for `char`, is not text; or if no file is found.
 */
export async function readText(
  path: string,
  tokens: TokenForm,
  options: ReadOptions,
  bytesMax = datasetBytesMax,
): Promise<TextBytes> {
  const paths = await pathsOf(path, options);
  const parts: Uint8Array[] = [];
  let length = 0;
  for (const file of paths) {
    // One after the other, so that the limit holds.
    // oxlint-disable-next-line no-await-in-loop
    const bytes = await readFile(file, options, bytesMax - length);
    const part = tokens === "byte" ? bytes : textIn(bytes, file);
    if (part.length === 0) throw new OperatorError(sentence("text-empty", { path: file }));
    parts.push(part);
    length += part.length;
  }
  return { paths, bytes: joined(parts, length) };
}

async function pathsOf(path: string, { disk }: ReadOptions): Promise<readonly string[]> {
  const entry = await entryAt(disk, path);
  if (entry?.kind !== "folder") return [path];
  const all = await namesIn(disk, path);
  const names = all.filter((name) => /\.txt(?:\.gz)?$/iu.test(name));
  if (names.length > 0) return names.map((name) => join(path, name));
  const found = all.length === 0 ? sentence("nothing") : all.slice(0, 8);
  throw new OperatorError(sentence("no-texts", { path, found }));
}

async function readFile(path: string, options: ReadOptions, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of unpackedBytes(path, options)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length <= bytesMax) continue;
    throw new OperatorError(sentence("text-too-large", { path, bytesMax: datasetBytesMax }));
  }
  return joined(chunks, length);
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

const byteOrderMark = [0xef, 0xbb, 0xbf];

/** UTF-16, as PowerShell's `>` writes it, becomes UTF-8. */
function textIn(bytes: Uint8Array, path: string): Uint8Array {
  const encoding = encodingOf(bytes);
  if (encoding === undefined) throw new OperatorError(sentence("text-no-text", { path }));
  if (encoding !== "utf-8") return fromUtf16(bytes, encoding, path);
  const skipped = byteOrderMark.every((byte, i) => bytes[i] === byte) ? byteOrderMark.length : 0;
  const text = bytes.subarray(skipped);
  const odd = visitCodePoints(text, () => undefined);
  if (odd === undefined) return text;
  throw new OperatorError(sentence("text-not-utf8", { path, offset: skipped + odd }));
}

function fromUtf16(bytes: Uint8Array, encoding: string, path: string): Uint8Array {
  try {
    return new TextEncoder().encode(new TextDecoder(encoding, { fatal: true }).decode(bytes));
  } catch {
    throw new OperatorError(sentence("text-no-text", { path }));
  }
}

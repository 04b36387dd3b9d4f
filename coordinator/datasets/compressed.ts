/** @file Reads a file of data whole, unpacked if it is packed. Its bytes say whether it is, because names lie. */
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

import { datasetBytesMax } from "../../shared/data/canonical.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { type Disk, readSmall } from "../storage/disk.ts";

/** @throws OperatorError if the file can't be read or unpacked, or is too large. */
export async function readUnpacked(disk: Disk, path: string): Promise<Uint8Array> {
  try {
    const bytes = await readSmall(disk, path, fileBytesMax);
    return isGzip(bytes) ? await unpack(bytes) : bytes;
  } catch (error) {
    const reason = systemReason(error);
    throw new OperatorError(sentence("dataset-file-unreadable", { path, reason }));
  }
}

/**
 * Unpacks a gzip file.
 *
 * @throws Error with zlib's message if the file is not gzip, is cut short, or holds more than `bytesMax`.
 */
export function unpack(packed: Uint8Array, bytesMax = datasetBytesMax): Promise<Uint8Array> {
  const chunkSize = Math.min(unpackedLength(packed), bytesMax);
  return gunzipAsync(packed, { chunkSize, maxOutputLength: bytesMax });
}

const gunzipAsync = promisify<
  Uint8Array,
  { readonly chunkSize: number; readonly maxOutputLength: number },
  Buffer
>(gunzip);

/**
 * The length of the contents according to the last four bytes of a gzip file: the right size for a single output
 * buffer. Nothing else relies on it, so a wrong value costs at most the memory that deflate could fill.
 *
 * @see RFC 1952, section 2.3.1, ISIZE.
 */
function unpackedLength(packed: Uint8Array): number {
  if (packed.length < 4) return unpackedBytesMin;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  const said = view.getUint32(packed.length - 4, true);
  const largestPossible = Math.min(packed.length * deflateRatioMax, datasetBytesMax);
  return Math.max(Math.min(said, largestPossible), unpackedBytesMin);
}

/** @see RFC 1952, section 2.3.1, ID1 and ID2. */
function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Features of 8 bytes become floats of 4 bytes. */
export const fileBytesMax = 2 * datasetBytesMax;
const unpackedBytesMin = 1024;
/** Deflate's maximum: 258 bytes from 2 bits. */
const deflateRatioMax = 1032;

/**
 * @file Reader of zip files in memory, as far as npz files need it: entries that are stored or deflated, also with
 * 64-bit sizes. No encryption, no parts on several disks.
 *
 * @see PKWARE, APPNOTE.TXT 6.3.10
 */
import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";

import { sentence, SentenceError } from "../../../shared/words/sentence.ts";

export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  /** Where the local header starts. */
  readonly offset: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
const end64Signature = 0x06064b50;
const endBytes = 22;
const commentBytesMax = 65_535;
/** More than any npz has; each takes memory before it is read. */
const entriesMax = 10_000;
/** Stands for "see the 64-bit field". */
const in64 = 0xffff_ffff;

/**
 * The entries of a zip file.
 *
 * @throws SentenceError if it is not one, or is damaged.
 */
export function zipEntries(bytes: Uint8Array): readonly ZipEntry[] {
  return orDamaged(() => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const end = findEnd(view);
    const directory = directoryOf(view, end);
    if (directory.count > entriesMax) throw new RangeError();
    const entries: ZipEntry[] = [];
    let at = directory.offset;
    for (let i = 0; i < directory.count; i++) {
      if (view.getUint32(at, true) !== entrySignature) throw new RangeError();
      const nameLength = view.getUint16(at + 28, true);
      const extraLength = view.getUint16(at + 30, true);
      const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
      const extra = { start: at + 46 + nameLength, length: extraLength };
      entries.push({
        name,
        method: view.getUint16(at + 10, true),
        checksum: view.getUint32(at + 16, true),
        ...sizesOf(view, at, extra),
      });
      at += 46 + nameLength + extraLength + view.getUint16(at + 32, true);
    }
    return entries;
  });
}

/**
 * The contents of an entry, at most `bytesMax`.
 *
 * @throws SentenceError if it is packed in another way, is damaged, or is larger than it says.
 */
export async function unzip(
  bytes: Uint8Array,
  entry: ZipEntry,
  bytesMax: number,
): Promise<Uint8Array> {
  const packed = orDamaged(() => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(entry.offset, true) !== localSignature) throw new RangeError();
    const skipped =
      view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
    const start = entry.offset + 30 + skipped;
    if (start + entry.packedBytes > bytes.length) throw new RangeError();
    return bytes.subarray(start, start + entry.packedBytes);
  });
  if (entry.method !== 0 && entry.method !== 8) {
    throw new SentenceError(sentence("zip-method", { name: entry.name }));
  }
  if (entry.sizeBytes > bytesMax) {
    throw new SentenceError(sentence("file-too-large", { bytes: entry.sizeBytes, bytesMax }));
  }
  const maxOutputLength = Math.max(entry.sizeBytes, 1);
  const unpacked = entry.method === 0 ? packed : await inflateAsync(packed, { maxOutputLength });
  if (unpacked.length !== entry.sizeBytes || crc32(unpacked) !== entry.checksum) throw damaged();
  return unpacked;
}

const inflateAsync = promisify<Uint8Array, { readonly maxOutputLength: number }, Buffer>(
  inflateRaw,
);

/** Reading beyond the end throws a `RangeError`, so a damaged file ends here too. */
function orDamaged<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw damaged();
    throw error;
  }
}

function damaged(): SentenceError {
  return new SentenceError(sentence("zip-damaged"));
}

function findEnd(view: DataView): number {
  const first = Math.max(0, view.byteLength - endBytes - commentBytesMax);
  for (let at = view.byteLength - endBytes; at >= first; at--) {
    if (view.getUint32(at, true) === endSignature) return at;
  }
  throw new RangeError();
}

function directoryOf(
  view: DataView,
  end: number,
): { readonly count: number; readonly offset: number } {
  const count = view.getUint16(end + 10, true);
  const offset = view.getUint32(end + 16, true);
  if (offset !== in64 && count !== 0xffff) return { count, offset };
  const end64 = wide(view, end - 20 + 8);
  if (view.getUint32(end64, true) !== end64Signature) throw new RangeError();
  return { count: wide(view, end64 + 32), offset: wide(view, end64 + 48) };
}

function sizesOf(
  view: DataView,
  at: number,
  extra: { readonly start: number; readonly length: number },
): Pick<ZipEntry, "packedBytes" | "sizeBytes" | "offset"> {
  let packedBytes = view.getUint32(at + 20, true);
  let sizeBytes = view.getUint32(at + 24, true);
  let offset = view.getUint32(at + 42, true);
  let field = field64(view, extra);
  const next = () => {
    if (field === undefined) throw new RangeError();
    field += 8;
    return wide(view, field - 8);
  };
  if (sizeBytes === in64) sizeBytes = next();
  if (packedBytes === in64) packedBytes = next();
  if (offset === in64) offset = next();
  return { packedBytes, sizeBytes, offset };
}

/** Where the 64-bit sizes start among an entry's extra fields. */
function field64(
  view: DataView,
  { start, length }: { readonly start: number; readonly length: number },
): number | undefined {
  let at = start;
  while (at + 4 <= start + length) {
    if (view.getUint16(at, true) === 1) return at + 4;
    at += 4 + view.getUint16(at + 2, true);
  }
  return undefined;
}

function wide(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError();
  return Number(value);
}

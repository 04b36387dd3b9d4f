/**
 * @file Bytes ↔ messages. A message is one msgpack map (the header, at most 4 KiB) and, if it carries a tensor, one
 * msgpack `bin` of little-endian float32. The header is measured before it is decoded, so that no object is ever
 * built from bytes that claim to be larger or deeper than allowed. A long tensor may follow its message in slices, which are
 * messages that are a `bin` and nothing else.
 */
import { Packr, Unpackr } from "msgpackr";

import { assert } from "../assert.ts";
import { ReusedBytes } from "../bytes.ts";
import { sentence } from "../words/sentence.ts";
import { ProtocolError } from "./errors.ts";
import { headerBytesMax, headerDepthMax } from "./limits.ts";

/** A message as it arrived, with an unchecked header. */
export interface RawMessage {
  readonly header: unknown;
  /** A view of the received bytes; empty if the message has no bin. */
  readonly tensor: Uint8Array;
  /** Bytes of the tensor, if it follows in slices. Absent: the message is whole. */
  readonly coming?: number;
}

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: "number" });
const noTensor = new Uint8Array(0);

/** msgpack's marker of a bin with a 32-bit length. */
const bin32 = 0xc6;
const binPrefixBytes = 5;

assert(
  new Uint8Array(new Uint32Array([1]).buffer)[0] === 1,
  "tensors travel as little-endian float32, and this machine is big-endian",
);

/**
 * Encodes everything of a message except the tensor's bytes. Send it as the first fragment and the tensor as the
 * last, so that one encoded tensor serves every receiver.
 *
 * @param header - A message of `messages.ts`.
 * @param tensorBytes - Length of the tensor that follows; 0 for none.
 */
export function encodeHead(header: object, tensorBytes: number): Uint8Array {
  const packed = packr.pack(header);
  assert(
    packed.length <= headerBytesMax,
    () => `a header of ${packed.length} bytes is over the limit`,
  );
  if (tensorBytes === 0) return packed;
  const head = new Uint8Array(packed.length + binPrefixBytes);
  head.set(packed);
  writeBinPrefix(head, packed.length, tensorBytes);
  return head;
}

/** Encodes a whole message in its own buffer. */
export function encodeMessage(header: object, tensor: Uint8Array = noTensor): Uint8Array {
  return new ReusedBytes().join(encodeHead(header, tensor.length), tensor);
}

/** What precedes a slice of a tensor in its message: with 0 bytes, the sender gives the tensor up. */
export function encodeSliceHead(sliceLength: number): Uint8Array {
  const head = new Uint8Array(binPrefixBytes);
  writeBinPrefix(head, 0, sliceLength);
  return head;
}

/**
 * Reads a message that is a slice of a tensor, whole or in fragments; `undefined` for any other message.
 *
 * @returns A view, empty if the sender gives the tensor up.
 * @throws ProtocolError `ERR_DECODE`.
 */
export function readSlice(fragments: readonly Uint8Array[]): Uint8Array | undefined {
  const [head, slice, ...others] = fragments;
  if (head?.[0] !== bin32) return undefined;
  if (head.length === binPrefixBytes && others.length === 0) {
    checkBinLength(head, 0, slice?.length ?? 0);
    return slice ?? noTensor;
  }
  const bytes = joined(fragments);
  if (bytes.length < binPrefixBytes) {
    throw new ProtocolError("ERR_DECODE", sentence("tensor-not-bin"));
  }
  checkBinLength(bytes, 0, bytes.length - binPrefixBytes);
  return bytes.subarray(binPrefixBytes);
}

/**
 * Splits a message into its header and its tensor.
 *
 * @param options - `maySlice`: its tensor may follow in slices.
 * @throws ProtocolError `ERR_DECODE` or `ERR_TOO_LARGE`; never anything else, whatever the bytes are.
 */
export function decodeMessage(bytes: Uint8Array, { maySlice = false } = {}): RawMessage {
  const headerLength = measureHeader(bytes);
  let header: unknown;
  try {
    header = unpackr.unpack(bytes.subarray(0, headerLength));
  } catch (cause) {
    throw new ProtocolError("ERR_DECODE", sentence("header-not-msgpack"), { cause });
  }
  const coming = maySlice ? announcedBytes(bytes, headerLength) : 0;
  if (coming > 0) return { header, tensor: noTensor, coming };
  return { header, tensor: readTensor(bytes, headerLength) };
}

/** The length of a tensor that follows in slices: then the message ends with the bin's prefix, at `offset`. 0: it does not. */
export function announcedBytes(bytes: Uint8Array, offset: number): number {
  if (bytes.length !== offset + binPrefixBytes || bytes[offset] !== bin32) return 0;
  const length = binLengthAt(bytes, offset);
  checkIsFloats(length);
  return length;
}

function writeBinPrefix(target: Uint8Array, offset: number, length: number): void {
  target[offset] = bin32;
  new DataView(target.buffer, target.byteOffset + offset + 1).setUint32(0, length);
}

/** Returns the tensor after the header that ends at `offset`: a view of the bytes, empty if there is no bin. */
export function readTensor(bytes: Uint8Array, offset: number): Uint8Array {
  if (offset === bytes.length) return noTensor;
  const start = offset + binPrefixBytes;
  checkBin(bytes, offset, bytes.length - start);
  return bytes.subarray(start);
}

/** Like `readTensor`, for a message in two fragments of which the second is the tensor; `undefined` for any other. */
export function tensorFragment(
  fragments: readonly Uint8Array[],
  offset: number,
): Uint8Array | undefined {
  const [head, tensor] = fragments;
  if (fragments.length !== 2 || head?.length !== offset + binPrefixBytes) return undefined;
  checkBin(head, offset, tensor?.length ?? 0);
  return tensor;
}

/** Joins the fragments in one buffer; a single one is returned unchanged. */
export function joined(fragments: readonly Uint8Array[]): Uint8Array {
  const [first, second] = fragments;
  if (first !== undefined && second === undefined) return first;
  return new ReusedBytes().join(...fragments);
}

/** Checks the prefix at `offset` of a bin, given the `found` bytes after it. */
function checkBin(bytes: Uint8Array, offset: number, found: number): void {
  if (bytes.length < offset + binPrefixBytes || bytes[offset] !== bin32) {
    throw new ProtocolError("ERR_DECODE", sentence("tensor-not-bin"));
  }
  checkIsFloats(checkBinLength(bytes, offset, found));
}

function checkBinLength(bytes: Uint8Array, offset: number, found: number): number {
  const said = binLengthAt(bytes, offset);
  if (said !== found)
    throw new ProtocolError("ERR_DECODE", sentence("tensor-length", { said, found }));
  return said;
}

function binLengthAt({ buffer, byteOffset }: Uint8Array, offset: number): number {
  return new DataView(buffer, byteOffset + offset + 1).getUint32(0);
}

function checkIsFloats(bytes: number): void {
  if (bytes > 0 && bytes % 4 === 0) return;
  throw new ProtocolError("ERR_DECODE", sentence("tensor-not-float32", { bytes }));
}

/** Measures the header without building anything. */
function measureHeader(bytes: Uint8Array): number {
  const first = bytes[0] ?? 0xc1;
  const isMap = (first & 0xf0) === 0x80 || first === 0xde || first === 0xdf;
  if (!isMap) throw new ProtocolError("ERR_DECODE", sentence("message-not-map"));
  const end = skipValue(bytes, 0, 1);
  if (end > headerBytesMax) {
    throw new ProtocolError(
      "ERR_TOO_LARGE",
      sentence("header-too-large", { bytes: headerBytesMax }),
    );
  }
  return end;
}

/**
 * Returns the offset after the msgpack value that starts at `offset`. Refuses extension types (no header needs
 * them), nesting beyond the limit, and counts that do not fit into the header's 4 KiB.
 *
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md#formats
 */
function skipValue(bytes: Uint8Array, offset: number, depth: number): number {
  if (depth > headerDepthMax) throw new ProtocolError("ERR_DECODE", sentence("header-too-deep"));
  const marker = byteAt(bytes, offset);
  const after = offset + 1;
  if (marker <= 0x7f || marker >= 0xe0) return after;
  if (marker <= 0x8f) return skipValues(bytes, after, 2 * (marker & 0x0f), depth);
  if (marker <= 0x9f) return skipValues(bytes, after, marker & 0x0f, depth);
  if (marker <= 0xbf) return checkEnd(bytes, after + (marker & 0x1f));
  switch (marker) {
    case 0xc0: // nil
    case 0xc2: // false
    case 0xc3: // true
      return after;
    case 0xc4: // bin 8
    case 0xd9: // str 8
      return checkEnd(bytes, after + 1 + byteAt(bytes, after));
    case 0xc5: // bin 16
    case 0xda: // str 16
      return checkEnd(bytes, after + 2 + uint16At(bytes, after));
    case 0xcc: // uint 8
    case 0xd0: // int 8
      return checkEnd(bytes, after + 1);
    case 0xcd: // uint 16
    case 0xd1: // int 16
      return checkEnd(bytes, after + 2);
    case 0xca: // float 32
    case 0xce: // uint 32
    case 0xd2: // int 32
      return checkEnd(bytes, after + 4);
    case 0xcb: // float 64
    case 0xcf: // uint 64
    case 0xd3: // int 64
      return checkEnd(bytes, after + 8);
    case 0xdc: // array 16
      return skipValues(bytes, after + 2, uint16At(bytes, after), depth);
    case 0xde: // map 16
      return skipValues(bytes, after + 2, 2 * uint16At(bytes, after), depth);
    default:
      throw new ProtocolError("ERR_DECODE", sentence("header-type", { type: marker.toString(16) }));
  }
}

function skipValues(bytes: Uint8Array, offset: number, count: number, depth: number): number {
  let end = offset;
  for (let i = 0; i < count; i++) end = skipValue(bytes, end, depth + 1);
  return end;
}

function checkEnd(bytes: Uint8Array, end: number): number {
  if (end > headerBytesMax) {
    throw new ProtocolError(
      "ERR_TOO_LARGE",
      sentence("header-too-large", { bytes: headerBytesMax }),
    );
  }
  if (end > bytes.length) throw new ProtocolError("ERR_DECODE", sentence("header-cut-off"));
  return end;
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new ProtocolError("ERR_DECODE", sentence("header-cut-off"));
  if (offset >= headerBytesMax) {
    throw new ProtocolError(
      "ERR_TOO_LARGE",
      sentence("header-too-large", { bytes: headerBytesMax }),
    );
  }
  return byte;
}

function uint16At(bytes: Uint8Array, offset: number): number {
  return (byteAt(bytes, offset) << 8) | byteAt(bytes, offset + 1);
}

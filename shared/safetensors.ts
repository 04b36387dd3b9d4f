/**
 * @file Reader and writer of safetensors, the file format of checkpoints and datasets: 8 bytes of little-endian
 * header length, a JSON header, one byte buffer. Strict in both directions. It does not know what the tensors mean.
 *
 * 1. Equal content gives equal bytes: tensors are ordered as the reference writer does (wider dtypes first, then by
 *    name), metadata by key.
 * 2. The buffer starts at a multiple of 8 and wider dtypes come first, so every tensor is aligned to its elements.
 * 3. Every byte of the buffer belongs to exactly one tensor: no holes, no overlaps, nothing after the last.
 *
 * @see https://github.com/huggingface/safetensors#format
 */
import { assert, known } from "./assert.ts";
import { bytesOf, copyOfBytes } from "./bytes.ts";
import { FormatError } from "./format-error.ts";
import { type Sentence, sentence } from "./words/sentence.ts";

/** Widest first: the order in the file (invariants 1 and 2). Half precision has no typed array on Node 20. */
const dtypeNames = ["F64", "F32", "U32", "I32", "U16", "I16", "I8", "U8"] as const;
export type DType = (typeof dtypeNames)[number];
const dtypes = {
  F64: Float64Array,
  F32: Float32Array,
  U32: Uint32Array,
  I32: Int32Array,
  U16: Uint16Array,
  I16: Int16Array,
  I8: Int8Array,
  U8: Uint8Array,
} as const satisfies Record<DType, unknown>;

const lengthBytes = 8;
const alignmentBytes = 8;
const space = 0x20;
const metadataKey = "__metadata__";
/** The header, a tensor in it, and its shape. */
const headerDepthMax = 3;
/** A limit because error messages contain names of tensors. */
const nameLengthMax = 200;

/** The format allows 100 MB. Ours have at most a few hundred tensors of 100 bytes each, and one run config. */
export const headerBytesMax = 2 ** 20;

export type TensorData =
  | Float64Array
  | Float32Array
  | Uint32Array
  | Int32Array
  | Uint16Array
  | Int16Array
  | Int8Array
  | Uint8Array;

/** One tensor, row by row. Its dtype is the class of its data. */
export interface Tensor {
  readonly shape: readonly number[];
  /** Its length is the product of `shape`. */
  readonly data: TensorData;
}

/** The contents of a safetensors file. */
export interface Safetensors {
  readonly metadata: ReadonlyMap<string, string>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * Writes tensors and metadata as one file.
 *
 * @returns The bytes of the file, in new memory.
 * @throws If a shape does not fit its data, or the header would exceed `headerBytesMax` (a bug in the caller).
 */
export function encodeSafetensors({ metadata, tensors }: Safetensors): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].toSorted(inFileOrder);
  const header = new TextEncoder().encode(headerOf(metadata, ordered));
  const paddedLength = Math.ceil(header.length / alignmentBytes) * alignmentBytes;
  assert(
    paddedLength <= headerBytesMax,
    `a header of ${paddedLength} bytes, at most ${headerBytesMax}`,
  );

  const bufferLength = ordered.reduce((sum, [, { data }]) => sum + data.byteLength, 0);
  const bytes = new Uint8Array(lengthBytes + paddedLength + bufferLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(paddedLength), true);
  bytes.set(header, lengthBytes);
  bytes.fill(space, lengthBytes + header.length, lengthBytes + paddedLength);
  let offset = lengthBytes + paddedLength;
  for (const [, { data }] of ordered) {
    bytes.set(bytesOf(data), offset);
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * Reads a file.
 *
 * @param bytes - The whole file; untrusted.
 * @returns Tensors as views of `bytes`, except that an unaligned tensor is copied.
 * @throws FormatError for anything that the format forbids, and for dtypes other than those above.
 */
export function decodeSafetensors(bytes: Uint8Array): Safetensors {
  const headerLength = readHeaderLength(bytes);
  const header = parseHeader(bytes.subarray(lengthBytes, lengthBytes + headerLength));
  const buffer = bytes.subarray(lengthBytes + headerLength);

  const metadata = parseMetadata(header.get(metadataKey));
  header.delete(metadataKey);
  const entries = [...header].map(([name, value]) => parseEntry(name, value));
  checkCoverage(entries, buffer.length);
  return {
    metadata,
    tensors: new Map(entries.map((entry) => [entry.name, viewOf(entry, buffer)])),
  };
}

function inFileOrder([nameA, a]: [string, Tensor], [nameB, b]: [string, Tensor]): number {
  const byDtype = dtypeNames.indexOf(dtypeOf(a.data)) - dtypeNames.indexOf(dtypeOf(b.data));
  if (byDtype !== 0) return byDtype;
  return nameA < nameB ? -1 : 1;
}

function dtypeOf(data: TensorData): DType {
  const name = dtypeNames.find((dtype) => data instanceof dtypes[dtype]);
  return known(name, `a typed array of ${dtypeNames.join(", ")}`);
}

/** Builds the JSON by hand, because an object would move keys that look like integers to the front. */
function headerOf(
  metadata: ReadonlyMap<string, string>,
  tensors: readonly [string, Tensor][],
): string {
  const fields: string[] = [];
  if (metadata.size > 0) {
    const sorted = [...metadata].toSorted(([a], [b]) => (a < b ? -1 : 1));
    fields.push(
      `"${metadataKey}":${jsonObject(sorted.map(([key, value]) => jsonField(key, value)))}`,
    );
  }
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    const fits = shape.reduce((product, size) => product * size, 1) === data.length;
    assert(fits, `tensor ${name} of shape [${shape.join(", ")}] has ${data.length} elements`);
    assert(name !== metadataKey, `a tensor may not be called ${metadataKey}`);
    const end = offset + data.byteLength;
    fields.push(jsonField(name, { dtype: dtypeOf(data), shape, data_offsets: [offset, end] }));
    offset = end;
  }
  return jsonObject(fields);
}

function jsonField(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function jsonObject(fields: readonly string[]): string {
  return `{${fields.join(",")}}`;
}

function readHeaderLength(bytes: Uint8Array): number {
  if (bytes.length < lengthBytes) {
    throw new FormatError(sentence("tensors-too-few-bytes", { bytes: bytes.length }));
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, lengthBytes);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(headerBytesMax)) {
    throw new FormatError(
      sentence("tensors-header-too-large", { bytes: Number(length), bytesMax: headerBytesMax }),
    );
  }
  if (lengthBytes + Number(length) > bytes.length) {
    throw new FormatError(
      sentence("tensors-header-beyond-file", { bytes: Number(length), fileBytes: bytes.length }),
    );
  }
  return Number(length);
}

function parseHeader(bytes: Uint8Array): Map<string, unknown> {
  const text = decodeUtf8(bytes);
  if (!/^\{.*\} *$/su.test(text)) {
    throw new FormatError(sentence("tensors-header-form"));
  }
  checkDepth(text);
  const value = parseJson(text);
  const duplicate = duplicateKey(text);
  if (duplicate !== undefined)
    throw new FormatError(sentence("tensors-header-twice", { name: duplicate }));
  return new Map(fieldsOf(value, sentence("the-header")));
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError(sentence("tensors-header-not-utf8"));
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FormatError(sentence("tensors-header-not-json"), { cause: error });
  }
}

/** Code that walks over a value recurses, so nothing may nest deeper than a valid header does. */
function checkDepth(json: string): void {
  let depth = 0;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gu)) {
    if (token === "{" || token === "[") depth += 1;
    else if (token === "}" || token === "]") depth -= 1;
    if (depth > headerDepthMax) {
      throw new FormatError(sentence("tensors-header-depth", { levels: headerDepthMax }));
    }
  }
}

/** Finds a key that occurs twice in one object of valid JSON. `JSON.parse` would silently accept it. */
function duplicateKey(json: string): string | undefined {
  const keysOfOpenObjects: Set<string>[] = [];
  for (const [token, quoted, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/gu)) {
    if (token === "{") keysOfOpenObjects.push(new Set());
    else if (token === "}") keysOfOpenObjects.pop();
    else if (quoted !== undefined && colon !== undefined) {
      const keys = known(keysOfOpenObjects.at(-1), "a key is inside an object");
      const key = String(JSON.parse(quoted));
      if (keys.has(key)) return quoted;
      keys.add(key);
    }
  }
  return undefined;
}

function parseMetadata(value: unknown): Map<string, string> {
  if (value === undefined) return new Map();
  return new Map(
    fieldsOf(value, metadataKey).map(([key, text]) => {
      if (typeof text !== "string")
        throw new FormatError(sentence("tensors-not-string", { name: `${metadataKey}.${key}` }));
      return [key, text];
    }),
  );
}

function fieldsOf(value: unknown, name: string | Sentence): [string, unknown][] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FormatError(sentence("tensors-not-object", { name }));
  }
  return Object.entries(value);
}

const axesMax = 16;

/** The fields of an entry if they are those of the format and no others. By hand: `/learn` reads files and has no zod. */
function fieldsOfEntry(value: unknown): Omit<Entry, "name"> | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { dtype: dtypeName, shape, data_offsets: offsets, ...more }: RawEntry = value;
  const dtype = dtypeNames.find((each) => each === dtypeName);
  if (dtype === undefined || !isSizes(shape) || !isSizes(offsets)) return undefined;
  const [start, end] = offsets;
  const isWhole = Object.keys(more).length === 0 && shape.length <= axesMax;
  if (!isWhole || start === undefined || end === undefined || offsets.length > 2) return undefined;
  return { dtype, shape, start, end };
}

interface RawEntry {
  readonly dtype?: unknown;
  readonly shape?: unknown;
  readonly data_offsets?: unknown;
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

interface Entry {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

function parseEntry(name: string, value: unknown): Entry {
  if (name.length > nameLengthMax) {
    throw new FormatError(
      sentence("tensor-name-too-long", { length: name.length, lengthMax: nameLengthMax }),
    );
  }
  const fields = fieldsOfEntry(value);
  if (fields === undefined) {
    const found = JSON.stringify(value).slice(0, 200);
    throw new FormatError(
      sentence("tensor-entry", { name, dtypes: dtypeNames.join(" | "), found }),
    );
  }
  const { dtype, shape, start, end } = fields;
  const byteLength = shape.reduce(
    (product, count) => product * count,
    dtypes[dtype].BYTES_PER_ELEMENT,
  );
  if (byteLength !== end - start) {
    const held = { start, end, found: end - start };
    throw new FormatError(
      sentence("tensor-size", { name, dtype, shape: shape.join(", "), bytes: byteLength, ...held }),
    );
  }
  return { name, dtype, shape, start, end };
}

/** Upholds invariant 3. */
function checkCoverage(entries: readonly Entry[], bufferLength: number): void {
  let covered = 0;
  for (const { name, start, end } of entries.toSorted(
    (a, b) => a.start - b.start || a.end - b.end,
  )) {
    if (start < covered) throw new FormatError(sentence("tensor-overlaps", { name }));
    if (start > covered)
      throw new FormatError(sentence("tensor-hole", { bytes: start - covered, name }));
    if (end > bufferLength) {
      throw new FormatError(sentence("tensor-beyond-end", { name, end, bytes: bufferLength }));
    }
    covered = end;
  }
  if (covered < bufferLength) {
    throw new FormatError(sentence("bytes-after-tensors", { bytes: bufferLength - covered }));
  }
}

function viewOf({ dtype, shape, start, end }: Entry, buffer: Uint8Array): Tensor {
  const TypedArray: new (buffer: ArrayBufferLike, offset?: number, length?: number) => TensorData =
    dtypes[dtype];
  const elementBytes = dtypes[dtype].BYTES_PER_ELEMENT;
  const length = (end - start) / elementBytes;
  const offset = buffer.byteOffset + start;
  const aligned = offset % elementBytes === 0;
  const data = aligned
    ? new TypedArray(buffer.buffer, offset, length)
    : new TypedArray(copyOfBytes(buffer.subarray(start, end)).buffer);
  return { shape, data };
}

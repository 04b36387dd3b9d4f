/**
 * @file Parser of npy, NumPy's format of one array. Pure: bytes in, numbers out. The caller reads and unpacks the file,
 * and passes its name for the error messages.
 *
 * A file is `\x93NUMPY`, the version's two bytes, the header's length (16 bits in version 1, 32 in 2 and 3), the header
 * (a Python dictionary in text, with dtype, order and shape), then the elements.
 *
 * @see https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { shown } from "../error-text.ts";
import { OperatorError } from "../operator-error.ts";
import { sentence } from "../words/sentence.ts";
import type { NumberArray } from "./number-array.ts";

type Read = (view: DataView, offset: number, little: boolean) => number;

/** By kind and width of a dtype. */
const elementTypes: ReadonlyMap<string, Read> = new Map<string, Read>([
  ["b1", (view, offset) => (view.getUint8(offset) === 0 ? 0 : 1)],
  ["u1", (view, offset) => view.getUint8(offset)],
  ["u2", (view, offset, little) => view.getUint16(offset, little)],
  ["u4", (view, offset, little) => view.getUint32(offset, little)],
  ["u8", (view, offset, little) => Number(view.getBigUint64(offset, little))],
  ["i1", (view, offset) => view.getInt8(offset)],
  ["i2", (view, offset, little) => view.getInt16(offset, little)],
  ["i4", (view, offset, little) => view.getInt32(offset, little)],
  ["i8", (view, offset, little) => Number(view.getBigInt64(offset, little))],
  ["f2", (view, offset, little) => halfOf(view.getUint16(offset, little))],
  ["f4", (view, offset, little) => view.getFloat32(offset, little)],
  ["f8", (view, offset, little) => view.getFloat64(offset, little)],
]);

/** The dtypes that are read, for an error. */
const dtypes = [...elementTypes.keys()];

/**
 * Parses one file.
 *
 * @param bytes - The whole file, unpacked.
 * @param name - As the operator knows it.
 * @throws OperatorError if it is no npy file, is damaged, or has no numbers.
 */
export function parseNpy(bytes: Uint8Array, name: string): NumberArray {
  const { header, start } = readHeader(bytes, name);
  const { descr, isFortran, shape } = readFields(header, name);
  const [, order = "", type = ""] = /^([<>|=]?)([a-zA-Z]\d+)$/u.exec(descr) ?? [];
  const read = elementTypes.get(type);
  if (read === undefined) {
    throw new OperatorError(sentence("npy-dtype", { path: name, dtype: shown(descr), dtypes }));
  }
  const width = Number(type.slice(1));
  const length = shape.reduce((product, size) => product * size, 1);
  const expected = start + length * width;
  if (bytes.length !== expected) {
    const content = `${descr} [${shape.join(" × ")}]`;
    const values = { path: name, content, expected, bytes: bytes.length };
    throw new OperatorError(
      bytes.length < expected
        ? sentence("idx-cut-short", values)
        : sentence("idx-too-long", values),
    );
  }
  const places = isFortran ? fortranPlaces(shape) : undefined;
  const isInteger = !type.startsWith("f");
  if (type === "u1") {
    const stored = bytes.subarray(start);
    const data = places === undefined ? stored : Uint8Array.from(places, (at) => stored[at] ?? 0);
    return { shape, data, isInteger };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, length * width);
  const data = new Float32Array(length);
  for (let i = 0; i < length; i++) data[i] = read(view, (places?.[i] ?? i) * width, order !== ">");
  return { shape, data, isInteger };
}

const magic = "\u0093NUMPY";
const versionBytes = 2;
/** A header has a hundred bytes; this is more than any list of fields. */
const headerBytesMax = 65_536;
const rankMax = 32;

function readHeader(
  bytes: Uint8Array,
  name: string,
): { readonly header: string; readonly start: number } {
  const found = String.fromCharCode(...bytes.subarray(0, magic.length));
  if (found !== magic) throw new OperatorError(sentence("npy-magic", { path: name }));
  const major = bytes[magic.length] ?? 0;
  const lengthBytes = major === 1 ? 2 : 4;
  const headerStart = magic.length + versionBytes + lengthBytes;
  const isKnown = major >= 1 && major <= 3;
  if (!isKnown) throw new OperatorError(sentence("npy-version", { path: name, version: major }));
  if (bytes.length < headerStart) throw cutShort(name, headerStart, bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, headerStart);
  const at = magic.length + versionBytes;
  const length = major === 1 ? view.getUint16(at, true) : view.getUint32(at, true);
  const start = headerStart + length;
  if (length > headerBytesMax) throw new OperatorError(sentence("npy-header", { path: name }));
  if (bytes.length < start) throw cutShort(name, start, bytes.length);
  return { header: new TextDecoder("latin1").decode(bytes.subarray(headerStart, start)), start };
}

function cutShort(path: string, expected: number, bytes: number): OperatorError {
  return new OperatorError(sentence("npy-header-cut-short", { path, expected, bytes }));
}

function readFields(
  header: string,
  name: string,
): { readonly descr: string; readonly isFortran: boolean; readonly shape: readonly number[] } {
  const [, descr] = /'descr': *'([^']*)'/u.exec(header) ?? [];
  const [, order] = /'fortran_order': *(True|False)/u.exec(header) ?? [];
  const [, sizes] = /'shape': *\(([\d, L]*)\)/u.exec(header) ?? [];
  // A list of fields: a table of mixed types.
  if (/'descr': *\[/u.test(header)) {
    throw new OperatorError(sentence("npy-dtype", { path: name, dtype: "a structure", dtypes }));
  }
  const shape = (sizes ?? "").split(",").flatMap((size) => {
    const text = size.trim().replace(/L$/u, "");
    return text === "" ? [] : [Number(text)];
  });
  const isValid = shape.length <= rankMax && shape.every(Number.isSafeInteger);
  if (descr === undefined || order === undefined || sizes === undefined || !isValid) {
    throw new OperatorError(sentence("npy-header", { path: name }));
  }
  return { descr, isFortran: order === "True", shape };
}

/** For each element in C order (last index fastest), its place in Fortran order (first index fastest). */
function fortranPlaces(shape: readonly number[]): Uint32Array {
  const length = shape.reduce((product, size) => product * size, 1);
  const strides = shape.map((_, axis) =>
    shape.slice(0, axis).reduce((product, size) => product * size, 1),
  );
  const places = new Uint32Array(length);
  const index = shape.map(() => 0);
  let place = 0;
  for (let i = 0; i < length; i++) {
    places[i] = place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        place += strides[axis] ?? 0;
        break;
      }
      place -= (next - 1) * (strides[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return places;
}

/** A 16-bit float; exact in float32. */
function halfOf(bits: number): number {
  const sign = bits >>> 15 === 0 ? 1 : -1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * @file Parser of IDX, the format of MNIST and similar datasets. Pure: bytes in, numbers out. The caller reads and
 * unpacks the file, and passes its name for the error messages.
 *
 * A file is two zero bytes, the type of its elements, the number of dimensions, each dimension as a big-endian
 * 32-bit integer, then the elements, big-endian, row by row.
 *
 * @see http://yann.lecun.com/exdb/mnist/, "the IDX file format"
 */
import { OperatorError } from "../operator-error.ts";
import { sentence } from "../words/sentence.ts";
import type { NumberArray } from "./number-array.ts";

interface ElementType {
  readonly name: string;
  readonly byteLength: number;
  readonly read: (view: DataView, offset: number) => number;
}

const elementTypes: ReadonlyMap<number, ElementType> = new Map([
  [0x08, { name: "uint8", byteLength: 1, read: (view, offset) => view.getUint8(offset) }],
  [0x09, { name: "int8", byteLength: 1, read: (view, offset) => view.getInt8(offset) }],
  [0x0b, { name: "int16", byteLength: 2, read: (view, offset) => view.getInt16(offset) }],
  [0x0c, { name: "int32", byteLength: 4, read: (view, offset) => view.getInt32(offset) }],
  [0x0d, { name: "float32", byteLength: 4, read: (view, offset) => view.getFloat32(offset) }],
  [0x0e, { name: "float64", byteLength: 8, read: (view, offset) => view.getFloat64(offset) }],
]);
const unsignedBytes = 0x08;
const magicBytes = 4;
const dimensionBytes = 4;

/**
 * Parses one file.
 *
 * @param bytes - The whole file, unpacked.
 * @param fileName - As the operator knows it.
 * @throws OperatorError if the magic number, the type, the dimensions or the size is wrong.
 */
export function parseIdx(bytes: Uint8Array, fileName: string): NumberArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { code, type, rank } = readMagic(view, fileName);
  const shape = readShape(view, rank, fileName);
  const start = magicBytes + rank * dimensionBytes;
  const length = shape.reduce((product, size) => product * size, 1);
  const expected = start + length * type.byteLength;
  if (bytes.length !== expected) {
    const content = `${type.name} [${shape.join(" × ")}]`;
    const values = { path: fileName, content, expected, bytes: bytes.length };
    const isShort = bytes.length < expected;
    throw new OperatorError(
      isShort ? sentence("idx-cut-short", values) : sentence("idx-too-long", values),
    );
  }
  const isInteger = !type.name.startsWith("float");
  if (code === unsignedBytes) return { shape, data: bytes.subarray(start), isInteger };
  const data = Float32Array.from({ length }, (_, i) =>
    type.read(view, start + i * type.byteLength),
  );
  return { shape, data, isInteger };
}

function readMagic(
  view: DataView,
  fileName: string,
): { readonly code: number; readonly type: ElementType; readonly rank: number } {
  if (view.byteLength < magicBytes) {
    throw new OperatorError(
      sentence("idx-too-small", { path: fileName, bytes: view.byteLength, least: magicBytes }),
    );
  }
  const magic = view.getUint32(0);
  const code = (magic >>> 8) & 0xff;
  const rank = magic & 0xff;
  const type = elementTypes.get(code);
  if (magic >>> 16 !== 0 || type === undefined || rank === 0) {
    throw new OperatorError(sentence("idx-magic", { path: fileName, magic: hex(magic) }));
  }
  return { code, type, rank };
}

function readShape(view: DataView, rank: number, fileName: string): number[] {
  const headerBytes = magicBytes + rank * dimensionBytes;
  if (view.byteLength < headerBytes) {
    throw new OperatorError(
      sentence("idx-header-cut-short", {
        path: fileName,
        dimensions: rank,
        expected: headerBytes,
        bytes: view.byteLength,
      }),
    );
  }
  return Array.from({ length: rank }, (_, i) => view.getUint32(magicBytes + i * dimensionBytes));
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}

/**
 * @file Looks at the headers of a Parquet file before they are decoded: its description at the end, and each page's.
 * The decoder trusts them. With a wrong length it would read the same bytes again for ever.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
import type { FileMetaData } from "hyparquet";

/** "PAR1" at the end, after the length of the description in 4 bytes. */
const endBytes = 8;
/** Structures within structures: twice what Parquet has. */
const depthMax = 16;

/** @throws Error if the description is not one structure of the length that the file's end says. */
export function checkDescription(bytes: Uint8Array): void {
  const end = bytes.length - endBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = end - view.getUint32(end, true);
  new ThriftReader(bytes.subarray(start, end)).struct();
}

/** @throws Error if a page's header is broken or does not lead to the next one. */
export function checkPages(bytes: Uint8Array, { row_groups: groups }: FileMetaData): void {
  for (const { columns } of groups) {
    for (const { meta_data: column } of columns) {
      if (column === undefined) throw new Error("a column without a description");
      const start = Number(column.dictionary_page_offset || column.data_page_offset);
      const end = start + Number(column.total_compressed_size);
      if (!(start >= 0 && end <= bytes.length)) throw new Error("a column beyond the file");
      checkColumn(bytes.subarray(start, end), Number(column.num_values));
    }
  }
}

/** Numbers of the fields in a page's header. */
const unpackedSize = 2;
const packedSize = 3;
/** Which describe its values, and the last of the integers that each begins with. The first is the count. */
const descriptions = new Map([
  [5, 4],
  [7, 2],
  [8, 6],
]);

function checkColumn(bytes: Uint8Array, valuesMax: number): void {
  const reader = new ThriftReader(bytes);
  // The decoder ignores a last byte too.
  while (reader.at < bytes.length - 1) {
    const header = reader.struct();
    const size = header.get(packedSize);
    if (typeof size !== "number" || size < 0 || Number(header.get(unpackedSize)) < 0) {
      throw new Error("a page without a size");
    }
    for (const [field, last] of descriptions) checkValues(header.get(field), last, valuesMax);
    reader.skip(size);
  }
}

function checkValues(description: Field, last: number, valuesMax: number): void {
  if (!(description instanceof Map)) return;
  for (let field = 1; field <= last; field++) {
    const value: unknown = description.get(field);
    if (typeof value !== "number" || value < 0) throw new Error("a page without a count");
    if (field === 1 && value > valuesMax) throw new Error("a page with too many values");
  }
}

type Struct = ReadonlyMap<number, Field>;
/** Integers and structures; of everything else only the length matters. */
type Field = number | Struct | undefined;

/** Reads Thrift's compact protocol, and moves forward with each byte or throws. */
class ThriftReader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  struct(depth = 0): Struct {
    if (depth > depthMax) throw new Error("structures are nested too deeply");
    const fields = new Map<number, Field>();
    let id = 0;
    for (;;) {
      const byte = this.#byte();
      const type = byte & 15;
      if (type === 0) return fields;
      id = byte >> 4 === 0 ? this.#zigZag() : id + (byte >> 4);
      fields.set(id, this.#field(type, depth));
    }
  }

  skip(count: number): void {
    if (count > this.#bytes.length - this.at) throw new Error("something ends beyond its column");
    this.at += count;
  }

  #field(type: number, depth: number): Field {
    switch (type) {
      // True and false are in the type.
      case 1:
      case 2:
        return undefined;
      case 3:
        return this.#byte();
      case 4:
      case 5:
        return this.#zigZag();
      case 6:
        this.#longVarInt();
        return undefined;
      case 7:
        this.skip(8);
        return undefined;
      case 8:
        this.skip(this.#varInt());
        return undefined;
      case 9:
        this.#list(depth);
        return undefined;
      case 12:
        return this.struct(depth + 1);
      default:
        throw new Error(`a value of the unknown type ${type}`);
    }
  }

  #list(depth: number): void {
    const byte = this.#byte();
    const count = byte >> 4 === 15 ? this.#varInt() : byte >> 4;
    // Each element takes a byte at least. In a list, so do true and false.
    if (count > this.#bytes.length - this.at) throw new Error("a list that is too long");
    const type = byte & 15;
    for (let i = 0; i < count; i++) this.#field(type === 1 || type === 2 ? 3 : type, depth);
  }

  #zigZag(): number {
    const value = this.#varInt();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Below 2³¹, because the decoder takes more for negative. */
  #varInt(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte();
      value += (byte & 127) * scale;
      if (value >= 2 ** 31) throw new Error("a number that is too large");
      if (byte < 128) return value;
    }
  }

  #longVarInt(): void {
    for (let count = 1; this.#byte() >= 128; count++) {
      if (count > 9) throw new Error("a number that is too long");
    }
  }

  #byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw new Error("it ends within a header");
    this.at += 1;
    return byte;
  }
}

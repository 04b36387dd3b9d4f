/**
 * @file Writes protocol buffer messages, as far as ONNX and TensorBoard need them: integers, floats, texts, bytes and
 * messages in messages.
 *
 * @see https://protobuf.dev/programming-guides/encoding
 */

const wireTypes = { varint: 0, fixed64: 1, delimited: 2, fixed32: 5 } as const;

/** One message, written field by field. */
export class ProtobufMessage {
  readonly #parts: Uint8Array[] = [];
  #byteLength = 0;

  /** An `int32`, `int64` or enum ≥ 0. */
  integer(field: number, value: number | bigint): this {
    return this.#add(tag(field, wireTypes.varint), varint(BigInt(value)));
  }

  /** Packed integers, negative ones too. */
  integers(field: number, values: readonly number[]): this {
    const packed = values.map((value) => varint(BigInt.asUintN(64, BigInt(value))));
    return this.bytes(field, joined(packed));
  }

  /** A `float`. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#add(tag(field, wireTypes.fixed32), bytes);
  }

  /** A `double`. */
  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.#add(tag(field, wireTypes.fixed64), bytes);
  }

  /** Packed floats. */
  floats(field: number, values: readonly number[]): this {
    const bytes = new Uint8Array(4 * values.length);
    const view = new DataView(bytes.buffer);
    for (const [index, value] of values.entries()) view.setFloat32(4 * index, value, true);
    return this.bytes(field, bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** @param value - Not copied: it must not change before `encode`. */
  bytes(field: number, value: Uint8Array): this {
    const length = varint(BigInt(value.length));
    return this.#add(tag(field, wireTypes.delimited), length, value);
  }

  message(field: number, value: ProtobufMessage): this {
    const length = varint(BigInt(value.#byteLength));
    return this.#add(tag(field, wireTypes.delimited), length, ...value.#parts);
  }

  encode(): Uint8Array<ArrayBuffer> {
    return joined(this.#parts);
  }

  #add(...parts: readonly Uint8Array[]): this {
    for (const part of parts) {
      this.#parts.push(part);
      this.#byteLength += part.length;
    }
    return this;
  }
}

function tag(field: number, wireType: number): Uint8Array {
  return varint((BigInt(field) << 3n) | BigInt(wireType));
}

/** Seven bits a byte, lowest first; the high bit says that more follow. */
function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

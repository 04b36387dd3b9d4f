/** @file Numbers as bytes: little-endian, like WebAssembly's memory and every engine's arrays. */

/** The same memory as bytes. */
export function bytesOf<Memory extends ArrayBufferLike>(
  values: ArrayBufferView<Memory>,
): Uint8Array<Memory> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A copy in its own memory. Not `bytes.slice()`, because for a Node `Buffer` that is a view of the same memory. */
export function copyOfBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** Bytes for one message after the other, so that megabytes need not be allocated, zeroed and collected at every step. */
export class ReusedBytes {
  #bytes = new Uint8Array(0);

  /** Copies the parts, one behind the other. The result is good until the next call. */
  join(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    if (this.#bytes.length < length) this.#bytes = new Uint8Array(length);
    let offset = 0;
    for (const part of parts) {
      this.#bytes.set(part, offset);
      offset += part.length;
    }
    return this.#bytes.subarray(0, length);
  }
}

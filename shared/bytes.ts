/** @file Numbers as the bytes they are: little-endian, as WebAssembly's memory is and every engine's arrays are. */

/** The same memory as bytes. */
export function bytesOf<Memory extends ArrayBufferLike>(
  values: ArrayBufferView<Memory>,
): Uint8Array<Memory> {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** A copy in memory of its own. Not `bytes.slice()`: of a Node `Buffer` that is a view of the same memory. */
export function copyOfBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

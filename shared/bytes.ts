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

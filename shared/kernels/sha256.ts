/**
 * @file SHA-256 by a kernel, for pages over plain http, which have no `crypto.subtle`: there a kernel is four times as fast
 * as JavaScript that has just been loaded.
 *
 * @see FIPS 180-4.
 */
import { bytesToHex } from "@noble/hashes/utils.js";

import type { Kernel } from "./kernel.ts";

/** The first 32 bits of the fractions of the square roots of the first 8 primes. */
const start = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const blockBytes = 64;
/** What is copied and hashed at once stays in the cache; and an engine may replace its first code after each call. */
const partBytes = 65_536;

/**
 * @param kernel - 66 kB of its memory are used up.
 * @returns A function that maps bytes to their SHA-256 in lower-case hex.
 */
export function sha256Of({ arena, views, functions }: Kernel): (bytes: Uint8Array) => string {
  const state = arena.allocate(4 * start.length);
  const words = arena.allocate(4 * blockBytes);
  const part = arena.allocate(partBytes);
  const add = (bytes: Uint8Array) => {
    views.u8.set(bytes, part);
    functions.sha256Blocks(state, part, bytes.length / blockBytes, words);
  };
  return (bytes) => {
    views.u32.set(start, state / 4);
    const wholeBytes = bytes.length - (bytes.length % blockBytes);
    for (let at = 0; at < wholeBytes; at += partBytes)
      add(bytes.subarray(at, Math.min(at + partBytes, wholeBytes)));
    add(ending(bytes.subarray(wholeBytes), bytes.length));
    const digest = views.u8.slice(state, state + 4 * start.length);
    const numbers = new DataView(digest.buffer);
    for (let at = 0; at < digest.length; at += 4)
      numbers.setUint32(at, numbers.getUint32(at, true));
    return bytesToHex(digest);
  };
}

/** The last bytes, a bit 1, zeros, and the length of everything in bits: one block or two. */
function ending(rest: Uint8Array, length: number): Uint8Array {
  const blocks = new Uint8Array(rest.length + 9 > blockBytes ? 2 * blockBytes : blockBytes);
  blocks.set(rest);
  blocks[rest.length] = 0x80;
  new DataView(blocks.buffer).setBigUint64(blocks.length - 8, 8n * BigInt(length));
  return blocks;
}

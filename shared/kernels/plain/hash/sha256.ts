/** @file Plain twin of `assembly/hash/sha256.ts`. */
import type { Views } from "../../memory.ts";

/**
 * Adds blocks of 64 bytes to a SHA-256.
 *
 * @param state - Pointer to `[8]` uint32, the hash so far; updated in place.
 * @param blocks - Pointer to `[64 · count]` bytes; read only.
 * @param words - Pointer to `[64]` uint32 of scratch; written.
 * @see FIPS 180-4, section 6.2.2.
 */
export function sha256Blocks(
  { u8, u32 }: Views,
  state: number,
  blocks: number,
  count: number,
  words: number,
): void {
  const memory = new DataView(u8.buffer);
  for (let block = blocks; block < blocks + 64 * count; block += 64) {
    const w = u32.subarray(words / 4, words / 4 + 64);
    for (let t = 0; t < 16; t++) w[t] = memory.getUint32(block + 4 * t);
    for (let t = 16; t < 64; t++) {
      const s0 = turned(w[t - 15]!, 7) ^ turned(w[t - 15]!, 18) ^ (w[t - 15]! >>> 3);
      const s1 = turned(w[t - 2]!, 17) ^ turned(w[t - 2]!, 19) ^ (w[t - 2]! >>> 10);
      w[t] = w[t - 16]! + s0 + w[t - 7]! + s1;
    }
    compress(u32.subarray(state / 4, state / 4 + 8), w);
  }
}

function compress(state: Uint32Array, w: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (const [t, word] of w.entries()) {
    const sum1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
    const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + roundConstants[t]! + word) | 0;
    const sum0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
    const t2 = sum0 + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
  }
  for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i]! += value;
}

/** Rotates a word to the right. */
function turned(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}

/** The first 32 bits of the fractions of the cube roots of the first 64 primes. */
const roundConstants = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

/** @file SHA-256 in the library for browsers, in the place of Node's (`coordinator/sha256.ts`): the same digests. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** SHA-256 of the concatenated parts, lower-case hex. */
export function sha256OfParts(...parts: readonly Uint8Array[]): string {
  const hash = sha256.create();
  for (const part of parts) hash.update(part);
  return bytesToHex(hash.digest());
}

/**
 * @file SHA-256 in plain JavaScript, since `crypto.subtle` is missing on pages that came over plain http. Who has a
 * faster one (Node's OpenSSL) passes it in its place.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** Takes bytes to their SHA-256 in lower-case hex. */
export type Sha256 = (bytes: Uint8Array) => string;

export const sha256Hex: Sha256 = (bytes) => bytesToHex(sha256(bytes));

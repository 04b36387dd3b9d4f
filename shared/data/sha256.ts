/**
 * @file SHA-256 in plain JavaScript, because `crypto.subtle` is missing on pages served over plain http. Callers
 * that have a faster one (Node's OpenSSL) pass it instead.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

/** Maps bytes to their SHA-256 in lower-case hex. */
export type Sha256 = (bytes: Uint8Array) => string;

export const sha256Hex: Sha256 = (bytes) => bytesToHex(sha256(bytes));

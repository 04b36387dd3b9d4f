/** @file SHA-256 by the browser, which is ten times as fast as JavaScript. Pages over plain http don't have it. */
import { sha256Hex } from "../../shared/data/sha256.ts";

/** In lower-case hex. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (!isSecureContext) return sha256Hex(bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

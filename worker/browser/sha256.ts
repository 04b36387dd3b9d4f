/**
 * @file SHA-256 by the browser, which is ten times as fast as JavaScript. Pages over plain http don't have it, so there the
 * kernel computes it.
 */
import { sha256Of } from "../../shared/kernels/sha256.ts";
import { createKernel } from "./kernel-bytes.ts";

let byKernel: ReturnType<typeof sha256Of> | undefined;

/** In lower-case hex. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  if (!isSecureContext) return (byKernel ??= sha256Of(createKernel()))(bytes);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

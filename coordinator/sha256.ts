/** @file SHA-256 by OpenSSL, several times as fast as the plain JavaScript one that browsers need. */
import { createHash } from "node:crypto";

/** SHA-256 of the concatenated parts, lower-case hex. */
export function sha256OfParts(...parts: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** @file The Unicode code points of a text in UTF-8, without making a string of it: a text may be larger than one. */

/** The bytes after the first of a character, by its first byte; −1 if none begins with it. */
function bytesAfter(first: number): number {
  if (first < 0x80) return 0;
  if (first < 0xc2 || first > 0xf4) return -1;
  return first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
}

/** Below these a character would have been written in fewer bytes. */
const smallestOf = [0, 0x80, 0x800, 0x10000];

/**
 * Visits the code points from first to last.
 *
 * @param bytes - Without a byte order mark.
 * @returns The offset of the first byte that no text in UTF-8 has there, which ends the visit; 0 counts as such a
 *   byte. `undefined` if there is none.
 */
export function visitCodePoints(
  bytes: Uint8Array,
  visit: (point: number) => void,
): number | undefined {
  let at = 0;
  while (at < bytes.length) {
    const first = bytes[at] ?? 0;
    const more = bytesAfter(first);
    if (more === -1 || first === 0) return at;
    let point = more === 0 ? first : first & (0x3f >> more);
    for (let i = 1; i <= more; i++) {
      const next = bytes[at + i] ?? 0;
      if (next >> 6 !== 0b10) return at;
      point = (point << 6) | (next & 0x3f);
    }
    const isHalf = point >= 0xd800 && point <= 0xdfff;
    if (point < (smallestOf[more] ?? 0) || isHalf || point > 0x10ffff) return at;
    visit(point);
    at += more + 1;
  }
  return undefined;
}

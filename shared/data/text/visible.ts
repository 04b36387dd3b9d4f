/** @file Characters that have no shape, written so that a person sees them. */

const known: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** A character as in a string of a program if it has no shape: `\\n`, `\\u{200b}`. A space stays one. */
export function visible(character: string): string {
  if (character === " " || !/^[\p{C}\p{Z}]/u.test(character)) return character;
  return known[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

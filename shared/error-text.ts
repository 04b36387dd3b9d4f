/** @file Text for errors, and for the single line in which a person sees them. */

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Longer than any of our messages, whatever text of a file they quote. */
const lineLengthMax = 2_000;

/** Control characters, line breaks, direction marks and anything else that a terminal may obey instead of showing. */
const unshowable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text as one line for a terminal. Text from a file or a stranger can then neither break the line nor control the
 * terminal.
 */
export function oneLine(text: string): string {
  const cut = text.length > lineLengthMax ? `${text.slice(0, lineLengthMax)}…` : text;
  return cut.replaceAll(
    unshowable,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** A value for an error's one line: control characters are escaped, and it is cut after 80. */
export function shown(given: string): string {
  const escaped = JSON.stringify(given).slice(1, -1).replaceAll('\\"', '"');
  const cut = escaped.length > 80 ? `${escaped.slice(0, 80)}…` : escaped;
  return cut === "" || /^\s|\s$/u.test(cut) ? `"${cut}"` : cut;
}

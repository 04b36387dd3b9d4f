/**
 * @file The one error that a person at the keyboard caused and can mend: a bad flag, a bad file, a port in use.
 * Caught once, in the command line's main, which prints the message as one line and exits with 1.
 */

/** More than any of our sentences has, whatever a file put into one. */
const lineLengthMax = 2_000;

/** Controls, line breaks, direction marks and what else a terminal may obey instead of showing it. */
const unshowable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A text as one line for a terminal: what a file or a stranger wrote can neither break it nor command the terminal. */
export function oneLine(text: string): string {
  const cut = text.length > lineLengthMax ? `${text.slice(0, lineLengthMax)}…` : text;
  return cut.replaceAll(
    unshowable,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** A mistake of the operator's. The message says what, which value, and what to do. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}

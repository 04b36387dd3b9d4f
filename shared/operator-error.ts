/**
 * @file The one error that a person at the keyboard caused and can mend: a bad flag, a bad file, a port in use.
 * Caught once, in the command line's main, which prints the message as one line and exits with 1.
 */

/** A mistake of the operator's. The message says what, which value, and what to do. */
export class OperatorError extends Error {
  override readonly name = "OperatorError";
}

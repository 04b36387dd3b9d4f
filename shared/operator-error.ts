/**
 * @file The error for mistakes that the person at the keyboard can fix: a bad flag, a bad file, a port in use. It
 * is caught once, in the command line's main, which prints the message as one line and exits with 1.
 */
import { SentenceError } from "./words/sentence.ts";

/** A mistake by the operator. The message says what is wrong, which value, and what to do. */
export class OperatorError extends SentenceError {
  override readonly name = "OperatorError";
}

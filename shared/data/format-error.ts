/**
 * @file The error of every decoder of stored bytes here: safetensors, datasets, checkpoints. Whoever knows where the
 * bytes came from turns it into what it means there: a damaged checkpoint to skip, a download to try again, an
 * operator's bad file.
 */

/** Bytes that are not what they should be. The message says what was found and what was expected. */
export class FormatError extends Error {
  override readonly name = "FormatError";
}

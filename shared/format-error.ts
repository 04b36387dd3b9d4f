/**
 * @file The error of every decoder of stored bytes here: safetensors, datasets, checkpoints. The caller knows where
 * the bytes came from and decides what it means: a damaged checkpoint to skip, a download to retry, or a bad file
 * of the operator's.
 */
import { SentenceError } from "./words/sentence.ts";

/** The bytes are not in the expected format. The sentence says what was found and what was expected. */
export class FormatError extends SentenceError {
  override readonly name = "FormatError";
}

/**
 * @file Sentences for people, as `{ code, values }`: events, refusals, waits, errors. They travel in this form over
 * the wire, into JSON lines and to pages. Programs read the code, and each reader sees the sentence in their own
 * language. The words are in `english/` and `spanish/`, one entry per code; a new code needs an entry in both, and
 * nothing else.
 */
import { english } from "./english/index.ts";
import type { CountsIn, NamesIn } from "./template.ts";
import { type Sentence, type Value, worded } from "./wording.ts";

export type { Sentence, Value };

/** The codes of the catalogues. */
export type Code = keyof typeof english;

/** The values of a code's sentence, as named in its English text. */
export type ValuesOf<C extends Code> = {
  readonly [Name in NamesIn<(typeof english)[C]> & string]: Name extends CountsIn<
    (typeof english)[C]
  >
    ? number
    : Value;
};

type Arguments<C extends Code> =
  NamesIn<(typeof english)[C]> extends never ? [] : [values: ValuesOf<C>];

/** Makes a sentence. The compiler checks its code and the names of its values. */
export function sentence<const C extends Code>(code: C, ...[values]: Arguments<C>): Sentence {
  return { code, values: values ?? {} };
}

/** Quotes a text of another origin: an operating system's, a library's, a peer's. It is shown unchanged. */
export function quoted(text: string): Sentence {
  return sentence("quoted", { text });
}

/** Distinguishes a sentence from other values of our own. The protocol's schema checks sentences from peers. */
export function isSentence(value: unknown): value is Sentence {
  return typeof value === "object" && value !== null && "code" in value && "values" in value;
}

/** Whether a sentence has this code. */
export function hasCode(said: Sentence | null | undefined, code: Code): boolean {
  return said?.code === code;
}

/** A sentence in English, without what only the reader of a terminal can do. */
export function sayInEnglish(said: Sentence): string {
  return worded(said, { language: "en", words: english, isTerminal: false });
}

/** A sentence in English, for the reader of a terminal. It may name flags and commands. */
export function sayAtTerminal(said: Sentence): string {
  return worded(said, { language: "en", words: english, isTerminal: true });
}

/** An error that carries a sentence. Its `message` is the sentence in English, for a terminal. */
export class SentenceError extends Error {
  readonly said: Sentence;

  constructor(said: Sentence, options?: ErrorOptions) {
    super(sayAtTerminal(said), options);
    this.said = said;
  }
}

/** The sentence for anything that was thrown. */
export function reasonOf(error: unknown): Sentence {
  if (error instanceof SentenceError) return error.said;
  return quoted(error instanceof Error ? error.message : String(error));
}

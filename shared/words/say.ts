/**
 * @file Sentences in any language, for the readers of pages. Apart from `sentence.ts`, so that what only makes sentences,
 * such as a compute thread, carries no more than English.
 */
import { english } from "./english/index.ts";
import type { Language } from "./language.ts";
import type { Sentence } from "./sentence.ts";
import { spanish } from "./spanish/index.ts";
import { type Audience, filledIn, worded } from "./wording.ts";

/** A sentence in a language, for the reader of a page: what only a command line can do is left out. */
export function say(language: Language, said: Sentence): string {
  return worded(said, readerOf(language));
}

/** Inserts values, which may be sentences, into one of a page's own texts. */
export function sayText(language: Language, text: string, values: Sentence["values"]): string {
  return filledIn(text, values, readerOf(language));
}

const catalogues: Readonly<Record<Language, Audience["words"]>> = { en: english, es: spanish };

function readerOf(language: Language): Audience {
  return { language, words: catalogues[language], isTerminal: false };
}

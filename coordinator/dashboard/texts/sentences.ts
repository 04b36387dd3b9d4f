/** @file The coordinator's sentences in the page's language: it speaks English to its console, its logs and its workers. */
import { type Language, translator } from "../../../shared/pages/language.ts";
import { Phrasebook } from "../../../shared/pages/phrasebook.ts";
import { codePhrases, phrases } from "./phrases.ts";
import { texts } from "./texts.ts";

const book = new Phrasebook(phrases, codePhrases);

/** A sentence of the coordinator's, in a language. What the phrasebook lacks is quoted as it is. */
export function sentenceIn(language: Language, sentence: string): string {
  return book.sentenceIn(language, sentence);
}

/** A sentence in Spanish; `undefined` for one that the phrasebook lacks. */
export function translated(sentence: string): string | undefined {
  return book.translated(sentence);
}

/** What the run waits for, after the word for waiting; where a reader can help, how. */
export function waitingIn(language: Language, reason: string): string {
  const count = /^waiting for (\d+) more workers?$/u.exec(reason)?.[1];
  if (count === undefined) return sentenceIn(language, reason);
  return translator(texts, language)("waitingWorkers", { count: Number(count) });
}

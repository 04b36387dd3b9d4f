/**
 * @file The texts of a section, in every language. Spanish is the original, because the lecture is in Spanish; the
 * compiler refuses a translation that lacks a text or has a value that the original has not.
 */
import type { Language } from "../../../shared/words/language.ts";
import { fill } from "../../../shared/words/template.ts";
import type { Dictionary } from "../../../shared/words/texts.ts";

/** The texts that every section has. The others are its own: labels, names of stops, words in the picture. */
export type CommonKey =
  /** A few words: the heading, and the section's name in the list. */
  | "title"
  /** One sentence from the slide. */
  | "claim"
  /** What to bet on, and where to tap. */
  | "question"
  /** The answer, after a good bet and after another. */
  | "right"
  | "wrong"
  /** What is not quite so on the slide, with a figure. */
  | "careful"
  /** How the picture is called for readers who do not see it. */
  | "picture";

export type SectionTexts<Key extends string> = Dictionary<Key | CommonKey>;

/** Looks up a text and inserts numbers and words that are already in the reader's language. */
export type Say<Key extends string> = (
  key: Key | CommonKey,
  values?: Readonly<Record<string, string>>,
) => string;

/** What looks texts up in one language. */
export function sayIn<Key extends string>(texts: SectionTexts<Key>, language: Language): Say<Key> {
  return (key, values = {}) =>
    fill(texts[language][key], { show: (name) => values[name], isTerminal: false });
}

/** @file A page's own texts, by key: labels, headings, explanations. They are templates like those of sentences. */
import type { Language } from "./language.ts";
import { sayText } from "./say.ts";
import type { Sentence } from "./sentence.ts";

/** The same keys in every language: the compiler refuses a dictionary that lacks one. */
export type Dictionary<Key extends string> = Readonly<
  Record<Language, Readonly<Record<Key, string>>>
>;

/** What goes into the braces of a text. */
export type TextValues = Sentence["values"];

export type Translate<Key extends string> = (key: Key, values?: TextValues) => string;

/** What looks texts up in one language. */
export function translator<Key extends string>(
  dictionary: Dictionary<Key>,
  language: Language,
): Translate<Key> {
  return (key, values = {}) => sayText(language, dictionary[language][key], values);
}

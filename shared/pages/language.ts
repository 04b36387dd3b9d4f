/**
 * @file The languages of the pages: which one to show, and texts with values in them. Pure functions over
 * dictionaries; what is said stands with each page, and putting it there is the page's.
 */

/** In the order of the picker. */
export const languages = ["en", "es"] as const;
export type Language = (typeof languages)[number];

/** Each language's own name. */
export const languageNames: Readonly<Record<Language, string>> = { en: "English", es: "Español" };

/** Where a page keeps the reader's choice; the same key on every page. */
export const languageKey = "promedio.language";

/** Texts by key. `{name}` stands for a value; `one | many` for two forms, chosen by the value `count`. */
export type Texts = Readonly<Record<string, string>>;

/** The same keys in every language: the compiler refuses a dictionary that lacks one. */
export type Dictionary<Key extends string> = Readonly<
  Record<Language, Readonly<Record<Key, string>>>
>;

/** What goes into the braces of a text. */
export type TextValues = Readonly<Record<string, string | number>>;

export type Translate<Key extends string> = (key: Key, values?: TextValues) => string;

/**
 * The language to show: the reader's choice, else the first that the browser asks for and we have, else English.
 *
 * @param chosen - As it was kept; may be anything.
 * @param preferred - Language tags, the best first: `navigator.languages`.
 */
export function chooseLanguage(chosen: string | null, preferred: readonly string[]): Language {
  const wanted = [chosen ?? "", ...preferred].map((tag) => tag.toLowerCase().split("-", 1)[0]);
  for (const tag of wanted) {
    const found = languages.find((language) => language === tag);
    if (found !== undefined) return found;
  }
  return "en";
}

/** What looks texts up in one language. */
export function translator<Key extends string>(
  dictionary: Dictionary<Key>,
  language: Language,
): Translate<Key> {
  return (key, values = {}) => fill(dictionary[language][key], values);
}

/** Puts values into a text: `"{count} worker | {count} workers"` with count 2 is `2 workers`. */
export function fill(text: string, values: TextValues): string {
  const forms = text.split(" | ");
  const form = forms.length === 2 && values["count"] !== 1 ? forms[1] : forms[0];
  return (form ?? text).replaceAll(/\{(\w+)\}/gu, (braces, name: string) =>
    String(values[name] ?? braces),
  );
}

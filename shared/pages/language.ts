/**
 * @file The languages of the pages: which one to show, and texts with values in them. Pure functions over
 * dictionaries. Each page has its own texts and displays them itself.
 */

/** The order of the picker. */
export const languages = ["en", "es"] as const;
export type Language = (typeof languages)[number];

/** Each language's own name. */
export const languageNames: Readonly<Record<Language, string>> = { en: "English", es: "Español" };

/** Where a page stores the reader's choice; the same key on every page. */
export const languageKey = "promedio.language";

/** Texts by key. `{name}` is replaced by a value; `one | many` has two forms, chosen by the value `count`. */
export type Texts = Readonly<Record<string, string>>;

/** The same keys in every language. The compiler rejects a dictionary that lacks one. */
export type Dictionary<Key extends string> = Readonly<
  Record<Language, Readonly<Record<Key, string>>>
>;

/** The values for the braces of a text. */
export type TextValues = Readonly<Record<string, string | number>>;

export type Translate<Key extends string> = (key: Key, values?: TextValues) => string;

/**
 * The language to show: the reader's choice, else the first language of the browser that we have, else English.
 *
 * @param chosen - The stored value; may be anything.
 * @param preferred - Language tags, best first: `navigator.languages`.
 */
export function chooseLanguage(chosen: string | null, preferred: readonly string[]): Language {
  const wanted = [chosen ?? "", ...preferred].map((tag) => tag.toLowerCase().split("-", 1)[0]);
  for (const tag of wanted) {
    const found = languages.find((language) => language === tag);
    if (found !== undefined) return found;
  }
  return "en";
}

/** Returns a function that looks up texts in one language. */
export function translator<Key extends string>(
  dictionary: Dictionary<Key>,
  language: Language,
): Translate<Key> {
  return (key, values = {}) => fill(dictionary[language][key], values);
}

/** Inserts values into a text: `"{count} worker | {count} workers"` with count 2 is `2 workers`. */
export function fill(text: string, values: TextValues): string {
  const forms = text.split(" | ");
  const form = forms.length === 2 && values["count"] !== 1 ? forms[1] : forms[0];
  return (form ?? text).replaceAll(/\{(\w+)\}/gu, (braces, name: string) =>
    String(values[name] ?? braces),
  );
}

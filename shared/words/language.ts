/** @file The languages that readers can choose, and the one to show first. Pure. */

/** In the order of the picker. */
export const languages = ["en", "es"] as const;
export type Language = (typeof languages)[number];

/** Each language's own name. */
export const languageNames: Readonly<Record<Language, string>> = { en: "English", es: "Español" };

/** Where a page keeps the reader's choice; the same key on every page. */
export const languageKey = "promedio.language";

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

/** @file The page's language: the reader's choice, else the browser's, else Spanish, in which the lecture is. */
import {
  chooseLanguage,
  languageKey,
  languageNames,
  languages,
} from "../../shared/words/language.ts";
import { fill } from "../../shared/words/template.ts";
import { figuresIn } from "../dashboard/charts/figures.ts";
import { element } from "../dashboard/page.ts";
import { type PageKey, pageTexts } from "./texts/page-texts.ts";

export const language = chooseLanguage(stored(), [...navigator.languages, "es"]);

export const figures = figuresIn(language);

/** One of the page's own texts. */
export function say(key: PageKey, values: Readonly<Record<string, string>> = {}): string {
  return fill(pageTexts[language][key], { show: (name) => values[name], isTerminal: false });
}

/** Shows the picker. Another choice reloads the page, whose state is in its address. */
export function offerLanguages(): void {
  document.documentElement.lang = language;
  const picker = element("language", HTMLSelectElement);
  picker.setAttribute("aria-label", say("language"));
  picker.replaceChildren(...languages.map((each) => new Option(languageNames[each], each)));
  picker.value = language;
  picker.addEventListener("change", () => {
    try {
      localStorage.setItem(languageKey, picker.value);
    } catch {
      // A browser that stores nothing shows its own language.
      return;
    }
    location.reload();
  });
}

function stored(): string | null {
  try {
    return localStorage.getItem(languageKey);
  } catch {
    return null;
  }
}

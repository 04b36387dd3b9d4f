/** @file The choice of a language on the dashboard and on `/learn`. The browser keeps it; a page is opened again with it. */
import {
  type Language,
  languageKey,
  languageNames,
  languages,
} from "../../../shared/words/language.ts";
import { element } from "../page.ts";

/** The reader's choice; `null` if there is none. */
export function storedLanguage(): string | null {
  try {
    return localStorage.getItem(languageKey);
  } catch {
    return null;
  }
}

/** Shows the language in the page's picker, `#language`. Another choice reloads the page. */
export function showPicker(language: Language): HTMLSelectElement {
  document.documentElement.lang = language;
  const picker = element("language", HTMLSelectElement);
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
  return picker;
}

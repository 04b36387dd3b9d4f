/**
 * @file The page's language: the reader's choice or the browser's. It changes in place, because a reload would end
 * the computation.
 */
import { chooseLanguage, languageNames, languages } from "../../../shared/words/language.ts";
import { say as sayIn } from "../../../shared/words/say.ts";
import type { Sentence } from "../../../shared/words/sentence.ts";
import { type TextValues, translator } from "../../../shared/words/texts.ts";
import { element, setText } from "../page.ts";
import { remember, remembered } from "../settings.ts";
import { type TextKey, texts } from "./texts.ts";

let language = chooseLanguage(remembered("language"), navigator.languages);

/** A text in the page's language. */
export function say(key: TextKey, values?: TextValues): string {
  return translator(texts, language)(key, values);
}

/** A sentence of the shared catalogue in the page's language. */
export function said(sentence: Sentence): string {
  return sayIn(language, sentence);
}

/** A number formatted for the page's language: grouped, with a fixed number of decimals. */
export function figure(value: number, digits = 0): string {
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  // Spanish groups only from five digits on, but columns of figures read better when all are grouped.
  return value.toLocaleString(language, { ...format, useGrouping: true });
}

/** A number with its sign and as many digits as the promedio table has: `+0.01234`, `−3.10e-6`. */
export function signed(value: number): string {
  if (value === 0 || Number.isNaN(value)) return value === 0 ? "0" : "–";
  const size = Math.abs(value);
  const mark = figure(0.5, 1).charAt(1);
  const text = size >= 1e-3 && size < 100 ? size.toFixed(5) : size.toExponential(2);
  return (value < 0 ? "−" : "+") + text.replace(".", mark);
}

/** Shows every text of the page in its language, and again after the reader chooses another; then calls `changed`. */
export function speak(changed: () => void): void {
  const picker = element("language", HTMLSelectElement);
  picker.append(...languages.map((each) => new Option(languageNames[each], each)));
  picker.value = language;
  translatePage();
  picker.addEventListener("change", () => {
    language = languages.find((each) => each === picker.value) ?? language;
    remember("language", language);
    translatePage();
    changed();
  });
}

function translatePage(): void {
  document.documentElement.lang = language;
  for (const target of document.querySelectorAll<HTMLElement>("[data-text]")) {
    setText(target, say(keyOf(target.dataset["text"])));
  }
  for (const target of document.querySelectorAll<HTMLElement>("[data-label]")) {
    target.setAttribute("aria-label", say(keyOf(target.dataset["label"])));
  }
}

function keyOf(name: string | undefined): TextKey {
  if (name === undefined || !Object.hasOwn(texts.en, name)) throw new Error(`no text ${name}`);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- just checked
  return name as TextKey;
}

/** @file The page's language: the reader's choice, else the browser's, else Spanish, in which the lecture is. */
import { chooseLanguage } from "../../shared/words/language.ts";
import { fill } from "../../shared/words/template.ts";
import { figuresIn, superscript, withPowers } from "../dashboard/charts/figures.ts";
import { showPicker, storedLanguage } from "../dashboard/texts/language-picker.ts";
import { type PageKey, pageTexts } from "./texts/page-texts.ts";

export const language = chooseLanguage(storedLanguage(), [...navigator.languages, "es"]);

export const figures = withPowers(figuresIn(language));

/** Larger powers of ten are written as such: they would not fit below an axis. */
const largestInFull = 1e5;

/** A number with few digits and a real minus sign, for ticks, sliders and formulas: `13.002`, `−0,0247`, `6,7·10⁻⁴`. */
export function shortly(value: number): string {
  const power = Math.log10(value);
  if (value > largestInFull && Number.isInteger(power)) return `10${superscript(String(power))}`;
  if (Number.isInteger(value)) return figures.whole(value).replace("-", "−");
  const text = figures.shortest(value).replace("-", "−");
  // `1,0·10⁻⁴`
  return text.replace(/^1(?:[.,]0)?·/u, "").replace(/[.,]0·/u, "·");
}

/** One of the page's own texts. */
export function say(key: PageKey, values: Readonly<Record<string, string>> = {}): string {
  return fill(pageTexts[language][key], { show: (name) => values[name], isTerminal: false });
}

/** Shows the picker. Another choice reloads the page, whose state is in its address. */
export function offerLanguages(): void {
  showPicker(language).setAttribute("aria-label", say("language"));
}

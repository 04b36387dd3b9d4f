/** @file The page's language: the reader's choice, else the browser's, else Spanish, in which the lecture is. */
import { chooseLanguage } from "../../shared/words/language.ts";
import { fill } from "../../shared/words/template.ts";
import { figuresIn } from "../dashboard/charts/figures.ts";
import { showPicker, storedLanguage } from "../dashboard/texts/language-picker.ts";
import { type PageKey, pageTexts } from "./texts/page-texts.ts";

export const language = chooseLanguage(storedLanguage(), [...navigator.languages, "es"]);

export const figures = figuresIn(language);

/** Smaller numbers are written with a power of ten. */
const smallestInFull = 1e-3;

/** Larger powers of ten are written as such: they would not fit below an axis. */
const largestInFull = 1e5;

/** A number with few digits and a real minus sign, for ticks, sliders and formulas: `13.002`, `−0,0247`, `6,7·10⁻⁴`. */
export function shortly(value: number): string {
  const power = Math.log10(value);
  if (value > largestInFull && Number.isInteger(power)) return `10${superscript(String(power))}`;
  if (Number.isInteger(value)) return figures.whole(value).replace("-", "−");
  if (Math.abs(value) >= smallestInFull) return figures.shortest(value).replace("-", "−");
  const [digits = "", exponent = ""] = value.toExponential(1).split("e");
  const scale = `10${superscript(exponent)}`;
  const factor = figures.shortest(Number(digits)).replace("-", "−");
  return factor === "1" ? scale : `${factor}·${scale}`;
}

function superscript(exponent: string): string {
  return exponent.replaceAll(/[-\d]/gu, (sign) => superscripts[sign] ?? "").replace("+", "");
}

const superscripts: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from("⁰¹²³⁴⁵⁶⁷⁸⁹", (sign, digit) => [String(digit), sign])),
  "-": "⁻",
};

/** One of the page's own texts. */
export function say(key: PageKey, values: Readonly<Record<string, string>> = {}): string {
  return fill(pageTexts[language][key], { show: (name) => values[name], isTerminal: false });
}

/** Shows the picker. Another choice reloads the page, whose state is in its address. */
export function offerLanguages(): void {
  showPicker(language).setAttribute("aria-label", say("language"));
}

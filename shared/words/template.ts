/**
 * @file Texts with values in them, the form of every entry of a catalogue:
 *
 * | in the text | becomes |
 * |---|---|
 * | `{name}` | the value of that name, as its language writes it |
 * | `{count = 1 ? worker : workers}` | `worker` when the value of `count` is 1, else `workers`; `1` may be any short word |
 * | `[terminal]` | nothing; the text after it is shown only to readers with a command line |
 *
 * The compiler reads the names from the text, so a missing or misspelt value is a type error.
 */
import type { Language } from "./language.ts";

const terminalMark = "[terminal]";

/** The contents of the braces, one union member per pair of braces. */
type Braces<Text extends string> = Text extends `${string}{${infer Inside}}${infer Rest}`
  ? Inside | Braces<Rest>
  : never;

/** The names of the values in a text. */
export type NamesIn<Text extends string> =
  Braces<Text> extends infer Inside
    ? Inside extends `${infer Name} = ${string}`
      ? Name
      : Inside
    : never;

/** Of these, the names of the numbers that choose between two forms. */
export type CountsIn<Text extends string> =
  Braces<Text> extends infer Inside
    ? Inside extends `${infer Name} = ${infer Rest}`
      ? Rest extends `${number} ? ${string}`
        ? Name
        : never
      : never
    : never;

/**
 * The same texts in another language: every key of the original and no other, and in each text only values that the
 * original has too.
 *
 * @example `export const run = translationOf<typeof english>()({ "run-finished": "el entrenamiento terminó" });`
 */
export function translationOf<Original extends Readonly<Record<string, string>>>() {
  return <const Texts extends Readonly<Record<keyof Original, string>>>(
    texts: Texts & Fitting<Original, Texts>,
  ): Texts => texts;
}

type Fitting<Original extends Readonly<Record<string, string>>, Texts> = {
  readonly [Key in keyof Texts]: Key extends keyof Original
    ? Texts[Key] extends string
      ? [NamesIn<Texts[Key]>] extends [NamesIn<Original[Key]>]
        ? string
        : ["no such value in the original:", Exclude<NamesIn<Texts[Key]>, NamesIn<Original[Key]>>]
      : never
    : "no such text in the original";
};

export interface Filling {
  /** A value as its reader sees it; `undefined` if it is missing, which is shown as a question mark. */
  readonly show: (name: string) => string | undefined;
  /** Whether the reader has a command line. */
  readonly isTerminal: boolean;
}

/** Inserts values into a text. Total: it returns a text for any text and any values. */
export function fill(text: string, { show, isTerminal }: Filling): string {
  const heard = isTerminal
    ? text.replace(terminalMark, "")
    : (text.split(terminalMark, 1)[0] ?? "");
  return heard.replaceAll(/\{([^{}]*)\}/gu, (_, inside: string) => {
    const choice = /^(\w+) = (\w+) \? (.*) : (.*)$/u.exec(inside);
    if (choice === null) return show(inside) ?? "?";
    const [, name = "", wanted, then = "", otherwise = ""] = choice;
    return show(name) === wanted ? then : otherwise;
  });
}

/** Digits of a number that is not an integer: a loss, a rate, seconds. */
const significantDigits = 6;

/** Smaller numbers would be a row of zeros. */
const smallestInFull = 1e-4;

const integerFormat = formats({});
const decimalFormat = formats({ maximumSignificantDigits: significantDigits });

/** A number in a language's notation: its grouping of digits and its decimal mark. */
export function numberIn(language: Language, value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value !== 0 && Math.abs(value) < smallestInFull) return powerOfTen(language, value);
  return (Number.isInteger(value) ? integerFormat : decimalFormat)(language).format(value);
}

/** `5.836e-5`, with the language's decimal mark. */
function powerOfTen(language: Language, value: number): string {
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  return `${decimalFormat(language).format(Number(digits))}e${exponent}`;
}

/** A format for each language, made when it is first needed, because the first one takes as long as a start. */
function formats(options: Intl.NumberFormatOptions): (language: Language) => Intl.NumberFormat {
  const made = new Map<Language, Intl.NumberFormat>();
  return (language) => {
    let format = made.get(language);
    if (format === undefined) {
      format = new Intl.NumberFormat(language, options);
      made.set(language, format);
    }
    return format;
  };
}

/** @file Turns the text of one option into a value. A reader can say in words what it expects; it never throws. */
import { quoted, type Sentence, sentence } from "../../words/sentence.ts";
import { classWeightsMax, restartsMax } from "../config.ts";

/** A colour picture of this size still fits into a sample. */
const pictureSideMax = 512;

/** The types of an option's value; `null` means none. */
export type OptionValue = string | number | boolean | readonly number[] | readonly string[] | null;

/** Reads one kind of value. */
export interface Reader<T> {
  /** Completes "must be …". */
  readonly expects: Sentence;
  /** Words that a misspelt value may have meant. */
  readonly words: readonly string[];
  /** The value, or `undefined` if the text is not valid. */
  readonly read: (text: string) => T | undefined;
  /** Of a text that is not valid: what exactly is wrong with it, where more can be said than what it must be. */
  readonly flaw?: (text: string) => Sentence | undefined;
}

/** An integer in decimal digits: no exponent, no hexadecimal, no separators. */
export function integer({
  min = Number.MIN_SAFE_INTEGER,
  max = Number.MAX_SAFE_INTEGER,
}): Reader<number> {
  return {
    expects: integerBetween(min, max),
    words: [],
    read(given) {
      if (!/^[+-]?\d+$/u.test(given)) return undefined;
      // `+ 0` turns −0 into 0.
      const value = Number(given) + 0;
      return Number.isSafeInteger(value) && value >= min && value <= max ? value : undefined;
    },
  };
}

/** Bounds are shown without grouping, because people type them. */
function integerBetween(min: number, max: number): Sentence {
  const hasMin = min !== Number.MIN_SAFE_INTEGER;
  const hasMax = max !== Number.MAX_SAFE_INTEGER;
  const bounds = { min: String(min), max: String(max) };
  if (hasMin && hasMax) return sentence("expects-integer-between", bounds);
  if (hasMin) return sentence("expects-integer-least", bounds);
  return hasMax ? sentence("expects-integer-most", bounds) : sentence("expects-integer");
}

/** A decimal number in [0, 1), such as β. Also below 1 in float32. */
export const fraction: Reader<number> = decimal({
  expects: sentence("expects-fraction"),
  accepts: (value) => value >= 0 && Math.fround(value) < 1,
});

/** A decimal number above 0 that is neither 0 nor infinite in float32. */
export const positive: Reader<number> = decimal({
  expects: sentence("expects-positive"),
  accepts: (value) => Math.fround(value) > 0,
});

/** A decimal number ≥ 0 that is finite in float32. */
export const notNegative: Reader<number> = decimal({
  expects: sentence("expects-not-negative"),
  accepts: (value) => value >= 0,
});

/** A decimal number in [0, 1]. */
export const share: Reader<number> = decimal({
  expects: sentence("expects-share"),
  accepts: (value) => value >= 0 && value <= 1,
});

/** A decimal number in (0, 1). */
export const shareBetween: Reader<number> = decimal({
  expects: sentence("expects-share-between"),
  accepts: (value) => Math.fround(value) > 0 && Math.fround(value) < 1,
});

function decimal({
  expects,
  accepts,
}: {
  readonly expects: Sentence;
  readonly accepts: (value: number) => boolean;
}): Reader<number> {
  return {
    expects,
    words: [],
    read(given) {
      if (!/^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/iu.test(given)) return undefined;
      const value = Number(given) + 0;
      return Number.isFinite(Math.fround(value)) && accepts(value) ? value : undefined;
    },
  };
}

/** One of a few names, spelled exactly. */
export function oneOf<const Name extends string>(names: readonly Name[]): Reader<Name> {
  return {
    expects: oneOfThese(names),
    words: names,
    read: (given) => names.find((name) => name === given),
  };
}

/** A word allowed besides the numbers: `full`, `auto`, `none`. */
export function wordOr<const Word extends string, T>(
  word: Word,
  reader: Reader<T>,
): Reader<T | Word> {
  return meaningOr(word, word, reader);
}

/** The word `none`, read as `null`, allowed besides the numbers. */
export function noneOr<T>(reader: Reader<T>): Reader<T | null> {
  return meaningOr("none", null, reader);
}

function meaningOr<T, Meaning>(
  word: string,
  meaning: Meaning,
  reader: Reader<T>,
): Reader<T | Meaning> {
  return {
    expects: sentence("expects-either", { word, expects: reader.expects }),
    words: [word, ...reader.words],
    read: (given) => (given === word ? meaning : reader.read(given)),
  };
}

/** A text that matches a pattern. */
export function text(expects: Sentence, pattern: RegExp): Reader<string> {
  return { expects, words: [], read: (given) => (pattern.test(given) ? given : undefined) };
}

/** Widths of the layers, separated by commas: `784,16,16,10`. */
export const layerWidths: Reader<readonly number[]> = {
  expects: sentence("expects-layers"),
  words: [],
  read(given) {
    const width = integer({ min: 1 });
    const widths = given.split(",").map((part) => width.read(part.trim()));
    const valid = widths.filter((value) => value !== undefined);
    const complete = valid.length === widths.length && valid.length >= 2 && valid.length <= 32;
    return complete ? valid : undefined;
  },
};

/** Steps in ascending order, separated by commas, or none. */
export const stepList: Reader<readonly number[]> = meaningOr("none", [], {
  expects: sentence("expects-steps", { most: restartsMax }),
  words: [],
  read(given) {
    // An empty list of a run file or a form.
    if (given === "") return [];
    const step = integer({ min: 1 });
    const steps = given.split(",").map((part) => step.read(part.trim()));
    const valid = steps.filter((value) => value !== undefined);
    const ascends = valid.every((value, i) => i === 0 || value > (valid[i - 1] ?? 0));
    return ascends && valid.length === steps.length && valid.length <= restartsMax
      ? valid
      : undefined;
  },
});

/** Numbers above 0, separated by commas: the weights of classes. */
export const weightList: Reader<readonly number[]> = {
  expects: sentence("expects-weights", { most: classWeightsMax }),
  words: [],
  read(given) {
    const weights = given.split(",").map((part) => positive.read(part.trim()));
    const valid = weights.filter((value) => value !== undefined);
    const fits = valid.length === weights.length && valid.length <= classWeightsMax;
    return fits ? valid : undefined;
  },
};

/** Names separated by commas. */
export const names: Reader<readonly string[]> = {
  expects: sentence("expects-names"),
  words: [],
  read(given) {
    const parts = given.split(",").map((part) => part.trim());
    return parts.includes("") || given.includes("\0") ? undefined : parts;
  },
};

/** The text of a value, as one would type it. */
export function valueText(value: OptionValue): string {
  const isNone = value === null || (Array.isArray(value) && value.length === 0);
  return isNone ? "none" : value.toString();
}

/** The same as a sentence. */
export function oneOfThese(words: readonly string[]): Sentence {
  const last = words.at(-1) ?? "";
  if (words.length < 2) return quoted(last);
  return sentence("expects-one-of", { words: words.slice(0, -1), last });
}

/** "a, b or c", for a help text. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** Width and height of a picture: `64x48`; one number for both. Read as `64x48`. */
export const pictureSize: Reader<string> = {
  expects: sentence("expects-picture-size", { most: pictureSideMax }),
  words: [],
  read(given) {
    const [, width, height = width] = /^(\d{1,4})(?:[x×](\d{1,4}))?$/iu.exec(given) ?? [];
    if (width === undefined || height === undefined) return undefined;
    const sides = [Number(width), Number(height)];
    return sides.every((side) => side >= 1 && side <= pictureSideMax) ? sides.join("x") : undefined;
  },
};

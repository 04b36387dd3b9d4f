/** @file What a comparison varies: reads `optimizer=sgd,adam`, with the reader that the setting has everywhere. Pure. */
import { shown } from "../../../shared/error-text.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { flagOf } from "../../../shared/run/settings/option.ts";
import { type OptionValue, type Reader, valueText } from "../../../shared/run/settings/readers.ts";
import { type RunKey, runKeys, runOptions } from "../../../shared/run/settings/run-settings.ts";
import { nearest } from "../../../shared/run/settings/suggest.ts";
import { sentence, type Value } from "../../../shared/words/sentence.ts";

/** A setting in which the variants of a comparison differ. */
export interface Varied {
  readonly key: RunKey;
  /** At least one, and all different. */
  readonly values: readonly OptionValue[];
}

/** All runs of a comparison have the same data, and a variant has one run for each seed. */
const fixedKeys: readonly RunKey[] = ["dataset", "seed"];

/** `learning-rate`, as after the dashes of its flag. */
export function nameOf(key: RunKey): string {
  return flagOf(key).slice(2);
}

/** Both spellings of each setting: that of flags and that of run files. */
const keyOfName: ReadonlyMap<string, RunKey> = new Map(
  runKeys.flatMap((key): [string, RunKey][] => [
    [key, key],
    [nameOf(key), key],
  ]),
);

/** Several texts of one option are joined with commas, so a comma before a setting's name begins the next one. */
const between = new RegExp(`,(?=(?:${[...keyOfName.keys()].join("|")})=)`, "u");

/** One text for each varied setting; {@link variedOf} reads them. */
export const variedReader: Reader<readonly string[]> = {
  expects: sentence("expects-varied"),
  words: [],
  read(given) {
    const parts = given.split(between).map((part) => part.trim());
    return parts.every((part) => /^[a-z][\w-]*=./iu.test(part)) ? parts : undefined;
  },
};

/**
 * Reads the varied settings. Values are separated by commas or, if they contain commas themselves, by semicolons:
 * `layers=784,16,10;784,32,10`.
 *
 * @param texts - As `variedReader` gives them.
 * @param label - What the operator calls the option, for errors.
 * @throws OperatorError for an unknown setting, a value that it can't have, or anything that is there twice.
 */
export function variedOf(texts: readonly string[], label: Value): readonly Varied[] {
  const all = texts.map((text) => readOne(text, label));
  const twice = all.find(({ key }, i) => all.findIndex((other) => other.key === key) < i);
  if (twice !== undefined) {
    throw new OperatorError(sentence("vary-twice", { label, name: nameOf(twice.key) }));
  }
  return all;
}

function readOne(text: string, label: Value): Varied {
  const [name = ""] = text.split("=", 1);
  const key = keyOfName.get(name);
  if (key === undefined) throw unknownName(name, label);
  if (fixedKeys.includes(key)) throw new OperatorError(sentence("vary-fixed", { label, name }));
  const { reader, list } = runOptions[key];
  const setting = sentence("setting-with-value", { setting: label, value: name });
  const texts = partsOf(text.slice(name.length + 1), list === true);
  const values = texts.map((part) => {
    const value = reader.read(part);
    if (value !== undefined) return value;
    const { expects } = reader;
    throw new OperatorError(sentence("must-be", { setting, expects, given: shown(part) }));
  });
  const spelled = values.map(valueText);
  const twice = spelled.find((value, i) => spelled.indexOf(value) < i);
  if (twice !== undefined) {
    throw new OperatorError(sentence("vary-value-twice", { setting, value: shown(twice) }));
  }
  return { key, values };
}

function partsOf(text: string, isList: boolean): readonly string[] {
  if (text.includes(";")) return text.split(";").map((part) => part.trim());
  return isList ? [text] : text.split(",").map((part) => part.trim());
}

function unknownName(name: string, label: Value): OperatorError {
  const word = nearest(name, runKeys.map(nameOf));
  const values = { label, name: shown(name) };
  return new OperatorError(
    word === undefined
      ? sentence("vary-unknown", values)
      : sentence("vary-unknown-did-you-mean", { ...values, word }),
  );
}

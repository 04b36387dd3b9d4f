/**
 * @file Reads settings that a program gives as JavaScript values. They become the texts that a run file would have, so
 * that one reader per option decides, whoever asks. Pure.
 */
import { shown } from "../../shared/error-text.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import type { Given, GivenOptions } from "../../shared/run/settings/option.ts";
import { nearest } from "../../shared/run/settings/suggest.ts";
import { sentence } from "../../shared/words/sentence.ts";

/**
 * @param settings - By key; a number, a text, `true` or `false`, a list of these, or a list of layers. One that is
 *   `undefined` is not given.
 * @param keys - The permitted ones.
 * @param labels - How the program calls those that it has under another name.
 * @throws OperatorError for an unknown key, or a value of another kind.
 */
export function givenSettings(
  settings: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  labels: Readonly<Record<string, string>> = {},
): GivenOptions {
  const given = new Map<string, Given>();
  for (const [key, value] of Object.entries(settings)) {
    if (value === undefined) continue;
    if (!keys.includes(key)) {
      const values = { key: shown(key), word: nearest(key, keys) ?? "" };
      throw new OperatorError(
        sentence(values.word === "" ? "setting-unknown" : "setting-unknown-did-you-mean", values),
      );
    }
    const label = labels[key] ?? key;
    given.set(key, { texts: textsOf(label, value), origin: { from: "file", label } });
  }
  return given;
}

function textsOf(key: string, value: unknown): string[] {
  if (!Array.isArray(value)) return [textOf(key, value)];
  const isLayers = value.some((item) => typeof item === "object" && item !== null);
  return isLayers ? [JSON.stringify(value)] : value.map((item) => textOf(key, item));
}

function textOf(key: string, value: unknown): string {
  const isScalar = ["string", "number", "boolean"].includes(typeof value);
  if (isScalar && value !== "") return String(value);
  throw new OperatorError(sentence("run-file-one-value", { setting: key }));
}

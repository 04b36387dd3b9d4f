/** @file Reads options from environment variables. */
import { shown } from "../../shared/error-text.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import type { Given, GivenOptions } from "../../shared/run/settings/option.ts";
import { nearest } from "../../shared/run/settings/suggest.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { variableOf } from "./options.ts";

/**
 * Returns the options set by the environment. An empty variable sets nothing. A variable whose name is almost an
 * option's is a typing error; others with the same prefix are ignored.
 *
 * @param keys - The options of the command.
 * @param allKeys - The options of any command.
 * @throws OperatorError for a misspelt variable.
 */
export function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  keys: readonly string[],
  allKeys: readonly string[],
): GivenOptions {
  const given = new Map<string, Given>();
  for (const key of keys) {
    // The end of a line that a file with CRLF left.
    const text = environment[variableOf(key)]?.replace(/[\r\n]+$/u, "");
    const origin = { from: "env", label: variableOf(key) } as const;
    if (text !== undefined && text !== "") given.set(key, { texts: [text], origin });
  }
  const variables = allKeys.map(variableOf);
  const prefix = "PROMEDIO_";
  const words = variables.map((variable) => variable.slice(prefix.length));
  for (const variable of Object.keys(environment)) {
    if (!variable.startsWith(prefix) || variables.includes(variable)) continue;
    const meant = nearest(variable.slice(prefix.length), words);
    if (meant === undefined) continue;
    const word = prefix + meant;
    throw new OperatorError(sentence("unknown-variable", { name: shown(variable), word }));
  }
  return given;
}

import { OperatorError } from "../../shared/operator-error.ts";
/** @file From the texts of several sources to typed values: the first source that names an option wins. */
import { outputActivations } from "../../shared/run/config.ts";
import type { Given, GivenOptions } from "./given.ts";
import {
  type OptionRow,
  type OptionTable,
  type Origin,
  type Origins,
  type Settings,
  variableOf,
} from "./options.ts";
import { didYouMean, nearest } from "./suggest.ts";
import { oneOf, type OptionValue, shown } from "./values.ts";

const activation = oneOf(outputActivations);

/**
 * Reads the options of a table.
 *
 * @param sources - By precedence, the strongest first.
 * @throws OperatorError for a value that its option can't have.
 */
export function readSettings<Options extends OptionTable>(
  table: Options,
  sources: readonly GivenOptions[],
): { readonly values: Settings<Options>; readonly origins: Origins } {
  const values: Record<string, OptionValue> = {};
  const origins: Record<string, Origin> = {};
  for (const [key, row] of Object.entries(table)) {
    const given = sources.map((source) => source.get(key)).find((entry) => entry !== undefined);
    if (given === undefined) continue;
    values[key] = readValue(row, given);
    origins[key] = given.origin;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each key has what its own reader made
  return { values: values as Settings<Options>, origins };
}

function readValue(row: OptionRow<OptionValue>, { texts, origin }: Given): OptionValue {
  if (texts.length !== 1 && row.list === undefined) {
    throw new OperatorError(`${origin.label} must be ${row.reader.expects}, not a list`);
  }
  const text = texts.join(",");
  const value = row.reader.read(text);
  if (value !== undefined) return value;
  const given = row.secret ? "what is there" : shown(text);
  const hint = row.secret ? "" : didYouMean(text, row.reader.words);
  throw new OperatorError(`${origin.label} must be ${row.reader.expects}, not ${given}${hint}`);
}

/**
 * The options that the environment sets; an empty variable sets nothing. One that is nearly an option's name is a
 * typing error; others that begin so are none of our business.
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
    const text = environment[variableOf(key)];
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
    throw new OperatorError(`unknown variable ${shown(variable)}; did you mean ${prefix}${meant}?`);
  }
  return given;
}

/**
 * Takes `output` apart, within one source: an activation's name is `outputActivation`, anything else `runs`.
 *
 * @throws OperatorError for a misspelt activation, or one that contradicts the source's own `outputActivation`.
 */
export function expandOutput(source: GivenOptions): GivenOptions {
  const output = source.get("output");
  if (output === undefined) return source;
  const expanded = new Map(source);
  expanded.delete("output");
  for (const text of output.texts) {
    const key = activation.read(text) === undefined ? "runs" : "outputActivation";
    const other = source.get(key);
    if (other !== undefined && other.texts[0] !== text) {
      throw new OperatorError(
        `${output.origin.label} ${shown(text)} contradicts ${other.origin.label} ${shown(other.texts.join())}; give one`,
      );
    }
    const meant = key === "runs" ? nearest(text, outputActivations) : undefined;
    if (meant !== undefined && !/[/\\]/u.test(text)) {
      throw new OperatorError(
        `${output.origin.label} ${shown(text)} is no activation; did you mean ${meant}? (a folder of that name: ./${shown(text)})`,
      );
    }
    expanded.set(key, { texts: [text], origin: output.origin });
  }
  return expanded;
}

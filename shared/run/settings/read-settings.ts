/** @file From the texts of several sources to typed values. The first source that gives an option wins. */
import { shown } from "../../error-text.ts";
import { OperatorError } from "../../operator-error.ts";
import { sentence } from "../../words/sentence.ts";
import type {
  Given,
  GivenOptions,
  OptionRow,
  OptionTable,
  Origin,
  Origins,
  Settings,
} from "./option.ts";
import type { OptionValue } from "./readers.ts";
import { nearest } from "./suggest.ts";

/**
 * Reads the options of a table.
 *
 * @param sources - By precedence, strongest first.
 * @throws OperatorError if an option cannot have the given value.
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
    refuseFlaw(row, JSON.stringify(texts), origin);
    throw new OperatorError(
      sentence("must-not-be-list", { setting: origin.label, expects: row.reader.expects }),
    );
  }
  const text = texts.join(",");
  const value = row.reader.read(text);
  if (value !== undefined) return value;
  refuseFlaw(row, text, origin);
  const given = row.secret ? sentence("something-else") : shown(text);
  const word = row.secret ? undefined : nearest(text, row.reader.words);
  const values = { setting: origin.label, expects: row.reader.expects, given };
  throw new OperatorError(
    word === undefined
      ? sentence("must-be", values)
      : sentence("must-be-did-you-mean", { ...values, word }),
  );
}

/** @throws OperatorError with what exactly is wrong, if the option's reader can say. */
function refuseFlaw(row: OptionRow<OptionValue>, text: string, { label }: Origin): void {
  const reason = row.reader.flaw?.(text);
  if (reason === undefined) return;
  throw new OperatorError(sentence("setting-flaw", { setting: label, reason }));
}

/**
 * @file The definition of an option: the row of a table that says how its text is read, and the texts that a source
 * of settings (flags, environment, run file, dashboard) gives for it. Every source passes text, so an option has
 * one reader and one way to be wrong, wherever it comes from.
 */
import type { Value } from "../../words/sentence.ts";
import type { OptionValue, Reader } from "./readers.ts";

/** A table's rows by key. */
export type OptionTable = Readonly<Record<string, OptionRow<OptionValue>>>;

export interface OptionRow<T> {
  readonly group: Group;
  /** The placeholder for its value in the help. Absent for a switch; in brackets if the value is optional. */
  readonly value?: string;
  readonly reader: Reader<T>;
  readonly help: string;
  /** A run file may give it as a list. */
  readonly list?: true;
  /** A repeated flag adds to the list. For other options it replaces the value. */
  readonly repeatable?: true;
  /** Never shown, neither in an error nor by `--print-config`. */
  readonly secret?: true;
}

/** Headings of the help, in order. */
export type Group =
  | "Comparison"
  | "Data"
  | "Network"
  | "Optimizer"
  | "Run"
  | "Workers"
  | "Server"
  | "Text"
  | "Monitoring"
  | "Output";

/** The values of a table's options. An absent one was not given. */
export type Settings<Table extends OptionTable> = {
  readonly [Key in keyof Table]?: Table[Key] extends OptionRow<infer T> ? T : never;
};

/** Where a value comes from, for errors and `--print-config`. */
export interface Origin {
  readonly from: "flag" | "env" | "file" | "default";
  /** `--epochs`, `PROMEDIO_EPOCHS`, `run.yaml line 3: epochs`, or the setting's name on a page. */
  readonly label: Value;
}
export type Origins = Readonly<Record<string, Origin>>;

/** One option as given by one source. */
export interface Given {
  /** One text, or several for a list or a repeated flag. */
  readonly texts: readonly string[];
  readonly origin: Origin;
}

/** Everything that one source gives, by option key. */
export type GivenOptions = ReadonlyMap<string, Given>;

/** `learningRate` → `--learning-rate`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Builds one row of a table. */
export function row<T>(
  group: Group,
  value: string | undefined,
  reader: Reader<T>,
  help: string,
  rest: Pick<OptionRow<T>, "list" | "repeatable" | "secret"> = {},
): OptionRow<T> {
  return { group, reader, help, ...rest, ...(value === undefined ? {} : { value }) };
}

import type { Value } from "../../words/sentence.ts";
/**
 * @file What an option is: the row of a table that says how its text is read, and the texts that a source of settings
 * (flags, environment, run file, dashboard) gives for it. Each source hands over text, so that an option has one
 * reader and one way to be wrong, whoever gives it.
 */
import type { OptionValue, Reader } from "./readers.ts";

/** A table's rows by key. */
export type OptionTable = Readonly<Record<string, OptionRow<OptionValue>>>;

export interface OptionRow<T> {
  readonly group: Group;
  /** The placeholder for its value in the help; absent for a switch, in brackets when the value may be left out. */
  readonly value?: string;
  readonly reader: Reader<T>;
  readonly help: string;
  /** A run file may give it as a list. */
  readonly list?: true;
  /** A repeated flag adds to the list; any other replaces its value. */
  readonly repeatable?: true;
  /** Never shown: not in an error, not by `--print-config`. */
  readonly secret?: true;
}

/** Headings of the help, in its order. */
export type Group = "Data" | "Network" | "Optimizer" | "Run" | "Workers" | "Server" | "Output";

/** The values of a table's options; an absent one was not given. */
export type Settings<Table extends OptionTable> = {
  readonly [Key in keyof Table]?: Table[Key] extends OptionRow<infer T> ? T : never;
};

/** Which spelling a value came by, for errors and for `--print-config`. */
export interface Origin {
  readonly from: "flag" | "env" | "file" | "default";
  /** `--epochs`, `PROMEDIO_EPOCHS`, `run.yaml line 3: epochs`, or on a page the setting's name. */
  readonly label: Value;
}
export type Origins = Readonly<Record<string, Origin>>;

/** One option as one source gives it. */
export interface Given {
  /** One, or several for a list or a repeated flag. */
  readonly texts: readonly string[];
  readonly origin: Origin;
}

/** What one source gives, by option key. */
export type GivenOptions = ReadonlyMap<string, Given>;

/** `learningRate` → `--learning-rate`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** One row of a table. */
export function row<T>(
  group: Group,
  value: string | undefined,
  reader: Reader<T>,
  help: string,
  rest: Pick<OptionRow<T>, "list" | "repeatable" | "secret"> = {},
): OptionRow<T> {
  return { group, reader, help, ...rest, ...(value === undefined ? {} : { value }) };
}

/** @file The output of `--print-config`: the settings and their sources, in a form that is itself a run file. */
import { completeRun } from "../../shared/run/settings/complete.ts";
import { dataKeys } from "../../shared/run/settings/data-settings.ts";
import type { OptionTable, Origins } from "../../shared/run/settings/option.ts";
import { type OptionValue, valueText } from "../../shared/run/settings/readers.ts";
import { isRunKey, runKeys, type RunRequest } from "../../shared/run/settings/run-settings.ts";
import { coordinatorOptions, type CoordinatorSettings, serverOptions } from "./options.ts";

/**
 * The run's settings are those before the dataset is known, so `auto` stays `auto`. A resumed run has its
 * checkpoint's settings, so only the given ones are printed.
 *
 * A run's defaults are comments, because some of them follow from the data: a batch of 64 from fewer samples is all of
 * them, but whoever asks for 64 is refused.
 *
 * The form is YAML with a comment per line, or JSON if the settings say `json`. A secret is named but not shown.
 *
 * @throws OperatorError if settings contradict each other.
 */
export function printConfig(
  request: RunRequest,
  settings: CoordinatorSettings,
  coordinatorOrigins: Origins,
): string {
  const run = settings.resume ? request.given : completeRun(request);
  // Only those given: the defaults are each loader's.
  const values: Record<string, OptionValue> = { ...run, ...request.data, ...settings };
  // If only steps are set, they decide the end. A default for epochs would end the run earlier.
  if (request.given.epochs === undefined && typeof values["steps"] === "number")
    delete values["epochs"];
  const origins = { ...request.origins, ...coordinatorOrigins };
  const keys = [...runKeys, ...dataKeys, ...Object.keys(coordinatorOptions)];
  const rows = keys.flatMap((key) => {
    const value = values[key];
    if (key === "printConfig" || value === undefined) return [];
    const isDefault = isRunKey(key) && !(key in request.given);
    return [{ key, value, isDefault, from: origins[key]?.from ?? "default" }];
  });
  return settings.json ? asJson(rows) : asYaml(rows);
}

interface PrintedRow {
  readonly key: string;
  readonly value: OptionValue;
  /** Of a run. */
  readonly isDefault: boolean;
  readonly from: string;
}

function asYaml(rows: readonly PrintedRow[]): string {
  return rows
    .map(({ key, value, isDefault, from }) => {
      if (isSecret(key)) return `# ${key}: not shown (${from})\n`;
      return `${`${isDefault ? "# " : ""}${key}: ${scalar(value)}`.padEnd(32)} # ${from}\n`;
    })
    .join("");
}

function scalar(value: OptionValue): string {
  const text = valueText(value);
  // A JSON string is also a quoted YAML string.
  return /^\w([\w.,/:-]*[\w/])?$/u.test(text) ? text : JSON.stringify(text);
}

function asJson(rows: readonly PrintedRow[]): string {
  const open = rows.filter(({ key }) => !isSecret(key));
  const settingsOf = (some: readonly PrintedRow[]) =>
    Object.fromEntries(some.map(({ key, value }) => [key, value === null ? "none" : value]));
  const settings = settingsOf(open.filter(({ isDefault }) => !isDefault));
  const $defaults = settingsOf(open.filter(({ isDefault }) => isDefault));
  const $from = Object.fromEntries(rows.map((row) => [row.key, row.from]));
  return `${JSON.stringify({ ...settings, $defaults, $from }, null, 2)}\n`;
}

const table: OptionTable = serverOptions;

function isSecret(key: string): boolean {
  return table[key]?.secret === true;
}

/** @file What `--print-config` prints: the settings, where each comes from, in a form that is a run file itself. */
import { completeRun, runKeys } from "./complete.ts";
import {
  coordinatorOptions,
  type CoordinatorSettings,
  type OptionRow,
  type Origins,
  type RunRequest,
  serverOptions,
} from "./options.ts";

/**
 * YAML with a comment a line, or JSON when the settings say `json`. A secret is named but not shown.
 *
 * @throws OperatorError for settings that contradict each other.
 */
export function printConfig(
  request: RunRequest,
  settings: CoordinatorSettings,
  coordinatorOrigins: Origins,
): string {
  const values: Record<string, unknown> = { ...completeRun(request), ...settings };
  // Steps alone decide the end; a default of epochs beside them would end the run earlier.
  if (request.given.epochs === undefined && request.given.steps != null) delete values["epochs"];
  const origins = { ...request.origins, ...coordinatorOrigins };
  const rows = [...runKeys, ...Object.keys(coordinatorOptions)]
    .filter((key) => key !== "printConfig" && values[key] !== undefined)
    .map((key) => ({ key, value: values[key], from: origins[key]?.from ?? "default" }));
  return settings.json ? asJson(rows) : asYaml(rows);
}

interface PrintedRow {
  readonly key: string;
  readonly value: unknown;
  readonly from: string;
}

function asYaml(rows: readonly PrintedRow[]): string {
  return rows
    .map(({ key, value, from }) => {
      if (isSecret(key)) return `# ${key}: not shown (${from})\n`;
      return `${`${key}: ${scalar(value)}`.padEnd(32)} # ${from}\n`;
    })
    .join("");
}

function scalar(value: unknown): string {
  if (value === null) return "none";
  if (Array.isArray(value)) return `[${value.join(", ")}]`;
  const text = String(value);
  // A JSON string is a quoted YAML one.
  return /^\w([\w./:-]*[\w/])?$/u.test(text) ? text : JSON.stringify(text);
}

function asJson(rows: readonly PrintedRow[]): string {
  const open = rows.filter(({ key }) => !isSecret(key));
  const settings = open.map(({ key, value }) => [key, value === null ? "none" : value]);
  const from = Object.fromEntries(rows.map((row) => [row.key, row.from]));
  return `${JSON.stringify({ ...Object.fromEntries(settings), $from: from }, null, 2)}\n`;
}

const table: Readonly<Record<string, OptionRow<unknown>>> = serverOptions;

function isSecret(key: string): boolean {
  return table[key]?.secret === true;
}

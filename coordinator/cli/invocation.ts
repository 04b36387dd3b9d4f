/**
 * @file How the person called this program, so that a command in a message works as it is typed: `npm start -- --help`
 * for one, `promedio start --help` for another. Pure.
 */
import { basename } from "node:path";

import { flagOf, type OptionTable, type Origins } from "../../shared/run/settings/option.ts";
import { type OptionValue, valueText } from "../../shared/run/settings/readers.ts";
import { coordinatorOptions } from "./options.ts";

export interface Invocation {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The program's file, relative to the working directory. */
  readonly script: string;
}

/** The package's scripts of the same names as the commands. */
const scripts = ["start", "coordinator", "worker"];

/** How each package manager runs a script. Npm alone needs two dashes before the script's own flags. */
const managers: Readonly<Record<string, (script: string) => string>> = {
  npm: (script) => (script === "start" ? "npm start --" : `npm run ${script} --`),
  pnpm: (script) => `pnpm run ${script}`,
  yarn: (script) => `yarn run ${script}`,
  bun: (script) => `bun run ${script}`,
};

/**
 * What to type before a command's flags.
 *
 * @param command - `start`, `coordinator` …; empty for none.
 */
export function spelledCommand({ environment, script }: Invocation, command: string): string {
  const event = scriptIn(environment);
  if (event !== undefined && event === command) {
    return (managers[managerIn(environment)] ?? managers["npm"])?.(event) ?? event;
  }
  const words = [programWords(script, environment["npm_lifecycle_event"] ?? ""), command];
  return words.filter((word) => word !== "").join(" ");
}

/** Whether `npm` has printed the script's name and text on standard output, where JSON lines are expected. */
export function hasBanner({ environment }: Invocation): boolean {
  const isSilent = environment["npm_config_loglevel"] === "silent";
  return !isSilent && managerIn(environment) === "npm" && scriptIn(environment) !== undefined;
}

/** The script of this package that a package manager runs; `undefined` for none. */
function scriptIn(environment: Invocation["environment"]): string | undefined {
  const { npm_lifecycle_event: event = "", npm_package_name: owner } = environment;
  return owner === "promedio" && scripts.includes(event) ? event : undefined;
}

function managerIn(environment: Invocation["environment"]): string {
  return (environment["npm_config_user_agent"] ?? "").split("/", 1)[0] ?? "";
}

function programWords(script: string, event: string): string {
  const isInstalled = /(?:^|[/\\])node_modules[/\\]/u.test(script);
  // Installed in this folder, or only fetched for once: no shell finds it by its name.
  if (isInstalled && (event === "npx" || script.startsWith("node_modules"))) return "npx promedio";
  if (isInstalled || !basename(script).endsWith(".js")) return "promedio";
  return `node ${shellWord(script)}`;
}

/**
 * A command with the values of its options, except secrets and those that variables give, because they are still in
 * the environment.
 */
export function commandWith(
  invocation: Invocation,
  command: string,
  table: OptionTable,
  {
    settings,
    origins,
  }: {
    readonly settings: Readonly<Record<string, OptionValue | undefined>>;
    readonly origins: Origins;
  },
): string {
  const words = Object.entries(table).flatMap(([key, { secret }]) => {
    const value = settings[key];
    if (value === undefined || secret === true || origins[key]?.from === "env") return [];
    return flagWords(key, value);
  });
  return [spelledCommand(invocation, command), ...words].join(" ");
}

/** These belong to one start: which run it is, and what is printed instead of a start. */
const ofOneStart = new Set(["name", "resume", "printConfig"]);
/** They may extend a resumed run, and are not in its checkpoint before the next one is written. */
const extending = ["epochs", "steps"];

/**
 * The command that continues a run of this process, up to the run's name: everything that was given about how to run,
 * except what is secret. What determines the result is in the run's checkpoint. Variables are still in the
 * environment.
 */
export function resumeCommand(
  invocation: Invocation,
  command: string,
  {
    settings,
    origins,
    isResumed,
  }: {
    /** The values of every option that was given. */
    readonly settings: Readonly<Record<string, OptionValue | undefined>>;
    readonly origins: Origins;
    readonly isResumed: boolean;
  },
): string {
  const keys = Object.entries(coordinatorOptions)
    .filter(([key, row]) => !ofOneStart.has(key) && row.secret !== true)
    .map(([key]) => key);
  const kept = [...(isResumed ? extending : []), ...keys].flatMap((key) => {
    const { from } = origins[key] ?? {};
    return from === "flag" || from === "file" ? flagWords(key, settings[key] ?? null) : [];
  });
  return [spelledCommand(invocation, command), ...kept, "--resume"].join(" ");
}

function flagWords(key: string, value: OptionValue): string[] {
  const flag = flagOf(key);
  if (value === true) return [flag];
  if (value === false) return [`--no-${flag.slice(2)}`];
  const word = shellWord(valueText(value));
  return word.startsWith("-") ? [`${flag}=${word}`] : [flag, word];
}

/** A word that a shell passes on unchanged. */
export function shellWord(word: string): string {
  if (/^[\w@%+=:,./\\-]+$/u.test(word) && !(word.includes("\\") && process.platform !== "win32")) {
    return word;
  }
  if (process.platform === "win32") return `"${word}"`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

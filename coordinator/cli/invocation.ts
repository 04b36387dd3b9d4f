/**
 * @file How the person called this program, so that a command in a message works as it is typed: `npm start -- --help`
 * for one, `promedio start --help` for another. Pure.
 */
import { basename } from "node:path";

import { flagOf, type Origins } from "../../shared/run/settings/option.ts";
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
  const { npm_lifecycle_event: event = "", npm_package_name: owner } = environment;
  const agent = environment["npm_config_user_agent"] ?? "";
  const manager = managers[agent.split("/", 1)[0] ?? ""];
  if (owner === "promedio" && event === command && scripts.includes(event)) {
    return (manager ?? managers["npm"])?.(event) ?? event;
  }
  return [programWords(script, event), command].filter((word) => word !== "").join(" ");
}

function programWords(script: string, event: string): string {
  const isInstalled = /(?:^|[/\\])node_modules[/\\]/u.test(script);
  // Installed in this folder, or only fetched for once: no shell finds it by its name.
  if (isInstalled && (event === "npx" || script.startsWith("node_modules"))) return "npx promedio";
  if (isInstalled || !basename(script).endsWith(".js")) return "promedio";
  return `node ${shellWord(script)}`;
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

/**
 * @file Parses the arguments with commander: the command, its flags with their texts, or a help text. Values are
 * not read here, nothing is printed, and the process is never ended.
 */
import { Command, CommanderError, Option } from "commander";

import { known } from "../../shared/assert.ts";
import { shown } from "../../shared/error-text.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import {
  flagOf,
  type Given,
  type GivenOptions,
  type OptionRow,
} from "../../shared/run/settings/option.ts";
import { oneOfThese, type OptionValue } from "../../shared/run/settings/readers.ts";
import { nearest } from "../../shared/run/settings/suggest.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import {
  type CommandName,
  commandNames,
  commands,
  examples,
  optionHelp,
  programHelp,
} from "./help.ts";

export type CommandLine =
  | { readonly kind: "print"; readonly text: string }
  | {
      readonly kind: "command";
      readonly command: CommandName;
      /** The run file, the URL, the checkpoint … */
      readonly positionals: readonly string[];
      readonly flags: GivenOptions;
    };

/**
 * @param spelled - What the person types for a command, before its flags.
 * @throws OperatorError for an unknown command or flag, a flag without its value, or too many arguments.
 */
export function readCommandLine(
  argv: readonly string[],
  version: string,
  spelled: (command: string) => string,
): CommandLine {
  let printed = "";
  let found: CommandLine | undefined;
  const program = makeProgram(version, {
    print: (text) => (printed += text),
    found: (commandLine) => (found = commandLine),
  });
  if (argv.length === 0) return { kind: "print", text: program.helpInformation() };
  try {
    program.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw new OperatorError(explain(error, argv, spelled));
    return { kind: "print", text: printed };
  }
  return known<CommandLine>(found, "a command line without an error has a command");
}

interface Findings {
  readonly print: (text: string) => void;
  readonly found: (commandLine: CommandLine) => void;
}

function makeProgram(version: string, { print, found }: Findings): Command {
  const program = new Command("promedio")
    .description(programHelp)
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .configureHelp({ helpWidth: 100 })
    .configureOutput({ writeOut: print, writeErr: print, outputError: () => {} })
    .helpCommand("help [command]", "print the help of a command")
    .showSuggestionAfterError(false)
    .exitOverride();
  for (const name of commandNames) {
    const { summary, arguments: positionals, table } = commands[name];
    const command = program.command(name).description(summary).addHelpText("after", examples[name]);
    for (const positional of positionals) command.argument(positional.name, positional.help);
    command.addHelpOption(new Option("-h, --help", "print this help").helpGroup("Output:"));
    for (const [key, row] of Object.entries(table)) addOption(command, name, key, row);
    command.action(() => {
      found({ kind: "command", command: name, positionals: command.args, flags: flagsOf(command) });
    });
  }
  return program;
}

function addOption(
  command: Command,
  name: CommandName,
  key: string,
  row: OptionRow<OptionValue>,
): void {
  const flag = flagOf(key);
  const spelled = row.value === undefined ? flag : `${flag} ${row.value}`;
  const option = new Option(spelled, optionHelp(name, key, row)).helpGroup(`${row.group}:`);
  // A repeated flag replaces its value, unless its values form a list.
  if (row.repeatable) option.argParser((text, former?: string[]) => [...(former ?? []), text]);
  command.addOption(option);
  // Undoes a switch set by the environment or the run file.
  if (row.value === undefined) command.addOption(new Option(`--no-${flag.slice(2)}`).hideHelp());
}

function flagsOf(command: Command): GivenOptions {
  const given = new Map<string, Given>();
  for (const [key, value] of Object.entries(command.opts<Record<string, unknown>>())) {
    const texts = Array.isArray(value) ? value.map(String) : [String(value)];
    const label = flagOf(key);
    const swallowed = texts.find((text) => text.startsWith("--"));
    if (swallowed !== undefined) {
      throw new OperatorError(sentence("flag-swallowed", { flag: label, found: shown(swallowed) }));
    }
    given.set(key, { texts, origin: { from: "flag", label } });
  }
  return given;
}

/** Rewrites commander's errors in our words, on one line. */
function explain(
  error: CommanderError,
  argv: readonly string[],
  spelled: (command: string) => string,
): Sentence {
  const command = commandNames.find((name) => name === argv[0]);
  const quoted = /'([^']*)'/u.exec(error.message)?.[1] ?? "";
  const help = `${spelled(command ?? "")} --help`;
  switch (error.code) {
    case "commander.unknownOption": {
      const [flag = ""] = quoted.split("=");
      const flags = command === undefined ? [] : Object.keys(commands[command].table).map(flagOf);
      if (flags.includes(flag)) {
        return sentence("flag-takes-no-value", { given: shown(quoted), flag });
      }
      const word = nearest(flag, flags);
      return word === undefined
        ? sentence("unknown-option", { flag: shown(flag), help })
        : sentence("unknown-option-did-you-mean", { flag: shown(flag), word });
    }
    // `help` with an unknown command.
    case "commander.help":
    case "commander.unknownCommand": {
      const given = quoted || (argv[1] ?? "");
      const name = shown(given);
      const word = nearest(given, commandNames);
      return word === undefined
        ? sentence("unknown-command", { name, commands: oneOfThese(commandNames) })
        : sentence("unknown-command-did-you-mean", { name, word });
    }
    case "commander.optionMissingArgument": {
      const [flag = ""] = quoted.split(" ");
      return sentence("flag-without-value", { flag, help });
    }
    case "commander.missingArgument":
      if (command === "worker" || command === "relay")
        return sentence("join-url-missing", { command: spelled(command) });
      if (command === "inspect") {
        return sentence("inspect-dataset-missing", { command: spelled(command) });
      }
      return sentence("argument-missing", { argument: shown(quoted), help });
    case "commander.excessArguments":
      return sentence("too-many-arguments", { command: spelled(command ?? ""), help });
    default:
      throw new Error(`unexpected command line error ${error.code}: ${error.message}`);
  }
}

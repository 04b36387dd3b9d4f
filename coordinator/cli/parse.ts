/**
 * @file The command line: from arguments, environment and run file to validated options. Pure, except that a
 * function for reading the run file is passed in. Nothing is printed, started or ended here.
 */
import { assertNever, known } from "../../shared/assert.ts";
import { decodeText } from "../../shared/decode-text.ts";
import { shown } from "../../shared/error-text.ts";
import type { LogForm } from "../../shared/log.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { dataOptions } from "../../shared/run/settings/data-settings.ts";
import {
  flagOf,
  type Given,
  type GivenOptions,
  type Origins,
} from "../../shared/run/settings/option.ts";
import { readSettings } from "../../shared/run/settings/read-settings.ts";
import type { RunRequest } from "../../shared/run/settings/run-settings.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { variedOf } from "../compare/plan/varied.ts";
import type {
  CompareCommand,
  CoordinatorOptions,
  InspectCommand,
  LearnCommand,
  SummaryCommand,
  ToolCommand,
} from "../options.ts";
import { intervalOf } from "../run/checkpoint-interval.ts";
import { withHome } from "../storage/home-path.ts";
import { type CommandLine, readCommandLine } from "./command-line.ts";
import {
  compareDefaults,
  coordinatorDefaults,
  startDefaults,
  toolDefaults,
  relayDefaults,
  workerDefaults,
} from "./defaults.ts";
import { readEnvironment } from "./environment.ts";
import { commands, type ToolName, toolNames } from "./help.ts";
import {
  commandWith,
  type Invocation,
  resumeCommand,
  shellWord,
  spelledCommand,
} from "./invocation.ts";
import {
  compareOptions,
  compareTable,
  coordinatorOptions,
  type CoordinatorSettings,
  inspectOptions,
  learnOptions,
  serverOptions,
  toolOptions,
  trainingOptions,
  relayOptions,
  workerOptions,
} from "./options.ts";
import { expandOutput } from "./output-alias.ts";
import { printConfig } from "./print-config.ts";
import { readRunFile, runFileBytesMax } from "./run-file.ts";
import { givenSettings } from "./settings-values.ts";

/** The parsed request. */
export type ParsedCommand =
  /** Help, the version or the settings: print it to standard output and end with 0. */
  | { readonly kind: "print"; readonly text: string }
  | {
      readonly kind: "coordinator";
      readonly options: CoordinatorOptions;
      readonly run: RunRequest;
      /** The command that continues a run of this process, given its name: `npm start -- --resume NAME`. */
      readonly resumeWith: (run: string) => string;
    }
  | CompareCommand
  | ToolCommand
  | InspectCommand
  | LearnCommand
  | SummaryCommand
  | {
      readonly kind: "worker";
      /** As typed; the worker's `parseJoinUrl` parses it. */
      readonly url: string;
      readonly threads: number | "auto";
      /** `undefined`: the host's name. */
      readonly name: string | undefined;
      /** Used if the URL has none. */
      readonly joinToken: string | undefined;
      readonly log: LogForm;
    }
  | {
      readonly kind: "relay";
      /** As typed; the worker's `parseJoinUrl` parses it. */
      readonly url: string;
      /** `undefined`: the host's name. */
      readonly name: string | undefined;
      /** Used if the URL has none. */
      readonly joinToken: string | undefined;
      readonly host: string;
      readonly port: number;
      readonly audit: "none" | "sample";
      readonly log: LogForm;
    };

export type Environment = Readonly<Record<string, string | undefined>>;

type Found = Extract<CommandLine, { kind: "command" }>;

/**
 * Flags beat variables, variables beat the run file, and the file beats the defaults.
 *
 * @param argv - The arguments after the program's name: `process.argv.slice(2)`.
 * @param environment - `process.env`.
 * @param readFile - Reads a run file; may throw what `fs.readFileSync` throws.
 * @param version - What `--version` prints.
 * @param script - The program's file as the person called it, relative to the working directory.
 * @throws OperatorError with one line that says what, which value, and what to do.
 */
export function parseCommandLine(
  argv: readonly string[],
  environment: Environment,
  readFile: (path: string) => Uint8Array,
  version: string,
  script = "promedio",
): ParsedCommand {
  const invocation = { environment, script };
  const found = readCommandLine(argv, version, (command) => spelledCommand(invocation, command));
  if (found.kind === "print") return found;
  if (found.command === "worker") return parseWorker(found, environment);
  if (found.command === "relay") return parseRelay(found, environment);
  if (found.command === "learn") return parseLearn(found, environment);
  if (found.command === "inspect") return parseInspect(found, environment);
  const tool = toolNames.find((name) => name === found.command);
  if (tool !== undefined) return parseTool(tool, found, environment);
  return parseCoordinator(found, invocation, readFile);
}

function parseInspect({ positionals, flags }: Found, environment: Environment): InspectCommand {
  const variables = readEnvironment(environment, Object.keys(inspectOptions), allKeys());
  const sources = [flags, variables];
  const { values: data, origins } = readSettings(dataOptions, sources);
  const { json = false, cache, mnistMirror } = readSettings(inspectOptions, sources).values;
  const [name = ""] = positionals;
  const texts: Given = {
    texts: [name],
    origin: { from: "flag", label: sentence("setting-dataset") },
  };
  const { dataset = name } = readSettings(trainingOptions, [new Map([["dataset", texts]])]).values;
  return { kind: "inspect", dataset, data, origins, cache, mnistMirror, json };
}

function parseLearn({ flags }: Found, environment: Environment): LearnCommand {
  const variables = readEnvironment(environment, Object.keys(learnOptions), allKeys());
  const { port = coordinatorDefaults.port } = readSettings(learnOptions, [flags, variables]).values;
  return { kind: "learn", port };
}

function parseTool(tool: ToolName, found: Found, environment: Environment): ToolCommand {
  const keys = Object.keys(commands[tool].table);
  const sources = [found.flags, readEnvironment(environment, keys, allKeys())];
  const checkpoint = found.positionals[0] && withHome(found.positionals[0]);
  const { runs } = toolDefaults;
  switch (tool) {
    case "predict": {
      const { values } = readSettings(toolOptions.predict, sources);
      const [, file] = found.positionals;
      return { kind: tool, checkpoint, file, json: toolDefaults.json, runs, ...values };
    }
    case "evaluate": {
      const { values } = readSettings(toolOptions.evaluate, sources);
      return { kind: tool, checkpoint, json: toolDefaults.json, runs, ...values };
    }
    case "explain": {
      const { values } = readSettings(toolOptions.explain, sources);
      const { json, sample } = toolDefaults;
      return { kind: tool, checkpoint, json, sample, check: false, runs, ...values };
    }
    case "export": {
      const { values } = readSettings(toolOptions.export, sources);
      return { kind: tool, checkpoint, format: toolDefaults.format, runs, ...values };
    }
    default:
      return assertNever(tool);
  }
}

function parseWorker({ positionals, flags }: Found, environment: Environment): ParsedCommand {
  const variables = readEnvironment(environment, Object.keys(workerOptions), allKeys());
  const { values } = readSettings(workerOptions, [flags, variables]);
  return {
    kind: "worker",
    url: positionals[0] ?? "",
    threads: values.threads ?? workerDefaults.threads,
    name: values.name,
    joinToken: values.joinToken,
    log: values.log ?? workerDefaults.log,
  };
}

function parseRelay({ positionals, flags }: Found, environment: Environment): ParsedCommand {
  const variables = readEnvironment(environment, Object.keys(relayOptions), allKeys());
  const { values } = readSettings(relayOptions, [flags, variables]);
  const { name, joinToken, ...given } = values;
  return { kind: "relay", url: positionals[0] ?? "", name, joinToken, ...relayDefaults, ...given };
}

function parseCoordinator(
  found: Found,
  invocation: Invocation,
  readFile: (path: string) => Uint8Array,
): ParsedCommand {
  return commandFrom(found.command, sourcesOf(found, invocation, readFile), invocation);
}

/**
 * The command `promedio coordinator` whose settings a program gives as values, by the same rules as a run file.
 *
 * @param settings - By key, as in a run file; one that is `undefined` is not given.
 * @throws OperatorError as for a command line.
 */
export function parseSettings(
  settings: Readonly<Record<string, unknown>>,
  labels?: Readonly<Record<string, string>>,
): ParsedCommand {
  const keys = Object.keys(commands.coordinator.table);
  const sources = [expandOutput(givenSettings(settings, keys, labels))];
  return commandFrom("coordinator", sources, { environment: {}, script: "promedio" });
}

/** A command whose settings describe a run. */
function commandFrom(
  command: Found["command"],
  from: readonly GivenOptions[],
  invocation: Invocation,
): ParsedCommand {
  const { sources, run, request, coordinator } = readCoordinator(from);
  if (command === "compare") return parseCompare({ sources, request, coordinator }, invocation);
  const defaults = { ...coordinatorDefaults, ...(command === "start" ? startDefaults : {}) };
  const settings = { ...defaults, ...coordinator.values };
  check(settings, coordinator.origins);
  if (settings.printConfig) {
    return { kind: "print", text: printConfig(request, settings, coordinator.origins) };
  }
  const words = resumeCommand(invocation, command, {
    settings: { ...run.values, ...coordinator.values },
    origins: { ...run.origins, ...coordinator.origins },
    isResumed: settings.resume !== undefined && settings.resume !== false,
  });
  const resumeWith = (name: string) => `${words} ${shellWord(name)}`;
  const options = optionsOf(settings);
  if (command === "summary") return { kind: "summary", options, run: request };
  return { kind: "coordinator", options, run: request, resumeWith };
}

/** Where the settings of a command that can have a run file come from; the first source that has one decides. */
function sourcesOf(
  { command, positionals: [runFile], flags }: Found,
  invocation: Invocation,
  readFile: (path: string) => Uint8Array,
): GivenOptions[] {
  const keys = Object.keys(commands[command].table);
  const help = `${spelledCommand(invocation, command)} --help`;
  return [
    flags,
    readEnvironment(invocation.environment, keys, allKeys()),
    runFile === undefined
      ? new Map()
      : readRunFile(runFile, read(runFile, readFile), { keys, help }),
  ].map(expandOutput);
}

/** The settings in these sources, and the request that they make. */
function readCoordinator(sources: readonly GivenOptions[]) {
  const run = readSettings(trainingOptions, sources);
  const data = readSettings(dataOptions, sources);
  const coordinator = readSettings(coordinatorOptions, sources);
  const origins = { ...run.origins, ...data.origins };
  const request: RunRequest = { given: run.values, data: data.values, origins };
  return { sources, run, request, coordinator };
}

function parseCompare(
  {
    sources,
    request,
    coordinator,
  }: Pick<ReturnType<typeof readCoordinator>, "sources" | "request" | "coordinator">,
  invocation: Invocation,
): CompareCommand {
  const compare = readSettings(compareOptions, sources);
  const { localWorkers, checkpointEvery, ...defaults } = compareDefaults;
  const own = { ...coordinatorDefaults, localWorkers, checkpointEvery };
  const settings = { ...own, ...coordinator.values };
  check(settings, coordinator.origins);
  const { vary = [], ...asked } = compare.values;
  const wanted = { ...defaults, ...asked };
  const varied = variedOf(vary, compare.origins["vary"]?.label ?? flagOf("vary"));
  const { init, newLastLayer } = coordinator.values;
  return {
    kind: "compare",
    options: optionsOf(settings),
    run: request,
    compare: { ...wanted, varied, searchSeeds: Math.min(wanted.searchSeeds, wanted.seeds) },
    commandOf: ({ given, data }) => {
      const start = { ...given, ...data, init, newLastLayer, exit: true };
      return commandWith(invocation, "start", serverOptions, { settings: start, origins: {} });
    },
    again: commandWith(invocation, "compare", compareTable, {
      settings: { ...compare.values, ...request.given, ...request.data, ...coordinator.values },
      origins: { ...compare.origins, ...request.origins, ...coordinator.origins },
    }),
  };
}

function read(path: string, readFile: (path: string) => Uint8Array): string {
  try {
    const bytes = readFile(withHome(path));
    // Possibly cut inside a character; `readRunFile` refuses it as too large.
    if (bytes.length > runFileBytesMax) return Buffer.from(bytes).toString("latin1");
    return decodeText(bytes);
  } catch (error) {
    const values = { path: shown(path), reason: systemReason(error) };
    throw new OperatorError(sentence("run-file-unreadable", values), { cause: error });
  }
}

function allKeys(): string[] {
  return Object.values(commands).flatMap(({ table }) => Object.keys(table));
}

/** Checks that involve more than one option. */
function check(settings: CoordinatorSettings, origins: Origins): void {
  const { init, newLastLayer, resume, tlsCert, tlsKey, joinToken, adminToken, open } = settings;
  if (typeof resume === "string" && /\.(ya?ml|json)$/iu.test(resume)) {
    const { label = "--resume" } = origins["resume"] ?? {};
    const setting = sentence("setting-with-value", { setting: label, value: shown(resume) });
    throw new OperatorError(sentence("run-file-as-run", { setting }));
  }
  if (init !== undefined && resume !== undefined && resume !== false) {
    throw new OperatorError(sentence("init-with-resume", { path: shown(init) }));
  }
  if (init === undefined && newLastLayer === true) {
    throw new OperatorError(sentence("new-last-layer-alone"));
  }
  if (tlsCert === undefined && tlsKey !== undefined) {
    throw new OperatorError(sentence("tls-key-alone", { path: shown(tlsKey) }));
  }
  if (tlsKey === undefined && tlsCert !== undefined) {
    throw new OperatorError(sentence("tls-cert-alone", { path: shown(tlsCert) }));
  }
  if (open === true && joinToken !== undefined) {
    throw new OperatorError(sentence("open-with-token"));
  }
  if (joinToken !== undefined && joinToken === adminToken) {
    throw new OperatorError(sentence("same-tokens"));
  }
}

type ResolvedSettings = CoordinatorSettings & {
  readonly [Key in keyof typeof coordinatorDefaults]: NonNullable<CoordinatorSettings[Key]>;
};

function optionsOf(settings: ResolvedSettings): CoordinatorOptions {
  const {
    tlsCert: cert,
    tlsKey: key,
    resume,
    init,
    newLastLayer,
    checkpointEvery,
    printConfig: _,
    ...rest
  } = settings;
  return {
    ...rest,
    joinToken: rest.joinToken,
    adminToken: rest.adminToken,
    name: rest.name,
    cache: rest.cache,
    mnistMirror: rest.mnistMirror,
    tls: cert === undefined || key === undefined ? undefined : { cert, key },
    resume: resume === false ? undefined : resume,
    init: init === undefined ? undefined : { path: init, newLastLayer },
    checkpointEvery: known(intervalOf(checkpointEvery), "its reader has accepted it"),
  };
}

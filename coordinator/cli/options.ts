import { threadsMax, workerNameLengthMax } from "../../shared/protocol/limits.ts";
/**
 * @file The table of options. One row gives an option its reader, its help and its place in it; its flag, its
 * environment variable and its key in the run file follow from its name. Flags, environment, run file, `--help` and
 * `--print-config` are all driven from here, so that they can't drift apart. No wiring: what an option does is
 * elsewhere.
 */
import {
  hiddenActivations,
  lossNames,
  optimizerNames,
  outputActivations,
  scheduleNames,
} from "../../shared/run/config.ts";
import { auditPolicies, type AuditPolicy } from "../audit/audit-policy.ts";
import { datasetSourceForms } from "../datasets/source.ts";
import {
  dataset,
  fraction,
  httpAddress,
  integer,
  layerWidths,
  listed,
  noneOr,
  notNegative,
  oneOf,
  type OptionValue,
  origins,
  path,
  positive,
  type Reader,
  share,
  text,
  truth,
  truthOr,
  wordOr,
} from "./values.ts";

/** A table's rows by key. */
export type OptionTable = Readonly<Record<string, OptionRow<OptionValue>>>;

export interface OptionRow<T> {
  readonly group: Group;
  /** What stands for the value in the help; absent for a switch, in brackets when it may be left out. */
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

const count = integer({ min: 1 });
const port = integer({ min: 0, max: 65_535 });
const threads = wordOr("auto", integer({ min: 1, max: threadsMax }));
const token = text("8 to 200 of the characters A-Z a-z 0-9 . _ ~ -", /^[\w.~-]{8,200}$/u);
const runName = text("1 to 40 of the characters A-Z a-z 0-9 _ -, not - first", /^\w[\w-]{0,39}$/u);
const workerName = text(
  `1 to ${workerNameLengthMax} printable characters`,
  new RegExp(`^[^\\p{C}]{1,${workerNameLengthMax}}$`, "u"),
);

/** What determines the result: these make the run config. */
export const runOptions = {
  dataset: row("Data", "<name>", dataset, datasetSourceForms),

  layers: row("Network", "<widths>", wordOr("auto", layerWidths), "inputs, hidden …, outputs", {
    list: true,
  }),
  activation: row(
    "Network",
    "<name>",
    oneOf(hiddenActivations),
    `of the hidden layers: ${listed(hiddenActivations)}`,
  ),
  outputActivation: row(
    "Network",
    "<name>",
    oneOf(outputActivations),
    `of the last layer: the above or softmax; by default what the loss needs`,
  ),
  loss: row(
    "Network",
    "<name>",
    oneOf(lossNames),
    `cce (with softmax), bce (with sigmoid), mse or mae; by default what the output needs`,
  ),
  reduction: row(
    "Network",
    "<name>",
    oneOf(["mean", "sum"]),
    "of the loss over a batch: mean or sum",
  ),

  optimizer: row("Optimizer", "<name>", oneOf(optimizerNames), listed(optimizerNames)),
  learningRate: row("Optimizer", "<rate>", positive, "η, the length of a step"),
  beta: row("Optimizer", "<β>", fraction, "share of the average that each step keeps"),
  beta1: row("Optimizer", "<β₁>", fraction, "the same for the first moment"),
  beta2: row("Optimizer", "<β₂>", fraction, "the same for the second moment"),
  epsilon: row("Optimizer", "<ε>", positive, "keeps a divisor from 0"),
  dampening: row("Optimizer", "<number>", notNegative, "v ← βv + (1 − dampening)g"),
  decoupledDecay: row("Optimizer", "<rate>", notNegative, "weight decay outside the gradient"),
  candidates: row(
    "Optimizer",
    "<count>",
    integer({ min: 1, max: 65_536 }),
    "neighbours tried a step",
  ),
  sigma: row("Optimizer", "<σ>", positive, "size of a neighbour's noise"),
  schedule: row(
    "Optimizer",
    "<name>",
    oneOf(scheduleNames),
    `of the learning rate: ${listed(scheduleNames)}`,
  ),
  warmupSteps: row(
    "Optimizer",
    "<count>",
    integer({ min: 0 }),
    "steps in which the rate rises from 0",
  ),
  decayEpochs: row("Optimizer", "<count>", count, "epochs between two decays"),
  decayFactor: row("Optimizer", "<number>", positive, "what a decay multiplies the rate by"),
  finalFraction: row("Optimizer", "<number>", share, "of the rate, at the end"),
  weightDecay: row("Optimizer", "<rate>", notNegative, "L2: adds rate · w to the gradient"),
  clipNorm: row("Optimizer", "<norm>", noneOr(positive), "longest gradient (L2), or none"),

  batchSize: row("Run", "<count>", wordOr("full", count), "samples of one step, or full"),
  shardSize: row(
    "Run",
    "<count>",
    wordOr("auto", count),
    "samples of a leaf of the reduction tree, or auto",
  ),
  epochs: row("Run", "<count>", count, "passes over the training samples"),
  steps: row(
    "Run",
    "<count>",
    noneOr(count),
    "steps to make, instead of epochs; with both, the earlier end",
  ),
  seed: row("Run", "<number>", integer({}), "of the first parameters and the samples' order"),
};

/** Where and how the run is run: these change nothing in its result. */
export const coordinatorOptions = {
  cache: row(
    "Data",
    "<folder>",
    path,
    "where a downloaded dataset is kept; by default the user's cache",
  ),
  mnistMirror: row("Data", "<url>", httpAddress, "where mnist is downloaded from"),

  name: row("Run", "<name>", runName, "of the run and its folder; by default made up"),
  resume: row("Run", "[run]", truthOr(path), "go on with this run, or with the latest one"),
  checkpointEvery: row("Run", "<epochs>", count, "epochs between two checkpoints"),
  runs: row("Run", "<folder>", path, "folder for checkpoints and metrics"),

  localWorkers: row(
    "Workers",
    "<count>",
    integer({ min: 0, max: 64 }),
    "workers started on this machine",
  ),
  threads: row("Workers", "<count>", threads, "of each local worker; auto: one a core"),
  minWorkers: row("Workers", "<count>", integer({ min: 1, max: 10_000 }), "wait for so many"),
  audit: row(
    "Workers",
    "<policy>",
    oneOf(auditPolicies),
    "recompute no, some or all results of a worker",
  ),

  host: row(
    "Server",
    "<address>",
    text("a host name or an address", /^[\w.:%-]+$/u),
    "address to listen on",
  ),
  port: row("Server", "<number>", port, "port to listen on; 0: any free one"),
  joinToken: row("Server", "<token>", token, "lets workers in; by default drawn at random", {
    secret: true,
  }),
  adminToken: row("Server", "<token>", token, "lets the dashboard control the run; likewise", {
    secret: true,
  }),
  tlsCert: row("Server", "<file>", path, "certificate (PEM) for https, with --tls-key"),
  tlsKey: row("Server", "<file>", path, "its private key (PEM)"),
  allowOrigin: row(
    "Server",
    "<origin>",
    origins,
    "another site whose pages may connect; repeatable",
    {
      list: true,
      repeatable: true,
    },
  ),
  open: row("Server", undefined, truth, "let workers in without a token"),

  exit: row("Output", undefined, truth, "end when the run ends, instead of staying up"),
  json: row("Output", undefined, truth, "print one JSON object a line"),
  printConfig: row(
    "Output",
    undefined,
    truth,
    "print the settings and where each comes from, and end",
  ),
};

/** What a worker can be told. */
export const workerOptions = {
  threads: row("Workers", "<count>", threads, "compute threads; auto: one a core"),
  name: row(
    "Workers",
    "<name>",
    workerName,
    "shown by the coordinator; by default the host's name",
  ),
  joinToken: row("Workers", "<token>", token, "when the URL has none", { secret: true }),
};

/**
 * `--output` is one spelling of two options: the last layer's activation by name, else the folder for runs. It is
 * taken apart before anything else sees it.
 */
export const outputAlias = row(
  "Output",
  "<value>",
  text("an activation or a path", /^[^\0]+$/u),
  "an activation's name: --output-activation; else --runs (a folder softmax: ./softmax)",
  { list: true, repeatable: true },
);

/** The options of `promedio start` and `promedio coordinator`. */
export const serverOptions = { ...runOptions, ...coordinatorOptions };

export type RunKey = keyof typeof runOptions;
export type CoordinatorKey = keyof typeof coordinatorOptions;
export type WorkerKey = keyof typeof workerOptions;

/** The values of a table's options; an absent one was not given. */
export type Settings<Table extends OptionTable> = {
  readonly [Key in keyof Table]?: Table[Key] extends OptionRow<infer T> ? T : never;
};
export type RunSettings = Settings<typeof runOptions>;
export type CoordinatorSettings = Settings<typeof coordinatorOptions>;
export type WorkerSettings = Settings<typeof workerOptions>;

/** Which spelling a value came by, for errors and for `--print-config`. */
export interface Origin {
  readonly from: "flag" | "env" | "file" | "default";
  /** `--epochs`, `PROMEDIO_EPOCHS` or `run.yaml line 3: epochs`. */
  readonly label: string;
}
export type Origins = Readonly<Record<string, Origin>>;

/** The run as it was asked for, before the dataset is known. Resolved by `resolveRunConfig`. */
export interface RunRequest {
  /** Only what was given: defaults come in when it is resolved, a resumed run has its own. */
  readonly given: RunSettings;
  readonly origins: Origins;
}

/** Everything about a coordinator that doesn't change the result. All defaults are resolved. */
export interface CoordinatorOptions {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** `undefined`: draw one, unless `open`. */
  readonly joinToken: string | undefined;
  /** `undefined`: draw one. Never equal to `joinToken`. */
  readonly adminToken: string | undefined;
  /** Paths of PEM files; `undefined`: plain http. */
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  /** `https://host:port` of other sites whose pages may connect; absent: none. */
  readonly allowOrigin?: readonly string[] | undefined;
  /** Workers need no token. */
  readonly open: boolean;
  readonly localWorkers: number;
  /** Of each local worker. */
  readonly threads: number | "auto";
  readonly minWorkers: number;
  readonly audit: AuditPolicy;
  /** Folder that holds the runs. */
  readonly runs: string;
  /** `undefined`: make one up. */
  readonly name: string | undefined;
  /** `true`: the latest run; a text: the run's name or the path of its folder or checkpoint. */
  readonly resume: true | string | undefined;
  /** Epochs between two checkpoints. */
  readonly checkpointEvery: number;
  /** `undefined`: the user's cache folder. */
  readonly cache: string | undefined;
  /** Without a slash at its end. `undefined`: the usual mirrors. */
  readonly mnistMirror: string | undefined;
  readonly exit: boolean;
  readonly json: boolean;
}

/** In the order of the help. */
export const runKeys = Object.keys(runOptions).filter(isRunKey);

export function isRunKey(key: string): key is RunKey {
  return Object.hasOwn(runOptions, key);
}

/** `learningRate` → `--learning-rate`. */
export function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/gu, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `learningRate` → `PROMEDIO_LEARNING_RATE`. */
export function variableOf(key: string): string {
  return `PROMEDIO_${flagOf(key).slice(2).replaceAll("-", "_").toUpperCase()}`;
}

function row<T>(
  group: Group,
  value: string | undefined,
  reader: Reader<T>,
  help: string,
  rest: Pick<OptionRow<T>, "list" | "repeatable" | "secret"> = {},
): OptionRow<T> {
  return { group, reader, help, ...rest, ...(value === undefined ? {} : { value }) };
}

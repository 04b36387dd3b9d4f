/**
 * @file The table of all options of the command line: the settings of a run, and those of the coordinator and the
 * worker. Flags, environment, run file, `--help` and `--print-config` are all derived from it, so they can't drift
 * apart. No wiring: the effect of an option is implemented elsewhere.
 */
import { logForms } from "../../shared/log.ts";
import { threadsMax, workerNameLengthMax } from "../../shared/protocol/limits.ts";
import { dataOptions } from "../../shared/run/settings/data-settings.ts";
import { flagOf, row, type Settings } from "../../shared/run/settings/option.ts";
import {
  integer,
  listed,
  noneOr,
  notNegative,
  oneOf,
  text,
  wordOr,
} from "../../shared/run/settings/readers.ts";
import { runOptions } from "../../shared/run/settings/run-settings.ts";
import { sayAtTerminal, sentence } from "../../shared/words/sentence.ts";
import { auditPolicies } from "../audit/audit-policy.ts";
import { variedReader } from "../compare/plan/varied.ts";
import { datasetReader } from "../datasets/loaders.ts";
import { paces } from "../dispatch/pacing.ts";
import { exportFormats, metricsReaders } from "../options.ts";
import { checkpointInterval } from "../run/checkpoint-interval.ts";
import {
  clusterServers,
  httpAddress,
  origins,
  pageAddress,
  path,
  truth,
  truthOr,
  urlPath,
} from "./values.ts";

const port = integer({ min: 0, max: 65_535 });
const threads = wordOr("auto", integer({ min: 1, max: threadsMax }));
const token = text(sentence("expects-token"), /^[\w.~-]{8,200}$/u);
const anyText = text(sentence("expects-text"), /^[^\0]*$/u);
const runName = text(sentence("expects-run-name"), /^\w[\w-]{0,39}$/u);
const workerName = text(
  sentence("expects-worker-name", { lengthMax: workerNameLengthMax }),
  new RegExp(`^[^\\p{C}]{1,${workerNameLengthMax}}$`, "u"),
);

const log = row("Output", "<form>", oneOf(logForms), "form of the lines on standard error");

/** The settings that determine the result, with the datasets that this program can load. */
export const trainingOptions = {
  ...runOptions,
  dataset: row("Data", "<name>", datasetReader, sayAtTerminal(datasetReader.expects)),
};

/** Where and how the coordinator runs. These options don't change its results. */
export const coordinatorOptions = {
  cache: row(
    "Data",
    "<folder>",
    path,
    "where a downloaded dataset is kept; by default the user's cache",
  ),
  mnistMirror: row("Data", "<url>", httpAddress, "where mnist is downloaded from"),

  name: row(
    "Run",
    "<name>",
    runName,
    "name of the run and its folder; by default made from the time",
  ),
  resume: row("Run", "[run]", truthOr(path), "continue this run, or the latest one"),
  init: row(
    "Run",
    "<file>",
    path,
    "begin with the parameters of a checkpoint, or of a PyTorch safetensors file",
  ),
  newLastLayer: row("Run", undefined, truth, "with --init: draw the last layer anew"),
  checkpointEvery: row(
    "Run",
    "<interval>",
    checkpointInterval,
    "between two checkpoints: 5 (epochs), 500steps or 10min",
  ),
  pace: row(
    "Run",
    "<pace>",
    oneOf(paces),
    "full; slow: one step a second; single: one a click on the dashboard",
  ),
  runs: row("Run", "<folder>", path, "folder for checkpoints and metrics"),

  localWorkers: row(
    "Workers",
    "<count>",
    wordOr("auto", integer({ min: 0, max: 64 })),
    "workers started on this machine; auto: 2, or 1 with 2 threads for a large model",
  ),
  threads: row("Workers", "<count>", threads, "of each local worker; auto: one per core"),
  minWorkers: row(
    "Workers",
    "<count>",
    integer({ min: 1, max: 10_000 }),
    "wait until so many are ready",
  ),
  audit: row(
    "Workers",
    "<policy>",
    oneOf(auditPolicies),
    "recompute none, some (sample) or all (quorum) of the results",
  ),

  host: row(
    "Server",
    "<address>",
    text(sentence("expects-host"), /^[\w.:%-]+$/u),
    "address to listen on",
  ),
  port: row("Server", "<number>", port, "port to listen on; 0: any free one"),
  joinToken: row("Server", "<token>", token, "admits workers; by default drawn at random", {
    secret: true,
  }),
  adminToken: row(
    "Server",
    "<token>",
    token,
    "lets a dashboard control the run; by default drawn at random",
    {
      secret: true,
    },
  ),
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
  joinUrl: row(
    "Server",
    "<url>",
    pageAddress,
    "address in the join link; by default this machine's own",
  ),
  basePath: row(
    "Server",
    "<path>",
    urlPath,
    "path that a proxy adds; by default that of --join-url",
  ),
  trustProxy: row(
    "Server",
    undefined,
    truth,
    "a proxy in front names its clients (X-Forwarded-For)",
  ),
  open: row("Server", undefined, truth, "admit workers without a token"),
  cluster: row(
    "Server",
    "<servers>",
    clusterServers,
    "NATS servers where the coordinators of one run agree on which one leads",
    { secret: true },
  ),
  leaseSeconds: row(
    "Server",
    "<seconds>",
    integer({ min: 1, max: 3_600 }),
    "with --cluster: silence of the leader after which a standby takes over",
  ),

  metrics: row("Monitoring", "<who>", oneOf(metricsReaders), "who may read /metrics"),
  tensorboard: row("Monitoring", "<folder>", path, "write event files for TensorBoard"),
  onFinish: row(
    "Monitoring",
    "<command>",
    text(sentence("expects-command"), /^[^\0]+$/u),
    "shell command when a run is over; it reads the summary as JSON",
  ),
  webhook: row("Monitoring", "<url>", httpAddress, "address that gets that summary by POST"),

  exit: row("Output", undefined, truth, "end when the run ends, instead of staying up"),
  json: row("Output", undefined, truth, "print one JSON object per line"),
  log,
  printConfig: row(
    "Output",
    undefined,
    truth,
    "print the settings and where each comes from, and end",
  ),
};

/** The options of a worker. */
export const workerOptions = {
  threads: row("Workers", "<count>", threads, "compute threads; auto: one per core"),
  name: row(
    "Workers",
    "<name>",
    workerName,
    "name that the coordinator shows; by default the host's",
  ),
  joinToken: row("Workers", "<token>", token, "needed when the URL has none", { secret: true }),
  log,
};

/** The options of a relay. */
export const relayOptions = {
  host: coordinatorOptions.host,
  port: coordinatorOptions.port,
  name: workerOptions.name,
  joinToken: workerOptions.joinToken,
  audit: row(
    "Workers",
    "<policy>",
    oneOf(["none", "sample"]),
    "recompute none or some of the results of each worker",
  ),
  log,
};

/** The options of the commands that look at a trained model. */
const toolRows = {
  dataset: row("Data", "<name>", datasetReader, "the samples; by default those of the run"),
  cache: coordinatorOptions.cache,
  runs: coordinatorOptions.runs,
  json: row("Output", undefined, truth, "print one JSON object"),
};

export const toolOptions = {
  evaluate: toolRows,
  explain: {
    ...toolRows,
    sample: row("Data", "<number>", integer({ min: 0 }), "number of the test sample"),
    check: row("Output", undefined, truth, "compare the printed figures with the kernel's"),
  },
  predict: {
    runs: coordinatorOptions.runs,
    json: row("Output", undefined, truth, "write JSON lines instead of CSV, or a text as JSON"),
    prompt: row("Text", "<text>", anyText, "of a model on texts: the beginning that it continues"),
    length: row(
      "Text",
      "<tokens>",
      integer({ min: 1, max: 1_000_000 }),
      "how many tokens it writes",
    ),
    temperature: row(
      "Text",
      "<number>",
      notNegative,
      "1: as the network says; less: likelier tokens; 0: always the likeliest",
    ),
    topK: row(
      "Text",
      "<count>",
      integer({ min: 1, max: 65_536 }),
      "choose only among so many likeliest tokens",
    ),
    seed: row(
      "Text",
      "<number>",
      integer({}),
      "seed of the choice of tokens; by default the run's",
    ),
  },
  export: {
    runs: coordinatorOptions.runs,
    format: row("Output", "<name>", oneOf(exportFormats), listed(exportFormats)),
    to: row("Output", "<file>", path, "where to write; - for standard output"),
  },
};

/** The options of `promedio learn`. */
export const learnOptions = { port: coordinatorOptions.port };

/** The options of `promedio inspect`: those that say how raw data become a dataset. */
export const inspectOptions = {
  ...dataOptions,
  cache: coordinatorOptions.cache,
  mnistMirror: coordinatorOptions.mnistMirror,
  json: toolRows.json,
};

/**
 * `--output` is a single spelling of two options: the last layer's activation by name, else the folder of the runs.
 * It is split before anything else sees it.
 */
export const outputAlias = row(
  "Output",
  "<value>",
  text(sentence("expects-output"), /^[^\0]+$/u),
  "an activation's name: --output-activation; else --runs (a folder softmax: ./softmax)",
  { list: true, repeatable: true },
);

/** The options of `promedio start` and `promedio coordinator`. */
export const serverOptions = { ...trainingOptions, ...dataOptions, ...coordinatorOptions };

/** What `promedio compare` has besides. */
export const compareOptions = {
  vary: row(
    "Comparison",
    "<setting=values>",
    variedReader,
    "what the variants differ in: optimizer=sgd,adam; repeatable, for every combination",
    { list: true, repeatable: true },
  ),
  seeds: row("Comparison", "<count>", integer({ min: 1, max: 100 }), "runs of each variant"),
  rates: row(
    "Comparison",
    "<count>",
    noneOr(integer({ min: 2, max: 25 })),
    "learning rates tried first for each variant; none: keep the rate",
  ),
  searchSeeds: row(
    "Comparison",
    "<count>",
    integer({ min: 1, max: 100 }),
    "seeds that decide which rate is best",
  ),
  to: row("Comparison", "<folder>", path, "where everything goes; one that is there is continued"),
};

/** A comparison names its runs itself, puts them into its own folder, and is continued by the same command.
 * Its lines are few and have no log. */
const {
  name: _name,
  resume: _resume,
  runs: _runs,
  cluster: _cluster,
  leaseSeconds: _leaseSeconds,
  printConfig: _printConfig,
  log: _log,
  ...comparedOptions
} = serverOptions;

/** All options of `promedio compare`. */
export const compareTable = { ...compareOptions, ...comparedOptions };

export type CoordinatorSettings = Settings<typeof coordinatorOptions>;

/** `learningRate` → `PROMEDIO_LEARNING_RATE`. */
export function variableOf(key: string): string {
  return `PROMEDIO_${flagOf(key).slice(2).replaceAll("-", "_").toUpperCase()}`;
}

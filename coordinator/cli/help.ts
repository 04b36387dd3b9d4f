/** @file The commands and the texts of their help: what each does, an option's default, a few examples. */
import {
  hiddenWidths,
  localStepsDefaults,
  optimizerDefaults,
  recipe,
  recipeFinalFraction,
  runDefaults,
  scheduleDefaults,
} from "../../shared/run/settings/defaults.ts";
import type { OptionRow, OptionTable } from "../../shared/run/settings/option.ts";
import { type OptionValue, valueText } from "../../shared/run/settings/readers.ts";
import { writingDefaults } from "../options.ts";
import { usualLocalWorkers } from "../workers/placement.ts";
import {
  compareDefaults,
  coordinatorDefaults,
  startDefaults,
  toolDefaults,
  relayDefaults,
  workerDefaults,
} from "./defaults.ts";
import {
  compareTable,
  inspectOptions,
  learnOptions,
  outputAlias,
  serverOptions,
  toolOptions,
  relayOptions,
  workerOptions,
} from "./options.ts";

/** Commands that look at a trained model and end. */
export const toolNames = ["predict", "evaluate", "explain", "export"] as const;
export type ToolName = (typeof toolNames)[number];

export const commandNames = [
  "start",
  "coordinator",
  "worker",
  "relay",
  "compare",
  "inspect",
  "summary",
  "learn",
  ...toolNames,
] as const;
export type CommandName = (typeof commandNames)[number];

interface CommandHelp {
  readonly summary: string;
  /** In brackets if it may be left out. */
  readonly arguments: readonly { readonly name: string; readonly help: string }[];
  readonly table: OptionTable;
  readonly defaults: Readonly<Record<string, OptionValue>>;
}

const serverTable = { ...serverOptions, output: outputAlias };
const runFile = { name: "[run-file]", help: "settings in YAML or JSON: epochs: 10" };
const checkpoint = {
  name: "[checkpoint]",
  help: "a checkpoint, or a run's name or folder; by default the latest run",
};

export const commands: Readonly<Record<CommandName, CommandHelp>> = {
  start: {
    summary: `Train on this machine and on all others that join: a coordinator with ${usualLocalWorkers} workers.`,
    arguments: [runFile],
    table: serverTable,
    defaults: { ...runDefaults, ...coordinatorDefaults, ...startDefaults },
  },
  coordinator: {
    summary:
      "Hold the parameters, hand out the work and average the gradients of all workers that join.",
    arguments: [runFile],
    table: serverTable,
    defaults: { ...runDefaults, ...coordinatorDefaults },
  },
  worker: {
    summary: "Compute gradients for the coordinator at URL.",
    arguments: [
      { name: "<url>", help: "http://host:port/join#token=…, ws://host:port or host:port" },
    ],
    table: workerOptions,
    defaults: workerDefaults,
  },
  relay: {
    summary: "Admit workers, and send one sum for all of them to the coordinator at URL.",
    arguments: [{ name: "<url>", help: "the join link of the coordinator or of another relay" }],
    table: relayOptions,
    defaults: relayDefaults,
  },
  compare: {
    summary: "Train variants of a run, each at its best learning rate, and compare them.",
    arguments: [runFile],
    table: compareTable,
    defaults: { ...runDefaults, ...coordinatorDefaults, ...compareDefaults },
  },
  inspect: {
    summary: "Show what is in a dataset, and what would be trained on it.",
    arguments: [{ name: "<dataset>", help: "as after --dataset: csv:FILE, mnist, idx:DIR …" }],
    table: inspectOptions,
    defaults: { json: false },
  },
  predict: {
    summary: "Predict for every record of a file, or continue a text.",
    arguments: [
      { name: "<checkpoint>", help: "a checkpoint, or a run's name or folder" },
      {
        name: "[file]",
        help: "a table, a picture, a folder of pictures, or the beginning of a text; - for standard input",
      },
    ],
    table: toolOptions.predict,
    defaults: { ...toolDefaults, ...writingDefaults },
  },
  summary: {
    summary: "Show the network that start would train, layer by layer.",
    arguments: [runFile],
    table: serverTable,
    defaults: { ...runDefaults, ...coordinatorDefaults },
  },
  learn: {
    summary: "Show how neural networks learn, on a page for this machine alone.",
    arguments: [],
    table: learnOptions,
    defaults: { port: coordinatorDefaults.port },
  },
  evaluate: {
    summary: "Measure a trained model on the test samples of a dataset.",
    arguments: [checkpoint],
    table: toolOptions.evaluate,
    defaults: toolDefaults,
  },
  explain: {
    summary: "Show what a trained model saw in one sample, what it answered, and why.",
    arguments: [checkpoint],
    table: toolOptions.explain,
    defaults: toolDefaults,
  },
  export: {
    summary: "Write a trained model in a format that other programs read.",
    arguments: [checkpoint],
    table: toolOptions.export,
    defaults: toolDefaults,
  },
};

export const programHelp =
  "Train one neural network on all machines at hand, to the same bits whoever does the computing.";

/** The help of one option, with its default. */
export function optionHelp(command: CommandName, key: string, row: OptionRow<OptionValue>): string {
  const fallback = defaultText(command, key);
  return fallback === undefined ? row.help : `${row.help} (default: ${fallback})`;
}

const tunedDefaults: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(recipe).map(([key, value]) => [key, valueText(value)])),
  finalFraction: `${recipeFinalFraction} for ${recipe.schedule}`,
};

const localDefaults: Readonly<Record<string, number>> = localStepsDefaults;

function defaultText(command: CommandName, key: string): string | undefined {
  const value = commands[command].defaults[key];
  const local = localDefaults[key];
  if (local !== undefined) return `${local} with --local-steps`;
  if (key === "dampening") return "β, for momentum";
  if (key === "layers") return `inputs,${hiddenWidths.join(",")},classes`;
  if (typeof value === "boolean") return undefined;
  const general =
    value === undefined
      ? (chosenDefault(key, optimizerDefaults) ?? chosenDefault(key, scheduleDefaults))
      : valueText(value);
  const tuned = tunedDefaults[key];
  if (general === undefined || tuned === undefined) return general ?? tuned;
  return `${general}; ${tuned} without --optimizer`;
}

/** For an option whose default depends on another's value: `0.01 for adam, adamw; 0.5 for sgd`. */
function chosenDefault(
  key: string,
  table: Readonly<Record<string, Readonly<Record<string, OptionValue>>>>,
): string | undefined {
  const choosers = new Map<string, string[]>();
  for (const [name, values] of Object.entries(table)) {
    if (values[key] === undefined) continue;
    const value = valueText(values[key]);
    choosers.set(value, [...(choosers.get(value) ?? []), name]);
  }
  if (choosers.size === 0) return undefined;
  const all = Object.keys(table).length;
  return [...choosers]
    .map(([value, names]) => (names.length === all ? value : `${value} for ${names.join(", ")}`))
    .join("; ");
}

const settingsHelp = `
Every option but -h can also be a variable (PROMEDIO_LEARNING_RATE=0.01) or a line of the run file
(learningRate: 0.01). A flag beats a variable, a variable the run file, the file the default.
--no-exit, --no-json … take a switch back.
`;

/** The text after the options. */
export const examples: Readonly<Record<CommandName, string>> = {
  start: `${settingsHelp}
Examples:
  promedio start                                   train on the built-in digits and stay up
  promedio start --dataset mnist --exit --json     train on MNIST, print JSON lines, end
  promedio start --optimizer sgd --learning-rate 1 --batch-size full --epochs 500`,
  coordinator: `${settingsHelp}
Examples:
  promedio coordinator --dataset mnist --min-workers 3
  promedio coordinator run.yaml --epochs 20        a run file, with one setting changed
  promedio coordinator --print-config > run.yaml   write down every setting
  promedio coordinator --resume --epochs 20        go on with the latest run, up to 20 epochs`,
  worker: `
Every option can also be a variable: PROMEDIO_THREADS=auto, PROMEDIO_JOIN_TOKEN=…

Examples:
  promedio worker 'http://192.168.1.5:8080/join#token=Zk3…' --threads auto
  PROMEDIO_JOIN_TOKEN=Zk3… promedio worker 192.168.1.5:8080 --name laptop`,
  relay: `
Examples:
  promedio relay 'http://192.168.1.5:8080/join#token=Zk3…'
  promedio relay 'http://192.168.1.5:8080/join#token=Zk3…' --port 9000 --name room-2`,
  compare: `${settingsHelp}
Examples:
  promedio compare --vary optimizer=sgd,momentum,nag,rmsprop,adam --epochs 5
  promedio compare --vary learning-rate=0.01,0.1,1 --vary batch-size=16,64 --optimizer sgd
  promedio compare --vary 'layers=784,16,10;784,32,10' --seeds 3 --to widths`,
  inspect: `
Examples:
  promedio inspect csv:houses.csv                  columns, missing values, what can be predicted
  promedio inspect mnist --json`,
  summary: `
Examples:
  promedio summary --dataset mnist --model cnn     layers, output shapes, parameters, arithmetic
  promedio summary run.yaml`,
  learn: `
Examples:
  promedio learn                                   open the link that it prints
  promedio learn --port 0                          on any free port`,
  predict: `
Examples:
  promedio predict runs/20261123-134501-x7kq new.csv > answers.csv
  echo '{"age": 31, "fare": 7.9}' | promedio predict titanic - --json
  promedio predict shakespeare --prompt 'To be' --length 300`,
  evaluate: `
Examples:
  promedio evaluate                                the latest run's model, on its own test samples
  promedio evaluate model.safetensors --dataset idx:./mine`,
  explain: `
Examples:
  promedio explain --sample 7                      test sample 7 of the latest run
  promedio explain runs/20261123-134501-x7kq --check`,
  export: `
Examples:
  promedio export --to model.onnx                  the latest run's model for any ONNX runtime
  promedio export runs/20261123-134501-x7kq --format json --to -`,
};

/** @file Runs the commands that look at a trained model and end. Wiring only. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";

import { assertNever, known } from "../../shared/assert.ts";
import type { Dataset } from "../../shared/data/dataset.ts";
import { featureNamesOf } from "../../shared/data/table/preprocess.ts";
import { type Kernel, instantiateKernel } from "../../shared/kernels/kernel.ts";
import { modelTitle } from "../../shared/model/title.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { flagOf } from "../../shared/run/settings/option.ts";
import { checkModel } from "../../shared/tasks/check.ts";
import type { Figures } from "../../shared/tasks/metrics.ts";
import { sayAtTerminal, type Sentence, sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { integer, loss, percent, score } from "../console/view/figures.ts";
import { formats } from "../export/formats.ts";
import type {
  EvaluateCommand,
  ExplainCommand,
  ExportCommand,
  PredictCommand,
  ToolCommand,
} from "../options.ts";
import { nodeDisk, replaceFile } from "../storage/disk.ts";
import { continueText } from "./continue-text.ts";
import { evaluateModel } from "./evaluation.ts";
import { explanationLines } from "./explanation-text.ts";
import { explain } from "./explanation.ts";
import { withFileOf } from "./input-file.ts";
import { openData, openModel, type OpenedModel, pathBeside } from "./load-model.ts";
import { predictFile } from "./predict.ts";
import { predictionOf } from "./prediction.ts";

export interface ToolWorld {
  /** The build folder, with the kernel. */
  readonly build: string;
  /** Writes to standard output. */
  readonly write: (output: string | Uint8Array) => Promise<void>;
  /** Writes one line (without its line break) for the person who started the program. */
  readonly tell: (line: string) => void;
  /** Standard input. */
  readonly input: Readable;
}

/**
 * Runs one command.
 *
 * @returns The exit code.
 * @throws OperatorError for a model or a dataset that can't be used.
 */
export async function runTool(command: ToolCommand, world: ToolWorld): Promise<number> {
  const model = await openModel(nodeDisk, command.checkpoint, command.runs);
  switch (command.kind) {
    case "predict":
      await runPredict(command, model, world);
      return 0;
    case "evaluate":
      await runEvaluate(command, model, world);
      return 0;
    case "explain":
      await runExplain(command, model, world);
      return 0;
    case "export":
      await runExport(command, model, world);
      return 0;
    default:
      return assertNever(command);
  }
}

async function runPredict(
  command: PredictCommand,
  model: OpenedModel,
  { build, write, input, tell }: ToolWorld,
): Promise<void> {
  const { file, json } = command;
  const kernel = await loadKernel(build);
  const say = (said: Sentence) => tell(sayAtTerminal(said));
  if (isOnText(model)) {
    const readInput = async () => Buffer.concat(await input.toArray());
    return await continueText(kernel, model, command, {
      disk: nodeDisk,
      readInput,
      write,
      tell: say,
    });
  }
  const { path: place } = model;
  const stranger = (["prompt", "length", "temperature", "topK", "seed"] as const).find(
    (key) => command[key] !== undefined,
  );
  if (stranger !== undefined) {
    throw new OperatorError(sentence("only-for-texts", { setting: flagOf(stranger), path: place }));
  }
  if (file === undefined)
    throw new OperatorError(sentence("predict-file-missing", { path: place }));
  const read = { disk: nodeDisk, progress: say };
  const predict = async (path: string) =>
    await predictFile(kernel, model, { path, json, read, write });
  await (file === "-" ? withFileOf(input, predict) : predict(file));
}

/** Whether a model continues texts. */
function isOnText(model: OpenedModel): model is Parameters<typeof continueText>[1] & OpenedModel {
  return model.data?.preprocessing?.kind === "text";
}

async function runEvaluate(
  command: EvaluateCommand,
  model: OpenedModel,
  { build, write }: ToolWorld,
): Promise<void> {
  const [dataset, kernel] = await Promise.all([openFitting(command, model), loadKernel(build)]);
  const evaluation = evaluateModel(kernel, model, dataset);
  const { samples, testLoss, testMetrics } = evaluation;
  const { path: checkpoint, step, fingerprint } = model;
  if (command.json) {
    const { name } = dataset;
    await write(jsonLine({ checkpoint, step, fingerprint, dataset: name, ...evaluation }));
    return;
  }
  await write(
    `${checkpoint}: ${modelTitle(model.config.model)} after ${integer(step)} steps\n` +
      `${integer(samples)} test samples of ${dataset.name}: loss ${loss(testLoss)}, ${scored(testMetrics)}\n`,
  );
}

/** The figures by name: `accuracy 95.12 %`, `RMSE 2.8113, R² 0.874`. */
function scored(metrics: Figures): string {
  const { accuracy, perplexity } = metrics;
  if (perplexity !== undefined) return `${score(metrics)}, ${percent(accuracy ?? null)} guessed`;
  return accuracy === undefined ? score(metrics) : `accuracy ${score(metrics)}`;
}

async function runExplain(
  command: ExplainCommand,
  model: OpenedModel,
  { build, write }: ToolWorld,
): Promise<void> {
  if (isOnText(model)) throw new OperatorError(sentence("explain-no-texts", { path: model.path }));
  const [dataset, kernel] = await Promise.all([openFitting(command, model), loadKernel(build)]);
  const { count } = dataset.test;
  const { sample } = command;
  if (sample >= count) {
    const values = { sample: String(sample), dataset: dataset.name, last: String(count - 1) };
    throw new OperatorError(sentence("no-such-sample", values));
  }
  const { features, label } = sampleOf(dataset, sample);
  const explanation = explain(kernel, model, { features, label });
  if (command.json) return await write(jsonLine({ sample, label, ...explanation }));
  const about = {
    title: `Test sample ${sample} of ${dataset.name}`,
    features,
    shape: dataset.featureShape,
    ...wordsFor(dataset, { label, outputs: explanation.outputs }),
  };
  await write(`${explanationLines(about, explanation, command.check).join("\n")}\n`);
}

async function runExport(
  { format, to }: ExportCommand,
  model: OpenedModel,
  { write }: ToolWorld,
): Promise<void> {
  const { encode, extension } = formats[format];
  const bytes = encode(model);
  if (to === "-") return await write(bytes);
  const path = to ?? pathBeside(model, extension);
  try {
    await replaceFile(nodeDisk, path, bytes);
  } catch (error) {
    const why = { path, reason: systemReason(error) };
    throw new OperatorError(sentence("cannot-write", why), { cause: error });
  }
  await write(`${path}\n`);
}

async function loadKernel(build: string): Promise<Kernel> {
  return instantiateKernel(await readFile(join(build, "kernel.wasm")));
}

async function openFitting(
  command: EvaluateCommand | ExplainCommand,
  model: OpenedModel,
): Promise<Dataset> {
  const dataset = await openData(nodeDisk, model, command);
  const problem = checkModel(model.config, dataset);
  if (problem !== undefined) {
    const values = { path: model.path, dataset: dataset.name, reason: problem };
    throw new OperatorError(sentence("model-does-not-fit", values));
  }
  return dataset;
}

/** The sample's truth, its answer and its parts in the words of the data. */
function wordsFor(
  { target, preprocessing }: Dataset,
  { label, outputs }: { readonly label: number; readonly outputs: readonly number[] },
) {
  const names = preprocessing?.kind === "table" ? featureNamesOf(preprocessing) : undefined;
  const nameOf = (output: number) => target.names?.[output] ?? String(output);
  const inUnit = (output: number, value: number) => {
    const { mean, scale } = (target.kind === "values" && target.scales?.[output]) || noScale;
    return String(Number((value * scale + mean).toPrecision(6)));
  };
  const prediction = predictionOf(outputs, target);
  const isNumber = target.kind === "values";
  return {
    truth: isNumber ? inUnit(0, label) : nameOf(label),
    answer: prediction.kind === "class" ? prediction.answer : outputs.map(answerOf).join(", "),
    nameOf: outputs.length === 1 && target.kind === "classes" ? () => nameOf(1) : nameOf,
    valueOf: isNumber ? inUnit : (_output: number, value: number) => percent(value),
    featureOf: names === undefined ? undefined : (feature: number) => names[feature] ?? "",
  };

  function answerOf(value: number, output: number): string {
    return `${nameOf(output)} ${isNumber ? inUnit(output, value) : percent(value)}`;
  }
}

const noScale = { mean: 0, scale: 1 };

/** One test sample as the network sees it: a byte means `fround(byte / 255)`. */
function sampleOf({ test, featureCount }: Dataset, index: number) {
  const { features, targets } = test;
  const stored = features.subarray(index * featureCount, (index + 1) * featureCount);
  const scale = features instanceof Uint8Array ? 255 : 1;
  return {
    features: Float32Array.from(stored, (value) => value / scale),
    label: known(targets[index], "the sample exists"),
  };
}

function jsonLine(value: object): string {
  return `${JSON.stringify(value)}\n`;
}

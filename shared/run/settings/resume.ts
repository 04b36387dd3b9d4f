/**
 * @file What a resumed run may still be told. Its config is its checkpoint's; a setting that contradicts it is
 * refused, but for `epochs` and `steps`, which may extend the run.
 */
import { assert, known } from "../../assert.ts";
import { shown } from "../../error-text.ts";
import { checkModel } from "../../model/check.ts";
import { shorthandOf } from "../../model/dense-model.ts";
import { parameterCount } from "../../model/layout.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { OperatorError } from "../../operator-error.ts";
import { parametersMax } from "../../protocol/limits.ts";
import { type Sentence, sentence } from "../../words/sentence.ts";
import type { RunConfig } from "../config.ts";
import { defaultShardSize, planRun } from "../plan.ts";
import { spelled } from "./complete.ts";
import { hiddenWidths, scheduleDefaults } from "./defaults.ts";
import { flagOf, type Origin } from "./option.ts";
import { type OptionValue, valueText } from "./readers.ts";
import { type DatasetFacts, resolveRunConfig } from "./resolve.ts";
import {
  isRunKey,
  type RunKey,
  runOptions,
  type RunRequest,
  type RunSettings,
} from "./run-settings.ts";

/** A run config that goes on, and what the operator should know of it. */
export interface ResumedRun {
  readonly config: RunConfig;
  /** One line, when the run no longer ends as an uninterrupted one would. */
  readonly warning: Sentence | undefined;
}

/**
 * @param saved - The checkpoint's config.
 * @param facts - Of the dataset that was opened for it.
 * @throws OperatorError when the dataset is another one, or a setting contradicts the checkpoint.
 */
export function resolveResumedRun(
  request: RunRequest,
  saved: RunConfig,
  facts: DatasetFacts,
): ResumedRun {
  if (facts.sha256 !== saved.dataset.sha256) {
    const name = shown(saved.dataset.name);
    throw new OperatorError(
      request.given.dataset === undefined
        ? sentence("other-data-found", { name })
        : sentence("other-data", { dataset: spelled("dataset", request), name }),
    );
  }
  refuseContradictions(request, saved, facts);
  const config = extend(request, saved, facts);
  const extended = planRun(config, facts).totalSteps !== planRun(saved, facts).totalSteps;
  const warning =
    extended && saved.schedule.name === "cosine" ? sentence("extended-under-cosine") : undefined;
  return { config, warning };
}

/**
 * Holds a config that lay on the disk to the rules of one that is typed: whoever edits a file, or makes one up, may ask for
 * no more than a command line may.
 *
 * @param path - Of the file, for errors.
 * @throws OperatorError for the first value that no option takes, or that does not fit the dataset.
 */
export function refuseUnfit(saved: RunConfig, facts: DatasetFacts, path: string): void {
  const given: Record<string, OptionValue> = { epochs: saved.epochs, steps: saved.steps };
  const isOfSchedule = (key: string) => key in scheduleDefaults[saved.schedule.name];
  for (const [key, value] of Object.entries(settingsOf(saved))) {
    if (!(key in saved.schedule) || isOfSchedule(key)) given[key] = value;
  }
  // Of a batch smaller than that it is the default all the same, and may not be typed.
  if (saved.shardSize === defaultShardSize(saved.batchSize)) given["shardSize"] = "auto";
  const origins: Record<string, Origin> = {};
  for (const [key, value] of Object.entries(given)) {
    const label = `${path}: ${key}`;
    origins[key] = { from: "file", label };
    if (!isRunKey(key)) continue;
    const { expects, read } = runOptions[key].reader;
    if (read(valueText(value)) !== undefined) continue;
    const shownValue = shown(valueText(value));
    throw new OperatorError(
      sentence("checkpoint-setting", { setting: label, expects, given: shownValue }),
    );
  }
  resolveRunConfig({ given, origins }, facts);
  refuseUnfitModel(saved, facts, path);
}

/** For models that no option describes: what `resolveRunConfig` has checked of the others. */
function refuseUnfitModel(saved: RunConfig, facts: DatasetFacts, path: string): void {
  const count = parameterCount(saved.model);
  const problem =
    count > parametersMax
      ? sentence("model-too-large", { parameters: count, parametersMax })
      : checkModel(saved, facts);
  if (problem !== undefined) {
    throw new OperatorError(sentence("model-of-file", { path, reason: problem }));
  }
}

function refuseContradictions(request: RunRequest, saved: RunConfig, facts: DatasetFacts): void {
  const former = settingsOf(saved);
  const isIrrelevant = (key: RunKey) =>
    ["dataset", "epochs", "steps"].includes(key) ||
    // Without hidden layers there is nothing that it would follow, and so nothing to contradict.
    (key === "activation" && shorthandOf(saved.model)?.widths.length === 2);
  for (const key of Object.keys(request.given).filter(isRunKey)) {
    if (isIrrelevant(key)) continue;
    const now = valueText(resolved(key, request.given, saved, facts));
    const then = former[key];
    if (then !== undefined && valueText(then) === now) continue;
    const setting = spelled(key, request);
    throw new OperatorError(
      then === undefined
        ? sentence("contradicts-run-without", { setting })
        : sentence("contradicts-run-with", { setting, value: valueText(then) }),
    );
  }
}

/** A given value with its word for a number replaced by the number. */
function resolved(
  key: RunKey,
  given: RunSettings,
  saved: RunConfig,
  { trainCount, featureCount, classCount }: DatasetFacts,
): OptionValue {
  if (key === "batchSize" && given.batchSize === "full") return trainCount;
  if (key === "shardSize" && given.shardSize === "auto") return defaultShardSize(saved.batchSize);
  if (key === "layers" && given.layers === "auto") {
    return [featureCount, ...hiddenWidths, classCount];
  }
  return given[key] ?? null;
}

/** A model as options; nothing for one that is no shorthand. */
function modelSettingsOf(model: ModelConfig): Readonly<Record<string, OptionValue>> {
  const shorthand = shorthandOf(model);
  if (shorthand === undefined) return {};
  const { widths, activation, output } = shorthand;
  return { layers: widths, activation, outputActivation: output };
}

/** A run config as options: the inverse of resolving it. */
function settingsOf(config: RunConfig): Readonly<Record<string, OptionValue>> {
  const { name: optimizer, ...hyperparameters } = config.optimizer;
  const { name: schedule, ...scheduling } = config.schedule;
  return {
    ...modelSettingsOf(config.model),
    loss: config.loss.name,
    reduction: config.loss.reduction,
    optimizer,
    ...hyperparameters,
    schedule,
    ...scheduling,
    weightDecay: config.weightDecay,
    clipNorm: config.clipNorm,
    batchSize: config.batchSize,
    shardSize: config.shardSize,
    seed: config.seed,
  };
}

/** The saved config with the end that was asked for, which must not lie before its own. */
function extend(request: RunRequest, saved: RunConfig, facts: DatasetFacts): RunConfig {
  const { given } = request;
  if (given.epochs === undefined && given.steps === undefined) return saved;
  const before = planRun(saved, facts);
  // One of the two alone decides the end; the other must not cut it off.
  const steps = given.steps === undefined ? null : given.steps;
  const needed = Math.ceil((steps ?? 0) / before.stepsPerEpoch);
  const epochs = given.epochs ?? Math.max(saved.epochs, needed);
  const config = { ...saved, epochs, steps };
  const { totalSteps } = planRun(config, facts);
  if (totalSteps === before.totalSteps) return saved;
  if (totalSteps > before.totalSteps) return config;
  const key = known(
    (["steps", "epochs"] as const).find((name) => typeof given[name] === "number"),
    "a shorter run has a reason",
  );
  assert(before.totalSteps > 0, `a run has steps, got ${before.totalSteps}`);
  throw new OperatorError(
    sentence("ends-before", {
      setting: spelled(key, request),
      steps: before.totalSteps,
      epochs: saved.epochs,
      flag: flagOf(key),
    }),
  );
}

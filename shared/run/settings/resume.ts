/**
 * @file The settings that a resumed run accepts. Its config comes from its checkpoint. A setting that contradicts
 * it is refused, except `epochs` and `steps`, which may extend the run.
 */
import { assert, known } from "../../assert.ts";
import { shown } from "../../error-text.ts";
import { shorthandOf } from "../../model/dense-model.ts";
import { layoutOf, outputCount, parameterCount } from "../../model/layout.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { OperatorError } from "../../operator-error.ts";
import { learningRateAt } from "../../optimizers/schedule.ts";
import { parametersMax } from "../../protocol/limits.ts";
import { checkModel } from "../../tasks/check.ts";
import { type Sentence, sentence } from "../../words/sentence.ts";
import { restartsMax, type RunConfig, type ScheduleConfig } from "../config.ts";
import { innerRun } from "../local-steps.ts";
import { defaultShardSize, planRun } from "../plan.ts";
import { movesText } from "./augment-text.ts";
import { spelled } from "./complete.ts";
import { hiddenWidths, scheduleDefaults } from "./defaults.ts";
import { outputOf } from "./last-layer.ts";
import { modelChoice } from "./model/model-choice.ts";
import { presetLayers } from "./model/presets.ts";
import { flagOf, type Origin } from "./option.ts";
import { type OptionValue, valueText } from "./readers.ts";
import {
  balancedWeights,
  type DatasetFacts,
  isIdleDefault,
  resolveRunConfig,
  updatesOf,
} from "./resolve.ts";
import {
  isRunKey,
  type RunKey,
  runOptions,
  type RunRequest,
  type RunSettings,
} from "./run-settings.ts";

/** The config of a run that continues, and a warning for the operator. */
export interface ResumedRun {
  readonly config: RunConfig;
  /** One line, if the run no longer ends like an uninterrupted one. */
  readonly warning: Sentence | undefined;
}

/**
 * @param saved - The checkpoint's config.
 * @param facts - Facts about the dataset that was opened for it.
 * @throws OperatorError if the dataset is a different one, or a setting contradicts the checkpoint.
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
  return { config, warning: warningOf(config, saved, facts) };
}

/** What the rate does in an extended run, if that may surprise. */
function warningOf(config: RunConfig, saved: RunConfig, facts: DatasetFacts): Sentence | undefined {
  const [plan, before] = [planRun(config, facts), planRun(saved, facts)];
  if (plan.totalSteps === before.totalSteps) return undefined;
  if (saved.schedule.name === "cosine") {
    return sentence("extended-under-cosine", { step: before.totalSteps });
  }
  const { optimizer, schedule } = config;
  if (optimizer.name === "local-search") return undefined;
  const rate = optimizer.learningRate;
  const inner = innerRun(config, plan).plan;
  const last = learningRateAt(inner.totalSteps - 1, schedule, rate, inner);
  if (last >= rate * standstill) return undefined;
  return sentence("extended-at-standstill", { rate: last.toPrecision(2), start: String(rate) });
}

/** Below this share of its start, a rate changes hardly anything any more. */
const standstill = 1e-3;

/**
 * Checks a config from the disk against the rules of the command line, so that an edited or forged file cannot ask
 * for more than a command line may.
 *
 * @param path - Path of the file, for errors.
 * @throws OperatorError for the first value that no option accepts, or that does not fit the dataset.
 */
export function refuseUnfit(saved: RunConfig, facts: DatasetFacts, path: string): void {
  const given: Record<string, OptionValue> = { epochs: saved.epochs, steps: saved.steps };
  const isOfSchedule = (key: string) => key in scheduleDefaults[saved.schedule.name];
  const isListed = shorthandOf(saved.model) === undefined;
  for (const [key, value] of Object.entries(settingsOf(saved))) {
    // A list of layers is checked at the end, where its file is named.
    if (key === "model" && isListed) continue;
    if (!(key in saved.schedule) || isOfSchedule(key)) given[key] = value;
  }
  // A default shard size may be larger than a small batch, which could not be typed.
  if (saved.shardSize === defaultShardSize(saved.batchSize, saved.model))
    given["shardSize"] = "auto";
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

/** For models that no option describes: the checks that `resolveRunConfig` makes for the others. */
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
  const isListed = shorthandOf(saved.model) === undefined;
  const { layers } = saved.model;
  const former: Readonly<Record<string, OptionValue>> = {
    ...settingsOf(saved),
    ...(isListed ? { outputActivation: outputOf(layers) } : {}),
  };
  const isIrrelevant = (key: RunKey) =>
    ["dataset", "epochs", "steps"].includes(key) ||
    (isListed && isIdleDefault(key, request.given)) ||
    // Without hidden layers, the activation applies to nothing, so it cannot contradict anything.
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

/** A given value, with a word for a number replaced by the number. */
function resolved(
  key: RunKey,
  given: RunSettings,
  saved: RunConfig,
  facts: DatasetFacts,
): OptionValue {
  const { trainCount, featureCount } = facts;
  if (key === "batchSize" && given.batchSize === "full") return trainCount;
  if (key === "shardSize" && given.shardSize === "auto") {
    return defaultShardSize(saved.batchSize, saved.model);
  }
  if (key === "layers" && given.layers === "auto") {
    return [featureCount, ...hiddenWidths, outputCount(saved.model)];
  }
  if (key === "classWeights" && given.classWeights === "balanced") {
    return balancedWeights(facts) ?? "balanced";
  }
  if (key === "model") return resolvedModel(given.model ?? "mlp", saved.model);
  return given[key] ?? null;
}

/** The saved model as it is spelled there, if the text means the same layers: a preset, or a list in any form. */
function resolvedModel(text: string, saved: ModelConfig): OptionValue {
  const choice = modelChoice(text);
  if (choice === undefined || choice.kind === "mlp") return text;
  const width = known(layoutOf(saved).outputShape.at(-1), "an output has a shape");
  const layers =
    choice.kind === "layers"
      ? choice.layers
      : presetLayers(choice.preset, { output: outputOf(saved.layers), width });
  const isSame = JSON.stringify(layers) === JSON.stringify(saved.layers);
  return isSame ? (modelSettingsOf(saved)["model"] ?? text) : text;
}

/** A model as options; empty if it has no shorthand. */
function modelSettingsOf(model: ModelConfig): Readonly<Record<string, OptionValue>> {
  const shorthand = shorthandOf(model);
  if (shorthand === undefined) return { model: JSON.stringify(model.layers) };
  const { widths, activation, output } = shorthand;
  return { model: "mlp", layers: widths, activation, outputActivation: output };
}

/** A run config as options: the inverse of resolving. */
function settingsOf(config: RunConfig): Readonly<Record<string, OptionValue>> {
  const { name: optimizer, ...hyperparameters } = config.optimizer;
  const { name: schedule, ...scheduling } = config.schedule;
  return {
    ...modelSettingsOf(config.model),
    loss: config.loss.name,
    reduction: config.loss.reduction,
    labelSmoothing: config.labelSmoothing,
    classWeights: config.classWeights,
    optimizer,
    ...hyperparameters,
    schedule,
    ...scheduling,
    weightDecay: config.weightDecay,
    l1: config.l1,
    augment: config.augment === null ? null : movesText(config.augment),
    clipNorm: config.clipNorm,
    ...localSettingsOf(config),
    delay: config.delay,
    batchSize: config.batchSize,
    shardSize: config.shardSize,
    patience: config.patience,
    wire: config.wire,
    seed: config.seed,
    initWeights: config.initWeights,
    freeze: config.freeze,
  };
}

function localSettingsOf({ localSteps }: RunConfig): Readonly<Record<string, OptionValue>> {
  if (localSteps === null) return { localSteps: null };
  const { steps, ...rest } = localSteps;
  return { localSteps: steps, ...rest };
}

/** The schedule beyond its former end: a cosine, which has reached its own end there, begins again. */
function continued(
  schedule: ScheduleConfig,
  formerEnd: number,
  request: RunRequest,
): ScheduleConfig {
  if (schedule.name !== "cosine") return schedule;
  const restarts = [...schedule.restarts, formerEnd];
  if (restarts.length <= restartsMax) return { ...schedule, restarts };
  const key = request.given.epochs === undefined ? "steps" : "epochs";
  throw new OperatorError(
    sentence("too-many-restarts", { setting: spelled(key, request), most: restartsMax }),
  );
}

/** The saved config with the requested end, which must not be before its own end. */
function extend(request: RunRequest, saved: RunConfig, facts: DatasetFacts): RunConfig {
  const { given } = request;
  if (given.epochs === undefined && given.steps === undefined) return saved;
  const before = planRun(saved, facts);
  // If only one of the two is given, it alone decides the end; the other must not cut it off.
  const steps = given.steps === undefined ? null : given.steps;
  const needed = Math.ceil((steps ?? 0) / before.stepsPerEpoch);
  const epochs = given.epochs ?? Math.max(saved.epochs, needed);
  const config = { ...saved, epochs, steps };
  const { totalSteps } = planRun(config, facts);
  if (totalSteps === before.totalSteps) return saved;
  if (totalSteps > before.totalSteps) {
    const formerEnd = updatesOf(saved, facts);
    return { ...config, schedule: continued(saved.schedule, formerEnd, request) };
  }
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

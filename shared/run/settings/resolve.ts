/**
 * @file From a run request and the dataset to the run config. Pure. Every contradiction between the two is refused
 * here, in one line. Nothing is adjusted silently: a batch larger than the data is refused, not cut.
 */
import { assert, known } from "../../assert.ts";
import type { Target } from "../../data/dataset.ts";
import { pictureShapeOf } from "../../data/picture.ts";
import type { Augment } from "../../model/augment/augment.ts";
import { denseModel } from "../../model/dense-model.ts";
import { sizeOf } from "../../model/layer-kind.ts";
import { frozenPart, layoutOf, parameterCount, placeLayers } from "../../model/layout.ts";
import type { ModelConfig } from "../../model/model-config.ts";
import { modelSchema } from "../../model/model-schema.ts";
import { OperatorError } from "../../operator-error.ts";
import { parametersMax } from "../../protocol/limits.ts";
import { checkModel, targetsSaid } from "../../tasks/check.ts";
import { type TaskConfig, taskOf } from "../../tasks/task.ts";
import { outputWidths } from "../../tasks/tasks.ts";
import { type Sentence, sentence } from "../../words/sentence.ts";
import { classWeightsMax, type RunConfig, runConfigSchema } from "../config.ts";
import { innerRun } from "../local-steps.ts";
import { defaultShardSize, planRun } from "../plan.ts";
import { movesOf } from "./augment-text.ts";
import { type CompleteSettings, completeRun, labelOf, spelled } from "./complete.ts";
import { withDataRecipe } from "./data-recipe.ts";
import {
  hiddenWidths,
  optimizerDefaults,
  runDefaults,
  scheduleDefaults,
  scheduleUnused,
} from "./defaults.ts";
import { type LastLayer, outputOf, resolveLastLayer } from "./last-layer.ts";
import { type ModelChoice, modelChoice } from "./model/model-choice.ts";
import { presetLayers, presets } from "./model/presets.ts";
import { oneOfThese } from "./readers.ts";
import type { RunKey, RunRequest, RunSettings } from "./run-settings.ts";

/** The facts about a dataset that planning a run needs. */
export interface DatasetFacts {
  readonly name: string;
  /** SHA-256 of the canonical bytes, lower-case hex. */
  readonly sha256: string;
  readonly featureCount: number;
  /** Absent: not known, so not that of pictures. */
  readonly featureShape?: readonly number[];
  readonly target: Target;
  /** Training samples of each class, if it has classes. Absent: not known. */
  readonly classCounts?: readonly number[] | undefined;
  /** Whether the samples are rows of a table. */
  readonly isTable?: boolean;
  /** Samples of the training split, ≥ 1. */
  readonly trainCount: number;
  /** Samples of the validation split, if there is one. */
  readonly validationCount?: number;
  /** Samples of the test split, ≥ 1. */
  readonly testCount: number;
}

/**
 * The run config for a request and a dataset, with every default resolved.
 *
 * `layers: auto` is `[featureCount, 16, 16, outputs]`, `batchSize: full` is the size of the training split,
 * `shardSize: auto` is `defaultShardSize`. If only steps are given, there are as many epochs as they need.
 *
 * @throws OperatorError if the request contradicts itself or the dataset.
 */
export function resolveRunConfig(asked: RunRequest, facts: DatasetFacts): RunConfig {
  const request = withDataRecipe(asked, facts);
  const settings = completeRun(request);
  const task = taskOf(facts.target);
  const choice = known(modelChoice(settings.model), "a model that was read");
  if (choice.kind === "mlp" && task.kind === "tokens") {
    throw new OperatorError(sentence("mlp-for-text"));
  }
  if (choice.kind !== "mlp") refuseWidths(request);
  if (settings.layers !== "auto") refuseUnfitLayers(settings.layers, request, facts);
  const widthGiven = settings.layers === "auto" ? undefined : settings.layers.at(-1);
  const last = resolveLastLayer(withOutputOf(choice, request), task, widthGiven);
  const model =
    choice.kind === "mlp"
      ? resolveModel(settings, last, request, facts)
      : resolveLayers(choice, { last, request, task, facts });
  const batchSize = resolveBatchSize(settings, request, facts);
  const shardSize = resolveShardSize(settings, request, batchSize, model);
  const localSteps = resolveLocalSteps(settings, request, batchSize, facts);
  const { stepsPerEpoch } = planRun({ batchSize, localSteps, epochs: 1, steps: null }, facts);
  const config = runConfigSchema.safeParse({
    dataset: { name: facts.name, sha256: facts.sha256 },
    task,
    model,
    loss: { name: last.loss, reduction: settings.reduction },
    labelSmoothing: settings.labelSmoothing,
    classWeights: resolveWeights(settings.classWeights, request, facts),
    optimizer: pick(settings.optimizer, settings, optimizerDefaults[settings.optimizer]),
    schedule: {
      ...scheduleUnused,
      ...pick(settings.schedule, settings, scheduleDefaults[settings.schedule]),
    },
    weightDecay: settings.weightDecay,
    l1: settings.l1,
    augment: resolveAugment(settings, request, facts),
    clipNorm: settings.clipNorm,
    localSteps,
    delay: settings.delay,
    batchSize,
    shardSize,
    epochs: resolveEpochs(settings, request, stepsPerEpoch),
    steps: settings.steps,
    patience: settings.patience,
    seed: settings.seed,
    initWeights: settings.initWeights,
    init: null,
    freeze: settings.freeze,
    wire: settings.wire,
  });
  assert(config.success, `the options' readers and the schema disagree: ${config.error?.message}`);
  const resolved =
    request.given.warmupSteps === undefined ? withFittingWarmup(config.data, facts) : config.data;
  refuseLongWarmup(resolved, request, facts);
  refuseStrayRestarts(resolved, request, facts);
  refuseStraySmoothing(resolved, request);
  refuseFullFreeze(resolved, request);
  refuseBlindPatience(resolved, request, facts);
  return resolved;
}

/** The changes of training pictures, with the pictures' shape. */
function resolveAugment(
  { augment }: CompleteSettings,
  request: RunRequest,
  { name, featureShape = [] }: DatasetFacts,
): Augment | null {
  if (augment === null) return null;
  const setting = spelled("augment", request);
  const picture = pictureShapeOf(featureShape);
  if (picture === undefined || picture.isPlanar) {
    throw new OperatorError(sentence("augment-no-pictures", { setting, dataset: name }));
  }
  const { height, width, channels } = picture;
  const { flip, shift, crop } = known(movesOf(augment), "the reader has checked it");
  const side = Math.min(height, width);
  if (Math.max(shift, crop) >= side) {
    throw new OperatorError(sentence("augment-too-far", { setting, side: String(side) }));
  }
  return { flip, shift, crop, height, width, channels };
}

/** The layers given by the widths and the two activations. */
function resolveModel(
  { layers, activation }: CompleteSettings,
  { output, width }: LastLayer,
  request: RunRequest,
  { featureCount }: DatasetFacts,
): ModelConfig {
  const widths = layers === "auto" ? [featureCount, ...hiddenWidths, width] : layers;
  const model = denseModel({ widths, activation, output });
  const count = parameterCount(model);
  if (layers !== "auto" && count > parametersMax) {
    const setting = spelled("layers", request);
    throw new OperatorError(
      sentence("too-many-parameters", { setting, parameters: count, parametersMax }),
    );
  }
  return model;
}

/**
 * A list of layers says its last activation itself.
 *
 * @throws OperatorError if another one is asked for.
 */
function withOutputOf(choice: ModelChoice, request: RunRequest): RunRequest {
  if (choice.kind !== "layers") return request;
  const output = outputOf(choice.layers);
  const { outputActivation = output } = request.given;
  if (outputActivation !== output) {
    const setting = spelled("outputActivation", request);
    throw new OperatorError(sentence("output-of-list", { setting, output }));
  }
  return { ...request, given: { ...request.given, outputActivation } };
}

/** Whether a value is the default of a setting that belongs to `mlp` alone: nobody asks for anything by it. */
export function isIdleDefault(key: RunKey, { [key]: value }: RunSettings): boolean {
  return (key === "layers" || key === "activation") && value === runDefaults[key];
}

/** Widths and the activation of hidden layers belong to `mlp` alone. */
function refuseWidths(request: RunRequest): void {
  for (const key of ["layers", "activation"] as const) {
    if (request.given[key] === undefined || isIdleDefault(key, request.given)) continue;
    const model = spelled("model", request);
    throw new OperatorError(sentence("only-for-mlp", { setting: spelled(key, request), model }));
  }
}

interface Resolving {
  readonly last: LastLayer;
  readonly request: RunRequest;
  readonly task: TaskConfig;
  readonly facts: DatasetFacts;
}

/** The layers of a preset or of a list, on samples in the shape that fits them. */
function resolveLayers(
  choice: Exclude<ModelChoice, { kind: "mlp" }>,
  { last, request, task, facts }: Resolving,
): ModelConfig {
  const { featureCount, featureShape = [featureCount] } = facts;
  const layers = choice.kind === "layers" ? choice.layers : presetLayers(choice.preset, last);
  const asPicture = { inputShape: picturesLast(featureShape), layers };
  const asVector = { inputShape: [featureCount], layers };
  const problemOf = (model: ModelConfig) =>
    checkModel({ model, loss: { name: last.loss }, task }, facts) ?? problemOfSize(model);
  const fitting = [asVector, asPicture].find((model) => problemOf(model) === undefined);
  if (fitting !== undefined) return fitting;
  const closest = "misfit" in placeLayers(asVector) ? asPicture : asVector;
  const problem = needsText(choice, task) ?? known(problemOf(closest), "none of them fits");
  // Most lists are longer than a line, and the reason names the layer.
  const isList = choice.kind === "layers";
  const setting = isList ? labelOf("model", request.origins) : spelled("model", request);
  throw new OperatorError(
    sentence("model-unfit", { setting, dataset: facts.name, reason: problem }),
  );
}

function needsText(choice: ModelChoice, { kind }: TaskConfig): Sentence | undefined {
  const isReader = choice.kind === "preset" && presets[choice.preset.name].reads === "text";
  return isReader && kind !== "tokens" ? sentence("reads-text") : undefined;
}

/** Only a shape whose channels come last is a picture for a layer. */
function picturesLast(featureShape: readonly number[]): readonly number[] {
  const isPlanar = pictureShapeOf(featureShape)?.isPlanar === true;
  return isPlanar ? [sizeOf(featureShape)] : featureShape;
}

function problemOfSize(model: ModelConfig): Sentence | undefined {
  const count = parameterCount(model);
  if (count > parametersMax)
    return sentence("model-too-large", { parameters: count, parametersMax });
  return modelSchema.safeParse(model).success ? undefined : sentence("model-too-long");
}

function refuseUnfitLayers(
  layers: readonly number[],
  request: RunRequest,
  { name, featureCount, target }: DatasetFacts,
): void {
  const setting = spelled("layers", request);
  if (layers[0] !== featureCount) {
    const values = { dataset: name, features: featureCount, width: String(featureCount) };
    throw new OperatorError(sentence("layers-first", { setting, ...values }));
  }
  const widths = outputWidths(taskOf(target));
  if (!widths.includes(layers.at(-1) ?? 0)) {
    const values = {
      dataset: name,
      targets: targetsSaid(target),
      width: oneOfThese(widths.map(String)),
    };
    throw new OperatorError(sentence("layers-last", { setting, ...values }));
  }
}

function resolveBatchSize(
  { batchSize }: CompleteSettings,
  request: RunRequest,
  { name, trainCount }: DatasetFacts,
): number {
  if (batchSize === "full") return trainCount;
  if (request.given.batchSize === undefined) return Math.min(batchSize, trainCount);
  if (batchSize <= trainCount) return batchSize;
  throw new OperatorError(
    sentence("batch-too-large", {
      setting: spelled("batchSize", request),
      samples: trainCount,
      dataset: name,
      most: String(trainCount),
    }),
  );
}

function resolveShardSize(
  { shardSize }: CompleteSettings,
  request: RunRequest,
  batchSize: number,
  model: ModelConfig,
): number {
  if (shardSize === "auto") return defaultShardSize(batchSize, model);
  if (request.given.shardSize === undefined) return Math.min(shardSize, batchSize);
  if (shardSize <= batchSize) return shardSize;
  throw new OperatorError(
    sentence("shard-too-large", {
      setting: spelled("shardSize", request),
      samples: batchSize,
      most: String(batchSize),
    }),
  );
}

/** Every replica has a sample of a whole batch, and an epoch has at least one exchange. */
function resolveLocalSteps(
  { localSteps: steps, outerLearningRate, outerMomentum, replicas }: CompleteSettings,
  request: RunRequest,
  batchSize: number,
  { trainCount }: DatasetFacts,
): RunConfig["localSteps"] {
  if (steps === null) return null;
  const batches = Math.ceil(trainCount / batchSize);
  if (steps > batches) {
    const setting = spelled("localSteps", request);
    throw new OperatorError(sentence("local-steps-too-many", { setting, batches }));
  }
  const count = known(replicas, "local steps have their defaults");
  if (request.given.replicas !== undefined && count > batchSize) {
    const setting = spelled("replicas", request);
    throw new OperatorError(sentence("replicas-too-many", { setting, batchSize }));
  }
  return {
    steps,
    replicas: Math.min(count, batchSize),
    outerLearningRate: known(outerLearningRate, "local steps have their defaults"),
    outerMomentum: known(outerMomentum, "local steps have their defaults"),
  };
}

/** How many steps of the optimizer a run makes one after the other: as many as it has batches. */
export function updatesOf(config: RunConfig, facts: DatasetFacts): number {
  return innerRun(config, planRun(config, facts)).plan.totalSteps;
}

/** If only a number of steps is given, the run has exactly that many steps. */
function resolveEpochs(
  { epochs, steps }: CompleteSettings,
  { given }: RunRequest,
  stepsPerEpoch: number,
): number {
  return given.epochs === undefined && steps !== null ? Math.ceil(steps / stepsPerEpoch) : epochs;
}

/** The warm-up of a recipe is at most a twentieth of the run. */
function withFittingWarmup(config: RunConfig, facts: DatasetFacts): RunConfig {
  const { schedule } = config;
  const most = Math.floor(updatesOf(config, facts) / 20);
  return {
    ...config,
    schedule: { ...schedule, warmupSteps: Math.min(schedule.warmupSteps, most) },
  };
}

function refuseLongWarmup(config: RunConfig, request: RunRequest, facts: DatasetFacts): void {
  const totalSteps = updatesOf(config, facts);
  if (config.schedule.warmupSteps < totalSteps || config.schedule.warmupSteps === 0) return;
  throw new OperatorError(
    sentence("warmup-too-long", { setting: spelled("warmupSteps", request), steps: totalSteps }),
  );
}

/**
 * `balanced` class weights: samples / (classes · samples of the class), so that all classes weigh the same and a sample
 * 1 on average. A class without samples gets 1. `undefined` if the classes are not known, or too many.
 */
export function balancedWeights({
  classCounts,
  trainCount,
}: DatasetFacts): readonly number[] | undefined {
  if (classCounts === undefined || classCounts.length > classWeightsMax) return undefined;
  const classes = classCounts.length;
  return classCounts.map((samples) => (samples === 0 ? 1 : trainCount / (classes * samples)));
}

function resolveWeights(
  weights: CompleteSettings["classWeights"],
  request: RunRequest,
  facts: DatasetFacts,
): readonly number[] | null {
  if (weights === null) return null;
  const { target } = facts;
  const setting = () => spelled("classWeights", request);
  if (target.kind !== "classes") {
    throw new OperatorError(sentence("weights-need-classes", { setting: setting() }));
  }
  const { count } = target;
  const found = weights === "balanced" ? balancedWeights(facts) : weights;
  if (found?.length === count) return found;
  const values = { setting: setting(), classes: count, most: classWeightsMax };
  throw new OperatorError(sentence("weights-count", values));
}

/** Only classes can be smoothed. */
function refuseStraySmoothing({ task, labelSmoothing }: RunConfig, request: RunRequest): void {
  if (labelSmoothing === 0 || task.kind === "classes") return;
  const setting = spelled("labelSmoothing", request);
  throw new OperatorError(sentence("smoothing-needs-classes", { setting }));
}

/** The test data must not decide when a run ends. */
function refuseBlindPatience(
  { patience }: RunConfig,
  request: RunRequest,
  { validationCount = 0 }: DatasetFacts,
): void {
  if (patience === null || validationCount > 0) return;
  const setting = spelled("patience", request);
  throw new OperatorError(sentence("patience-needs-validation", { setting }));
}

/** At least one layer is trained. */
function refuseFullFreeze({ model, freeze }: RunConfig, request: RunRequest): void {
  const { layers } = frozenPart(layoutOf(model), freeze);
  if (freeze < layers) return;
  const setting = spelled("freeze", request);
  throw new OperatorError(sentence("freeze-all", { setting, layers }));
}

/** Each half cosine has at least one step. */
function refuseStrayRestarts(config: RunConfig, request: RunRequest, facts: DatasetFacts): void {
  const { warmupSteps, restarts } = config.schedule;
  const totalSteps = updatesOf(config, facts);
  if (restarts.every((step) => step > warmupSteps && step < totalSteps)) return;
  throw new OperatorError(
    restartsSaid(spelled("restarts", request), {
      least: warmupSteps + 1,
      most: totalSteps - 1,
      steps: totalSteps,
    }),
  );
}

/** Why the restarts of a run with this many steps are not from `least` to `most`; there may be no such step. */
function restartsSaid(
  setting: Sentence,
  { least, most, steps }: { readonly least: number; readonly most: number; readonly steps: number },
): Sentence {
  if (least > most) return sentence("restarts-without-room", { setting, steps });
  if (least === most) return sentence("restart-outside", { setting, step: String(least) });
  return sentence("restarts-outside", { setting, least: String(least), most: String(most) });
}

/** The name and the settings that belong to it. */
function pick(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  keys: object,
): Record<string, unknown> {
  return { name, ...Object.fromEntries(Object.keys(keys).map((key) => [key, settings[key]])) };
}

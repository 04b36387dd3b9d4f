/**
 * @file The table of the settings that determine a run's result. One row gives a setting its reader and its help.
 * Its flag, its environment variable, its key in the run file and its field on the dashboard follow from its name,
 * so they can't drift apart.
 */
import { hiddenActivations, outputActivations } from "../../model/dense-model.ts";
import { weightDraws } from "../../model/initialize.ts";
import { lossNames } from "../../model/loss.ts";
import { type Sentence, sentence } from "../../words/sentence.ts";
import { delayMax, optimizerNames, scheduleNames } from "../config.ts";
import { wireNames } from "../wire.ts";
import { moves } from "./augment-text.ts";
import type { DataSettings } from "./data-settings.ts";
import { modelText } from "./model/model-choice.ts";
import { type Origins, row, type Settings } from "./option.ts";
import {
  fraction,
  integer,
  layerWidths,
  listed,
  noneOr,
  notNegative,
  oneOf,
  positive,
  share,
  stepList,
  text,
  weightList,
  wordOr,
} from "./readers.ts";

const count = integer({ min: 1 });

/** The settings from which the run config is resolved. */
export const runOptions = {
  /** Which names exist depends on the loaders of the program. */
  dataset: row(
    "Data",
    "<name>",
    text(sentence("expects-dataset-name"), /^[^\0]+$/u),
    "what to train on",
  ),

  model: row(
    "Network",
    "<name>",
    modelText,
    "mlp, cnn or resnet for pictures, gpt for text; with settings: cnn:channels=32,dropout=0.5",
  ),
  layers: row(
    "Network",
    "<widths>",
    wordOr("auto", layerWidths),
    "of mlp: inputs, hidden …, outputs",
    {
      list: true,
    },
  ),
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

  initWeights: row(
    "Network",
    "<name>",
    oneOf(weightDraws),
    `how the first weights are drawn: ${listed(weightDraws)}`,
  ),

  labelSmoothing: row(
    "Network",
    "<share>",
    fraction,
    "share of a class's target that is spread over all classes",
  ),
  classWeights: row(
    "Network",
    "<weights>",
    noneOr(wordOr("balanced", weightList)),
    "what a sample's loss is multiplied by: balanced, or a number for each class",
    { list: true },
  ),
  freeze: row(
    "Network",
    "<count>",
    integer({ min: 0 }),
    "layers that stay as they are, counted from the first",
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
    "neighbours tried per step",
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
  finalFraction: row(
    "Optimizer",
    "<number>",
    share,
    "share of the rate: the least of step, the end of cosine",
  ),
  restarts: row("Optimizer", "<steps>", stepList, "of cosine: steps at which it begins again", {
    list: true,
  }),
  weightDecay: row("Optimizer", "<rate>", notNegative, "L2: adds rate · w to the gradient"),
  l1: row("Optimizer", "<rate>", notNegative, "L1: adds rate · sign(w) to the gradient"),
  clipNorm: row("Optimizer", "<norm>", noneOr(positive), "longest gradient (L2), or none"),

  augment: row(
    "Run",
    "<moves>",
    noneOr(moves),
    "change training pictures: flip, shift=2, crop=4, or none",
    { list: true },
  ),
  batchSize: row("Run", "<count>", wordOr("full", count), "samples of one step, or full"),
  localSteps: row(
    "Run",
    "<count>",
    noneOr(count),
    "batches that replicas train on before they are averaged: fewer bytes; or none",
  ),
  replicas: row("Run", "<count>", count, "of local steps: they share each batch"),
  outerLearningRate: row(
    "Run",
    "<rate>",
    positive,
    "of local steps: how far the parameters follow the replicas' mean",
  ),
  outerMomentum: row("Run", "<μ>", fraction, "of local steps: Nesterov's momentum of that"),
  delay: row(
    "Run",
    "<steps>",
    integer({ min: 0, max: delayMax }),
    "by which a gradient is late: with 1, workers compute while results travel",
  ),
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
  patience: row(
    "Run",
    "<count>",
    noneOr(count),
    "end when the validation loss has not improved for so many epochs, with the best parameters",
  ),
  wire: row(
    "Run",
    "<form>",
    oneOf(wireNames),
    "in which parameters and gradients travel: float32, float16 for half the bytes, or int8 for a quarter",
  ),
  seed: row(
    "Run",
    "<number>",
    integer({}),
    "seed of the first parameters and of the samples' order",
  ),
};

export type RunKey = keyof typeof runOptions;
export type RunSettings = Settings<typeof runOptions>;

/** A requested run, before the dataset is known. `resolveRunConfig` resolves it. */
export interface RunRequest {
  /** Only the given values. Defaults are added when it is resolved, because a resumed run has its own. */
  readonly given: RunSettings;
  /** How its data become a dataset. Absent: as the loader does by default. */
  readonly data?: DataSettings;
  /** Of the settings of both kinds. */
  readonly origins: Origins;
  /** Whether a large model needs a confirmation: a form is quickly filled in. */
  readonly asksFirst?: boolean;
}

/** In the order of the help. */
export const runKeys = Object.keys(runOptions).filter(isRunKey);

/** The name of a setting on a page. A new setting needs a sentence with this code, or it does not compile. */
export function settingName(key: RunKey): Sentence {
  return sentence(`setting-${key}`);
}

export function isRunKey(key: string): key is RunKey {
  return Object.hasOwn(runOptions, key);
}

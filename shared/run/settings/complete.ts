/**
 * @file Fills a run request with the defaults that need no dataset, and refuses contradictions. Values that are
 * still `auto` wait for the dataset.
 */
import { known } from "../../assert.ts";
import { shown } from "../../error-text.ts";
import type { OutputActivation } from "../../model/dense-model.ts";
import { fusedKindOf, type LossName } from "../../model/loss.ts";
import { OperatorError } from "../../operator-error.ts";
import { type Sentence, sentence, type Value } from "../../words/sentence.ts";
import type { OptimizerConfig, ScheduleConfig } from "../config.ts";
import {
  optimizerDefaults,
  recipe,
  recipeFinalFraction,
  runDefaults,
  scheduleDefaults,
} from "./defaults.ts";
import { flagOf, type Origins } from "./option.ts";
import { oneOfThese, valueText } from "./readers.ts";
import { isRunKey, type RunKey, type RunRequest, type RunSettings } from "./run-settings.ts";

/** The options of a run with their defaults. Options that the optimizer or the schedule doesn't have are absent. */
export type CompleteSettings = RunSettings & {
  readonly [Key in keyof typeof runDefaults | "loss" | "outputActivation" | "optimizer"]: Exclude<
    RunSettings[Key],
    undefined
  >;
};

/** @throws OperatorError for settings that contradict each other. */
export function completeRun({ given, origins }: RunRequest): CompleteSettings {
  const optimizer = given.optimizer ?? recipe.optimizer;
  const tuned = given.optimizer === undefined ? recipe : {};
  const { schedule } = { ...runDefaults, ...tuned, ...given };
  const isRecipe = given.optimizer === undefined && schedule === recipe.schedule;
  refuseStrangers({ given, origins }, optimizer, schedule);
  const { beta } = given;
  return {
    ...runDefaults,
    ...partners(given, origins),
    ...scheduleDefaults[schedule],
    ...(isRecipe ? { finalFraction: recipeFinalFraction } : {}),
    ...optimizerDefaults[optimizer],
    ...tuned,
    // An exponential average by default.
    ...(optimizer === "momentum" && beta !== undefined ? { dampening: beta } : {}),
    ...given,
    optimizer,
    schedule,
  };
}

/** An option as the operator gave it, for an error: `--beta1 0.9`. */
export function spelled(key: RunKey, { given, origins }: RunRequest): Sentence {
  const value = shown(valueText(given[key] ?? null));
  return sentence("setting-with-value", { setting: labelOf(key, origins), value });
}

export function labelOf(key: string, origins: Origins): Value {
  return origins[key]?.label ?? flagOf(key);
}

const byOptimizer: Readonly<Record<string, object>> = optimizerDefaults;
const bySchedule: Readonly<Record<string, object>> = scheduleDefaults;
/** Options that shape a gradient or its rate. */
const gradientKeys = ["schedule", "warmupSteps", "weightDecay", "l1", "clipNorm"];

function refuseStrangers(
  request: RunRequest,
  optimizer: OptimizerConfig["name"],
  schedule: ScheduleConfig["name"],
): void {
  for (const key of Object.keys(request.given).filter(isRunKey)) {
    refuseStranger(request, key, { option: "optimizer", chosen: optimizer, table: byOptimizer });
    refuseStranger(request, key, { option: "schedule", chosen: schedule, table: bySchedule });
    if (optimizer === "local-search" && gradientKeys.includes(key) && !isNeutral(request, key)) {
      throw new OperatorError(sentence("needs-gradient", { setting: spelled(key, request) }));
    }
  }
}

/** Values that change nothing. `--print-config` writes them for every optimizer. */
function isNeutral({ given }: RunRequest, key: RunKey): boolean {
  const value = given[key];
  return value === "constant" || value === 0 || value === null;
}

function refuseStranger(
  request: RunRequest,
  key: RunKey,
  choice: {
    readonly option: "optimizer" | "schedule";
    readonly chosen: string;
    readonly table: Readonly<Record<string, object>>;
  },
): void {
  const owners = Object.keys(choice.table).filter((name) => key in known(choice.table[name], name));
  if (owners.length === 0 || owners.includes(choice.chosen)) return;
  const { option, chosen } = choice;
  const values = { setting: spelled(key, request), chosen, owners: oneOfThese(owners) };
  throw new OperatorError(
    option === "optimizer"
      ? sentence("not-for-optimizer", values)
      : sentence("not-for-schedule", values),
  );
}

const outputOfLoss: Readonly<Record<LossName, OutputActivation>> = {
  cce: "softmax",
  bce: "sigmoid",
  mse: "sigmoid",
  mae: "sigmoid",
};
const lossOfOutput: Readonly<Record<OutputActivation, LossName>> = {
  softmax: "cce",
  sigmoid: "bce",
  tanh: "mse",
  relu: "mse",
  linear: "mse",
};

/**
 * The loss and the last layer's activation. Each defaults to what suits the other; without either they are cce and
 * softmax.
 */
function partners(
  given: RunSettings,
  origins: Origins,
): { readonly loss: LossName; readonly outputActivation: OutputActivation } {
  const loss = given.loss ?? lossOfOutput[given.outputActivation ?? "softmax"];
  const outputActivation = given.outputActivation ?? outputOfLoss[loss];
  const needed = fusedKindOf(loss);
  if (needed !== undefined && outputActivation !== needed) {
    const withValue = (key: RunKey, value: string) =>
      sentence("setting-with-value", { setting: labelOf(key, origins), value });
    throw new OperatorError(
      sentence("loss-needs-output", {
        loss: withValue("loss", loss),
        output: withValue("outputActivation", outputActivation),
        needed,
      }),
    );
  }
  return { loss, outputActivation };
}

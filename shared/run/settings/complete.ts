/**
 * @file Fills a run request with the defaults that need no dataset, and refuses contradictions. Values that are
 * still `auto` wait for the dataset.
 */
import { known } from "../../assert.ts";
import { shown } from "../../error-text.ts";
import { fusedKindOf } from "../../model/loss.ts";
import { OperatorError } from "../../operator-error.ts";
import { type Sentence, sentence, type Value } from "../../words/sentence.ts";
import type { OptimizerConfig, ScheduleConfig } from "../config.ts";
import {
  localStepsDefaults,
  optimizerDefaults,
  recipe,
  recipeFinalFraction,
  recipes,
  runDefaults,
  scheduleDefaults,
} from "./defaults.ts";
import { modelChoice } from "./model/model-choice.ts";
import { flagOf, type Origins } from "./option.ts";
import { oneOfThese, valueText } from "./readers.ts";
import { isRunKey, type RunKey, type RunRequest, type RunSettings } from "./run-settings.ts";

/**
 * The options of a run with their defaults. Absent are options that the optimizer or the schedule doesn't have, and
 * the loss and the last activation unless they are given: they follow from the task.
 */
export type CompleteSettings = RunSettings & {
  readonly [Key in keyof typeof runDefaults | "optimizer"]: Exclude<RunSettings[Key], undefined>;
};

/** @throws OperatorError for settings that contradict each other. */
export function completeRun({ given, origins }: RunRequest): CompleteSettings {
  const tuned = given.optimizer === undefined ? recipeFor(given) : {};
  const optimizer = given.optimizer ?? tuned.optimizer ?? recipe.optimizer;
  const { schedule } = { ...runDefaults, ...tuned, ...given };
  const isRecipe = given.optimizer === undefined && schedule === recipe.schedule;
  refuseStrangers({ given, origins }, optimizer, schedule);
  refuseContradiction(given, origins);
  refuseStrayReplicas({ given, origins });
  refuseDelayedReplicas({ given, origins });
  const { beta } = given;
  return {
    ...runDefaults,
    ...(typeof given.localSteps === "number" ? localStepsDefaults : {}),
    ...scheduleDefaults[schedule],
    ...(isRecipe ? { finalFraction: recipeFinalFraction } : {}),
    ...optimizerDefaults[optimizer],
    ...fitting(tuned, schedule),
    // An exponential average by default.
    ...(optimizer === "momentum" && beta !== undefined ? { dampening: beta } : {}),
    ...given,
    optimizer,
    schedule,
  };
}

function recipeFor({ model = runDefaults.model, epochs, localSteps }: RunSettings): RunSettings {
  const choice = known(modelChoice(model), "a model that was read");
  const tuned: RunSettings = recipes[choice.kind === "preset" ? choice.preset.name : choice.kind];
  // Its steps must not cut off the epochs that are asked for.
  if (epochs !== undefined) return { ...tuned, steps: null };
  // They have one batch each, and local steps have several.
  const { steps = null } = tuned;
  if (steps === null || typeof localSteps !== "number") return tuned;
  return { ...tuned, steps: Math.ceil(steps / localSteps) };
}

/** A recipe without what belongs to its own schedule alone, if another one is asked for. */
function fitting(tuned: RunSettings, schedule: ScheduleConfig["name"]): RunSettings {
  const own = known(bySchedule[schedule], schedule);
  const isForeign = (key: string) => {
    return !(key in own) && Object.values(bySchedule).some((keys) => key in keys);
  };
  return Object.fromEntries(Object.entries(tuned).filter(([key]) => !isForeign(key)));
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
const gradientKeys = [
  "schedule",
  "warmupSteps",
  "weightDecay",
  "l1",
  "clipNorm",
  "freeze",
  "localSteps",
  "delay",
];
/** Options of local steps. */
const replicaKeys = ["replicas", "outerLearningRate", "outerMomentum"] as const;

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

function refuseStrayReplicas(request: RunRequest): void {
  if (typeof request.given.localSteps === "number") return;
  for (const key of replicaKeys) {
    if (request.given[key] === undefined) continue;
    const setting = spelled(key, request);
    const option = labelOf("localSteps", request.origins);
    throw new OperatorError(sentence("needs-local-steps", { setting, option }));
  }
}

/** Replicas are far apart when they are averaged, and the next ones start from that average. */
function refuseDelayedReplicas(request: RunRequest): void {
  if (typeof request.given.localSteps !== "number" || (request.given.delay ?? 0) === 0) return;
  const [setting, other] = [spelled("delay", request), spelled("localSteps", request)];
  throw new OperatorError(sentence("delayed-replicas", { setting, other }));
}

/** @throws OperatorError if a loss is given that is computed together with another activation than the one given. */
export function refuseContradiction(
  { loss, outputActivation }: Pick<RunSettings, "loss" | "outputActivation">,
  origins: Origins,
): void {
  if (loss === undefined || outputActivation === undefined) return;
  const needed = fusedKindOf(loss);
  if (needed === undefined || outputActivation === needed) return;
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

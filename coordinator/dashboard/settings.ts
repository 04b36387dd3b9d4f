/**
 * @file The form of the next run as texts that are named like the command line's options: from the run that is shown, and
 * back to the settings of another one. Pure.
 */
import { shorthandOf } from "../../shared/model/dense-model.ts";
import type { ModelConfig } from "../../shared/model/model-config.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { defaultShardSize } from "../../shared/run/plan.ts";
import { movesText } from "../../shared/run/settings/augment-text.ts";
import {
  optimizerDefaults,
  recipe,
  runDefaults,
  scheduleDefaults,
} from "../../shared/run/settings/defaults.ts";
import type { OptionValue } from "../../shared/run/settings/readers.ts";
import type { RunKey } from "../../shared/run/settings/run-settings.ts";

/** The settings that a page may choose: all of a run, and of the data the one that names nothing on a disk. */
export type FormKey = RunKey | "validation";

/** An empty text means the default. */
export type FormValues = Readonly<Partial<Record<FormKey, string>>>;

/** The values of a run, so that an unchanged form gives the same run again, bit for bit. */
export function formOf(config: RunConfig, validation: number | null = null): FormValues {
  const { model, loss, optimizer, schedule, augment, batchSize, shardSize } = config;
  const { name, ...hyperparameters } = optimizer;
  const isChosen = shardSize !== defaultShardSize(batchSize, model);
  const values: Partial<Record<FormKey, OptionValue>> = {
    dataset: config.dataset.name,
    validation,
    ...modelFormOf(model),
    loss: loss.name,
    reduction: loss.reduction,
    optimizer: name,
    ...hyperparameters,
    ...schedule,
    schedule: schedule.name,
    augment: augment === null ? null : movesText(augment),
    shardSize: isChosen ? shardSize : null,
    localSteps: null,
    ...localFormOf(config),
    ...Object.fromEntries(plainKeys.map((key) => [key, config[key]])),
  };
  const texts = formKeys.map((key) => [key, String(values[key] ?? "")] as const);
  const form: FormValues = Object.fromEntries(texts);
  return Object.fromEntries(texts.map(([key, text]) => [key, belongs(key, form) ? text : ""]));
}

/** The settings that are in a run config as they are. */
const plainKeys = [
  "labelSmoothing",
  "classWeights",
  "weightDecay",
  "l1",
  "clipNorm",
  "batchSize",
  "epochs",
  "steps",
  "patience",
  "seed",
  "initWeights",
  "freeze",
  "delay",
  "wire",
] as const satisfies readonly (RunKey & keyof RunConfig)[];

function localFormOf({ localSteps }: RunConfig): Partial<Record<FormKey, OptionValue>> {
  if (localSteps === null) return {};
  const { steps, ...rest } = localSteps;
  return { localSteps: steps, ...rest };
}

/** A model that no widths and activations describe is a list of layers. */
function modelFormOf(model: ModelConfig): FormValues {
  const shorthand = shorthandOf(model);
  if (shorthand === undefined) return { model: JSON.stringify(model.layers) };
  const { widths, activation, output } = shorthand;
  return { model: "", layers: widths.join(","), activation, outputActivation: output };
}

/** Settings of local steps. */
const replicaKeys = ["replicas", "outerLearningRate", "outerMomentum"] as const;

/** In the order of the form. */
export const formKeys = [
  "dataset",
  "layers",
  "activation",
  "outputActivation",
  "loss",
  "optimizer",
  "learningRate",
  "batchSize",
  "epochs",
  "seed",
  "validation",
  "augment",
  "classWeights",
  "labelSmoothing",
  "patience",
  "steps",
  "model",
  "initWeights",
  "freeze",
  "reduction",
  "schedule",
  "warmupSteps",
  "decayEpochs",
  "decayFactor",
  "finalFraction",
  "restarts",
  "weightDecay",
  "l1",
  "clipNorm",
  "beta",
  "beta1",
  "beta2",
  "epsilon",
  "dampening",
  "decoupledDecay",
  "candidates",
  "sigma",
  "localSteps",
  ...replicaKeys,
  "delay",
  "shardSize",
  "wire",
] as const satisfies readonly FormKey[];

/** Whether the chosen optimizer and schedule have such a setting. */
export function belongs(key: FormKey, form: FormValues): boolean {
  const { optimizer = "", schedule = "" } = form;
  const chosen = optimizer === "" ? recipe.optimizer : optimizer;
  const byDefault = optimizer === "" ? recipe.schedule : runDefaults.schedule;
  if (chosen === "local-search" && [...gradientKeys, ...localKeys].includes(key)) return false;
  const hasReplicas = ![undefined, "", "none"].includes(form.localSteps);
  if (!hasReplicas && localKeys.slice(1).includes(key)) return false;
  if (hasReplicas && key === "delay") return false;
  return (
    isIn(optimizerDefaults, chosen, key) &&
    isIn(scheduleDefaults, schedule === "" ? byDefault : schedule, key)
  );
}

/** Settings that shape a gradient. */
const scheduleKeys = ["schedule", ...Object.values(scheduleDefaults).flatMap(Object.keys)];
const gradientKeys = [...scheduleKeys, "weightDecay", "l1", "clipNorm", "delay"];
const localKeys: readonly string[] = ["localSteps", ...replicaKeys];

/** Whether a row of the table has the key, or none has it. */
function isIn(table: Readonly<Record<string, object>>, name: string, key: string): boolean {
  const rows = Object.entries(table).filter(([, row]) => key in row);
  return rows.length === 0 || rows.some(([owner]) => owner === name);
}

const optimizerKeys = [...gradientKeys, ...Object.values(optimizerDefaults).flatMap(Object.keys)];

/** Settings whose values were chosen for the value of another one. */
const dependents: Readonly<Partial<Record<FormKey, readonly string[]>>> = {
  dataset: ["validation", "augment", "classWeights"],
  // Each kind of model has an optimizer and epochs of its own by default.
  model: ["layers", "activation", "outputActivation", "optimizer", ...optimizerKeys, "epochs"],
  optimizer: optimizerKeys,
  schedule: scheduleKeys.slice(1),
  batchSize: ["shardSize"],
  localSteps: replicaKeys,
  epochs: ["steps"],
};

/**
 * What changes in the form because the reader changed one field: values of the current run that belong to the old value
 * are forgotten, and come back with it. What the reader typed stays.
 *
 * @param current - The form of the current run.
 * @returns Only the fields that change.
 */
export function consequences(changed: FormKey, form: FormValues, current: FormValues): FormValues {
  const isBack = form[changed] === current[changed];
  const keys = formKeys.filter((key) => dependents[changed]?.includes(key) === true);
  const [from, to] = isBack ? [{}, current] : [current, {}];
  const same = keys.filter((key) => (form[key] ?? "") === (from[key] ?? ""));
  return Object.fromEntries(same.map((key) => [key, to[key] ?? ""]));
}

/** The settings in which a comma separates values, or that are names. In every other one it is a decimal comma. */
const listKeys: ReadonlySet<string> = new Set([
  "dataset",
  "layers",
  "model",
  "augment",
  "classWeights",
  "restarts",
]);

/** A decimal number as the command line reads it, also where people write `0,01`. */
function withPoint(text: string): string {
  return text.replace(/^([+-]?\d*),(\d+(?:e[+-]?\d+)?)$/iu, "$1.$2");
}

/** The settings of a new run. */
export function settingsFor(form: FormValues): Readonly<Record<string, string>> {
  return Object.fromEntries(
    formKeys.flatMap((key) => {
      const text = form[key]?.trim() ?? "";
      if (text === "" || !belongs(key, form)) return [];
      return [[key, listKeys.has(key) ? text : withPoint(text)]];
    }),
  );
}

/** @file Converts a run config to texts named like the command line's options, and back from a form. Pure. */
import { shorthandOf } from "../../shared/model/dense-model.ts";
import type { ModelConfig } from "../../shared/model/model-config.ts";
import { modelTitle } from "../../shared/model/title.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { defaultShardSize } from "../../shared/run/plan.ts";
import { movesText } from "../../shared/run/settings/augment-text.ts";
import { scheduleDefaults } from "../../shared/run/settings/defaults.ts";

export type FormValues = Readonly<Record<string, string>>;

/** The values of a run that the form shows. */
export function formOf(config: RunConfig): FormValues {
  const { dataset, model, loss, optimizer, batchSize, epochs, seed } = config;
  return {
    dataset: dataset.name,
    ...modelFormOf(model),
    loss: loss.name,
    optimizer: optimizer.name,
    learningRate: optimizer.name === "local-search" ? "" : String(optimizer.learningRate),
    batchSize: String(batchSize),
    epochs: String(epochs),
    seed: String(seed),
  };
}

/** A model without a shorthand is shown as its layers; sent back as widths, it is refused. */
function modelFormOf(model: ModelConfig): FormValues {
  const shorthand = shorthandOf(model);
  if (shorthand === undefined) return { layers: modelTitle(model) };
  const { widths, activation, output } = shorthand;
  return { layers: widths.join(","), activation, outputActivation: output };
}

/** The fields with a decimal number. In every other one, a comma separates values. */
const decimalKeys: ReadonlySet<string> = new Set(["learningRate"]);

/** A decimal number as the command line reads it, also where people write `0,01`. */
function withPoint(text: string): string {
  return text.replace(/^([+-]?\d*),(\d+(?:e[+-]?\d+)?)$/iu, "$1.$2");
}

/**
 * The settings of a new run: the form's values, plus the current run's settings that the form does not show, as far
 * as they still apply to the form's choices. An unchanged form gives the same run again, bit for bit.
 *
 * @param form - An empty value means the default.
 */
export function settingsFor(form: FormValues, config: RunConfig): FormValues {
  const shown = Object.entries(form)
    .filter(([, value]) => value !== "")
    .map(([key, value]) => [key, decimalKeys.has(key) ? withPoint(value) : value]);
  const { optimizer, schedule, weightDecay, l1, clipNorm, batchSize, shardSize } = config;
  const kept: [string, unknown][] = [
    ["reduction", config.loss.reduction],
    ["initWeights", config.initWeights],
    ["freeze", config.freeze],
    ["labelSmoothing", config.labelSmoothing],
    ["classWeights", form["dataset"] === config.dataset.name ? config.classWeights : null],
    ["patience", config.patience],
  ];
  if (form["dataset"] === config.dataset.name) {
    kept.push(["augment", config.augment === null ? null : movesText(config.augment)]);
  }
  const isChosen = shardSize !== defaultShardSize(batchSize, config.model);
  if (isChosen && form["batchSize"] === String(batchSize)) kept.push(["shardSize", shardSize]);
  if (form["epochs"] === String(config.epochs)) kept.push(["steps", config.steps]);
  if (form["optimizer"] === optimizer.name) {
    const { name, ...hyperparameters } = optimizer;
    kept.push(...Object.entries(hyperparameters).filter(([key]) => key !== "learningRate"));
    if (name !== "local-search") {
      kept.push(["schedule", schedule.name], ["weightDecay", weightDecay]);
      kept.push(["l1", l1], ["clipNorm", clipNorm]);
      const belonging = Object.keys(scheduleDefaults[schedule.name]);
      kept.push(...Object.entries(schedule).filter(([key]) => belonging.includes(key)));
    }
  }
  const texts = kept
    .filter(([, value]) => value !== null)
    .map(([key, value]) => [key, String(value)]);
  return Object.fromEntries([...texts, ...shown]);
}

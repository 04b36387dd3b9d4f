/** @file Defaults that depend on the kind of the data: what a text is read by, and how long a table is trained on. */
import { known } from "../../assert.ts";
import type { Target } from "../../data/dataset.ts";
import { OperatorError } from "../../operator-error.ts";
import { sentence } from "../../words/sentence.ts";
import { labelOf, spelled } from "./complete.ts";
import type { DataSettings } from "./data-settings.ts";
import { runDefaults, scheduleDefaults, tableStepsMin } from "./defaults.ts";
import { modelChoice } from "./model/model-choice.ts";
import type { RunRequest } from "./run-settings.ts";

/** The request with the defaults of such data. */
export function withDataRecipe(
  request: RunRequest,
  facts: { readonly isTable?: boolean; readonly target: Target; readonly trainCount: number },
): RunRequest {
  if (facts.target.kind === "tokens") return withTextRecipe(request);
  return facts.isTable === true ? withTableRecipe(request, facts) : request;
}

/** Only one of the named models reads text. Widths and activations ask for another. */
function withTextRecipe(request: RunRequest): RunRequest {
  const { model, layers, activation } = request.given;
  if ([model, layers, activation].some((value) => value !== undefined)) return request;
  return { ...request, given: { ...request.given, model: "gpt" } };
}

/**
 * Tables are small: 20 epochs of a few batches would end long before the network has learned anything. So the recipe
 * for them is as many epochs as make `tableStepsMin` steps, with its schedule stretched to their number.
 */
function withTableRecipe(
  request: RunRequest,
  { trainCount }: { readonly trainCount: number },
): RunRequest {
  const { given } = request;
  const { optimizer, model, schedule, decayEpochs, epochs, steps } = given;
  const isRecipe = [optimizer, model, schedule, decayEpochs, epochs].every(
    (value) => value === undefined,
  );
  if (!isRecipe || (steps ?? null) !== null) return request;
  const { batchSize = runDefaults.batchSize } = given;
  const stepsPerEpoch = batchSize === "full" ? 1 : Math.ceil(trainCount / batchSize);
  const enough = Math.max(runDefaults.epochs, Math.ceil(tableStepsMin / stepsPerEpoch));
  const between = known(scheduleDefaults.step.decayEpochs, "the default of the schedule");
  const stretched = (between * enough) / runDefaults.epochs;
  return { ...request, given: { ...given, epochs: enough, decayEpochs: Math.round(stretched) } };
}

/**
 * The settings of a text's data. `gpt:context=128` is another spelling of `--context 128`.
 *
 * @throws OperatorError if model and data name different contexts.
 */
export function textSettings(request: RunRequest): DataSettings {
  const { given, data = {}, origins } = request;
  const choice = given.model === undefined ? undefined : modelChoice(given.model);
  const context = choice?.kind === "preset" ? choice.preset.settings["context"] : undefined;
  if (context === undefined) return data;
  if (data.context !== undefined && data.context !== context) {
    const other = sentence("setting-with-value", {
      setting: labelOf("context", origins),
      value: String(data.context),
    });
    throw new OperatorError(
      sentence("contexts-differ", { model: spelled("model", request), other }),
    );
  }
  return { ...data, context };
}

/** @file Defaults that depend on the kind of the data: what a text is read by, and how long a table is trained on. */
import { known } from "../../assert.ts";
import type { Target } from "../../data/dataset.ts";
import { runDefaults, scheduleDefaults, tableStepsMin } from "./defaults.ts";
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

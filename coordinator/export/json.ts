/**
 * @file A trained model as JSON, for programs without a library: its layers, and each tensor as a flat list of
 * numbers, row by row, in PyTorch's names and layout. Each number reads back to the same float32.
 */
import { toTorch } from "../storage/torch-layout.ts";
import type { TrainedModel } from "./trained-model.ts";

export function encodeJson({
  config,
  step,
  parameters,
  fingerprint,
  data: description,
}: TrainedModel): Uint8Array<ArrayBuffer> {
  const tensors = [...toTorch(parameters, config.model)].map(([name, { shape, data }]) => {
    return [name, { shape, data: [...data] }] as const;
  });
  const text = JSON.stringify({
    model: config.model,
    dataset: config.dataset.name,
    step,
    fingerprint,
    ...description,
    tensors: Object.fromEntries(tensors),
  });
  return new TextEncoder().encode(`${text}\n`);
}

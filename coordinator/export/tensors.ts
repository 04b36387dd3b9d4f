/**
 * @file A trained model as safetensors: its parameters alone, in PyTorch's names and layout. Unlike a checkpoint it
 * can't be trained further, and is a fraction of its size.
 */
import { encodeSafetensors } from "../../shared/safetensors.ts";
import { toTorch } from "../storage/torch-layout.ts";
import { descriptionOf, type TrainedModel } from "./trained-model.ts";

export function encodeTensors(model: TrainedModel): Uint8Array<ArrayBuffer> {
  const metadata = descriptionOf(model).set("format", "pt");
  return encodeSafetensors({ metadata, tensors: toTorch(model.parameters, model.config.model) });
}

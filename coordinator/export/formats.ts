/** @file The table of formats in which a trained model leaves the program. A new format takes its own file and one row. */
import type { ExportFormat } from "../options.ts";
import { encodeJson } from "./json.ts";
import { encodeNpz } from "./npz.ts";
import { encodeOnnxModel } from "./onnx.ts";
import { encodeTensors } from "./tensors.ts";
import type { TrainedModel } from "./trained-model.ts";

interface FormatRow {
  readonly extension: string;
  /** Equal models give equal bytes. */
  readonly encode: (model: TrainedModel) => Uint8Array<ArrayBuffer>;
}

export const formats = {
  onnx: { extension: ".onnx", encode: encodeOnnxModel },
  safetensors: { extension: ".safetensors", encode: encodeTensors },
  npz: { extension: ".npz", encode: encodeNpz },
  json: { extension: ".json", encode: encodeJson },
} as const satisfies Readonly<Record<ExportFormat, FormatRow>>;

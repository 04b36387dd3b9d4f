/**
 * @file The parameters with which a run begins, from a file instead of a draw: one of our checkpoints, or a
 * safetensors file with PyTorch's names and layout (`torch.nn.Sequential`'s `state_dict`).
 */
import { FormatError } from "../../shared/format-error.ts";
import { layoutOf } from "../../shared/model/layout.ts";
import type { ModelConfig } from "../../shared/model/model-config.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { decodeSafetensors, type Tensor } from "../../shared/safetensors.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { decodeCheckpoint } from "./checkpoint.ts";
import type { Disk } from "./disk.ts";
import { fromTorch, toTorch } from "./torch-layout.ts";

export interface InitFile {
  readonly path: string;
  /** Whether the last layer with parameters keeps its draw, because it is a new one. */
  readonly newLastLayer: boolean;
}

/** So many misfits are named. */
const misfitsNamedMax = 6;

/**
 * Reads the parameters of a model from a file.
 *
 * @param drawn - What would be the initial parameters without the file, shape `[parameterCount]`.
 * @throws OperatorError if the file can't be read, or one of its tensors does not fit the model.
 */
export async function readInitFile(
  disk: Disk,
  { path, newLastLayer }: InitFile,
  model: ModelConfig,
  drawn: Float32Array,
): Promise<Float32Array> {
  const tensors = await readTensors(disk, path);
  const wanted = toTorch(drawn, model);
  const last = layoutOf(model).layers.findLast((layer) => layer.tensors.length > 0);
  const isNew = (name: string) => newLastLayer && name.startsWith(`${last?.name}.`);
  const misfits = [...wanted]
    .filter(
      ([name, { shape }]) => !isNew(name) && shapeIn(tensors, name) !== `[${shape.join(", ")}]`,
    )
    .map(([name, { shape }]) => `${name} ${shapeIn(tensors, name)} → [${shape.join(", ")}]`);
  const strangers = [...tensors.keys()]
    .filter((name) => !wanted.has(name))
    .map((name) => `${name} ${shapeIn(tensors, name)} → –`);
  const all = [...misfits, ...strangers];
  if (all.length > 0) {
    const named = all.length > misfitsNamedMax ? [...all.slice(0, misfitsNamedMax), "…"] : all;
    throw new OperatorError(sentence("init-misfit", { path, misfits: named }));
  }
  return fromTorch((name, shape) => {
    const data = isNew(name) ? undefined : tensors.get(name)?.data;
    if (data instanceof Float32Array && data.every((value) => Number.isFinite(value))) return data;
    if (data === undefined) return wanted.get(name)?.data ?? new Float32Array(shape.length);
    throw new OperatorError(sentence("init-values", { path, name }));
  }, model);
}

/** `[16, 784]`, or a dash if the file lacks the tensor. */
function shapeIn(tensors: ReadonlyMap<string, Tensor>, name: string): string {
  const tensor = tensors.get(name);
  return tensor === undefined ? "–" : `[${tensor.shape.join(", ")}]`;
}

async function readTensors(disk: Disk, path: string): Promise<ReadonlyMap<string, Tensor>> {
  let bytes: Uint8Array;
  try {
    bytes = await disk.readFile(path);
  } catch (error) {
    const reason = systemReason(error);
    throw new OperatorError(sentence("init-unreadable", { path, reason }), { cause: error });
  }
  try {
    const { metadata, tensors } = decodeSafetensors(bytes);
    if (!metadata.has("promedioCheckpoint")) return tensors;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const reason = error.said;
    throw new OperatorError(sentence("init-not-safetensors", { path, reason }), { cause: error });
  }
  const decoded = decodeCheckpoint(bytes);
  if (decoded.ok) return toTorch(decoded.checkpoint.parameters, decoded.checkpoint.config.model);
  throw new OperatorError(sentence("checkpoint-damaged", { path, reason: decoded.reason }));
}

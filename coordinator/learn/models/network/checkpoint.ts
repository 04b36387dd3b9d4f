/**
 * @file The lecture's network in a file: a checkpoint of a run, or the `state_dict` of the same network that PyTorch has
 * saved as safetensors. Pure.
 */
import { FormatError } from "../../../../shared/format-error.ts";
import { decodeSafetensors, type Safetensors } from "../../../../shared/safetensors.ts";
import { stages } from "../lecture-network.ts";
import { lectureParameterCount } from "../parameter-place.ts";
import type { Snapshot } from "./lecture.ts";

/**
 * Reads a file.
 *
 * @param bytes - The whole file; untrusted.
 * @returns The network and its committed steps, 0 if the file does not say; `undefined` if it is no safetensors file, or
 *   not of 784 → 16 → 16 → 10 with sigmoid.
 */
export function networkIn(bytes: Uint8Array): Snapshot | undefined {
  try {
    const file = decodeSafetensors(bytes);
    const parameters = parametersIn(file);
    if (parameters === undefined || !isSigmoid(file)) return undefined;
    const step = Number(file.metadata.get("step") ?? 0);
    return { step: Number.isSafeInteger(step) && step >= 0 ? step : 0, parameters };
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** The tensors in one vector. PyTorch keeps the transpose of our weights. */
function parametersIn({ tensors }: Safetensors): Float32Array | undefined {
  const parameters = new Float32Array(lectureParameterCount);
  for (const [i, { inputs, units, start, biases }] of stages.entries()) {
    // Between two layers of weights there is one of sigmoids.
    const weight = tensors.get(`${2 * i}.weight`);
    const bias = tensors.get(`${2 * i}.bias`);
    if (weight?.shape.join() !== `${units},${inputs}` || bias?.shape.join() !== `${units}`) {
      return undefined;
    }
    const isFloat = weight.data instanceof Float32Array && bias.data instanceof Float32Array;
    if (!isFloat) return undefined;
    for (let at = 0; at < units * inputs; at++) {
      const [unit, input] = [Math.floor(at / inputs), at % inputs];
      parameters[start + input * units + unit] = Number(weight.data[at]);
    }
    for (let unit = 0; unit < units; unit++) parameters[biases + unit] = Number(bias.data[unit]);
  }
  return parameters.every((value) => Number.isFinite(value)) ? parameters : undefined;
}

/** Whether the layers between are sigmoids. A file of PyTorch does not say, and is believed. */
function isSigmoid({ metadata }: Safetensors): boolean {
  const config = metadata.get("config") ?? "";
  const named = [...config.matchAll(/"(?:kind|activation)":"([\w-]+)"/gu)];
  return named.every(([, name = ""]) => expected.has(name));
}

/** What a config of the lecture's network names: its layers, and what it learns. */
const expected: ReadonlySet<string> = new Set(["dense", "sigmoid", "softmax", "classes"]);

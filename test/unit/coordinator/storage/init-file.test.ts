import { describe, expect, test } from "vitest";

import { encodeCheckpoint } from "../../../../coordinator/storage/checkpoint.ts";
import { readInitFile } from "../../../../coordinator/storage/init-file.ts";
import { toTorch } from "../../../../coordinator/storage/torch-layout.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { frozenPart, layoutOf } from "../../../../shared/model/layout.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import { encodeSafetensors, type Tensor } from "../../../../shared/safetensors.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { memoryDisk } from "../../../support/sim/memory-disk.ts";
import { checkpointAt } from "./checkpoint-fixture.ts";

const { model } = testConfig({ layers: [6, 5, 4, 3] });
const { model: wider } = testConfig({ layers: [6, 5, 4, 7] });
const parameters = initialParameters(model, 1);
const drawn = initialParameters(wider, 2);
const fileOf = (tensors: ReadonlyMap<string, Tensor>) =>
  encodeSafetensors({ metadata: new Map([["format", "pt"]]), tensors });
const torch = fileOf(toTorch(parameters, model));

async function read(bytes: Uint8Array, into = model, newLastLayer = false) {
  const disk = memoryDisk(new Map([["/a.safetensors", bytes]]));
  const file = { path: "/a.safetensors", newLastLayer };
  return await readInitFile(disk, file, into, initialParameters(into, 2));
}

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error: unknown = await reading.catch((thrown: unknown) => thrown);
  if (error instanceof OperatorError) return error.message;
  throw new Error("it was read", { cause: error });
}

describe("a file to begin with", () => {
  test("of PyTorch gives the parameters that were saved, bit for bit", async () => {
    expect(await read(torch)).toEqual(parameters);
  });

  test("that is a checkpoint gives its parameters, without the optimizer's state", async () => {
    const checkpoint = checkpointAt(7);
    const from = await read(encodeCheckpoint(checkpoint), checkpoint.config.model);
    expect(from).toEqual(checkpoint.parameters);
  });

  test("gives all but a last layer of 7 classes instead of 3, which keeps its draw", async () => {
    const from = await read(torch, wider, true);
    const { parameterCount } = frozenPart(layoutOf(wider), 2);
    expect(parameterCount).toBe(6 * 5 + 5 + 5 * 4 + 4);
    expect(from.subarray(0, parameterCount)).toEqual(parameters.subarray(0, parameterCount));
    expect(from.subarray(parameterCount)).toEqual(drawn.subarray(parameterCount));
  });

  test("with another last layer is refused with the tensors that differ", async () => {
    expect(await refusal(read(torch, wider))).toBe(
      "/a.safetensors doesn't fit the model (tensor, shape in the file → in the model): 4.weight [3, 4] → [7, 4], 4.bias [3] → [7]; give the same --layers, or draw a changed last layer anew with --new-last-layer",
    );
  });

  test("with one tensor too few and one of another name is refused with both", async () => {
    const tensors = new Map(toTorch(parameters, model));
    const { shape, data } = tensors.get("0.bias")!;
    tensors.delete("0.bias");
    tensors.set("fc1.bias", { shape, data });
    expect(await refusal(read(fileOf(tensors)))).toContain(
      "0.bias – → [5], fc1.bias [5] → –; give the same --layers",
    );
  });

  test("with float64 or infinite values is refused", async () => {
    const tensors: ReadonlyMap<string, Tensor> = toTorch(parameters, model);
    const bias = { shape: [5], data: new Float64Array(5) };
    const line =
      "/a.safetensors: 0.bias must have finite float32 values; save the model in float32";
    expect(await refusal(read(fileOf(new Map(tensors).set("0.bias", bias))))).toBe(line);
    const infinite = { shape: [5], data: new Float32Array(5).fill(Infinity) };
    expect(await refusal(read(fileOf(new Map(tensors).set("0.bias", infinite))))).toBe(line);
  });

  test("that is text, or a checkpoint with one changed byte, is refused", async () => {
    expect(await refusal(read(new TextEncoder().encode("hello, world")))).toMatch(
      /^\/a\.safetensors is not a safetensors file /u,
    );
    const { config } = checkpointAt(7);
    const bytes = encodeCheckpoint(checkpointAt(7));
    bytes[bytes.length - 1]! ^= 1;
    expect(await refusal(read(bytes, config.model))).toMatch(/is damaged/u);
  });
});

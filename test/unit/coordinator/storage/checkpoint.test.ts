import { describe, expect, test } from "vitest";

import { sha256OfParts } from "../../../../coordinator/sha256.ts";
import {
  decodeCheckpoint,
  encodeCheckpoint,
  fingerprintOf,
} from "../../../../coordinator/storage/checkpoint.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import { decodeSafetensors, encodeSafetensors } from "../../../../shared/safetensors.ts";
import { stride } from "../../../../test/support/fixtures/effort.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import { checkpointAt, config } from "./checkpoint-fixture.ts";

const checkpoint = checkpointAt(123);
const modelOf = (...widths: readonly number[]) =>
  denseModel({ widths, activation: "relu", output: "softmax" });
/** As encoded inside the file's own JSON. */
const jsonInJson = (value: unknown) => JSON.stringify(JSON.stringify(value)).slice(1, -1);

/** Corrects a changed file's own hash. */
function resign(bytes: Buffer): Buffer {
  const offset = bytes.indexOf('"sha256":"') + 10;
  bytes.write("0".repeat(64), offset);
  bytes.write(sha256OfParts(bytes), offset);
  return bytes;
}

describe("encodeCheckpoint", () => {
  test("returns its input, 14 parameters and 1 state tensor, bit for bit", () => {
    const decoded = decodeCheckpoint(encodeCheckpoint(checkpoint));
    expect(decoded).toEqual({
      ok: true,
      checkpoint,
      fingerprint: fingerprintOf(checkpoint.parameters),
    });
  });

  test("has the names, shapes and order of nn.Sequential's 8 tensors", () => {
    const { metadata, tensors } = decodeSafetensors(encodeCheckpoint(checkpoint));
    expect(metadata.get("format")).toBe("pt");
    expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual({
      "0.weight": [2, 3],
      "0.bias": [2],
      "2.weight": [2, 2],
      "2.bias": [2],
      "optimizer.velocity.0.weight": [2, 3],
      "optimizer.velocity.0.bias": [2],
      "optimizer.velocity.2.weight": [2, 2],
      "optimizer.velocity.2.bias": [2],
    });
    expect(tensors.get("optimizer.velocity.0.weight")?.data).toEqual(
      Float32Array.of(-0, -2, -4, -1, -3, -5),
    );
    expect(tensors.get("optimizer.velocity.2.bias")?.data).toEqual(Float32Array.of(-12, -13));
  });

  test("gives equal states equal bytes", () => {
    expect(encodeCheckpoint(structuredClone(checkpoint))).toEqual(encodeCheckpoint(checkpoint));
  });
});

describe("decodeCheckpoint", () => {
  test("detects a flip of one bit, in every byte of the file", () => {
    const bytes = encodeCheckpoint(checkpoint);
    const unnoticed: number[] = [];
    // Every seventh bit is one or two of each byte, and another one in the next.
    for (let bit = 0; bit < bytes.length * 8; bit += stride(7)) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      if (decodeCheckpoint(bytes).ok) unnoticed.push(bit);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(unnoticed).toEqual([]);
    expect(decodeCheckpoint(bytes).ok).toBe(true);
  });

  test("refuses every length but the right one", () => {
    const bytes = encodeCheckpoint(checkpoint);
    const longer = new Uint8Array(bytes.length + 1);
    longer.set(bytes);
    const accepted: number[] = [];
    for (let length = 0; length <= longer.length; length++) {
      if (decodeCheckpoint(longer.subarray(0, length)).ok) accepted.push(length);
    }
    expect(accepted).toEqual([bytes.length]);
  });

  test("says that another program's file is not a checkpoint", () => {
    const bytes = encodeSafetensors({ metadata: new Map([["format", "pt"]]), tensors: new Map() });
    expect(inEnglish(decodeCheckpoint(bytes))).toEqual({
      ok: false,
      reason: "it has no hash of itself",
    });
  });

  test("refuses parameters of another model even if all hashes are right", () => {
    const model = modelOf(2, 3, 1);
    const other = encodeCheckpoint({
      ...checkpoint,
      config: { ...config, model },
      parameters: new Float32Array(13),
      optimizerState: new Map(),
    });
    const [its, another] = [model, modelOf(3, 2, 1)].map(jsonInJson);
    const text = Buffer.from(other).toString("latin1").replace(its!, another!);
    const forged = resign(Buffer.from(text, "latin1"));
    expect(inEnglish(decodeCheckpoint(forged))).toEqual({
      ok: false,
      reason: "tensor 0.weight is not F32 [2, 3]",
    });
  });
});

import { describe, expect, test } from "vitest";

import { unzip, zipEntries } from "../../../../coordinator/datasets/arrays/zip.ts";
import { formats } from "../../../../coordinator/export/formats.ts";
import type { TrainedModel } from "../../../../coordinator/export/trained-model.ts";
import { exportFormats } from "../../../../coordinator/options.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { featuresOf, type TablePreprocessing } from "../../../../shared/data/table/preprocess.ts";
import { Predictor } from "../../../../shared/engine/predictor.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { type Example, sizeOf } from "../../../../shared/model/layer-kind.ts";
import { layerKinds } from "../../../../shared/model/layer-kinds.ts";
import { outputCount } from "../../../../shared/model/layout.ts";
import { modelSchema } from "../../../../shared/model/model-schema.ts";
import { Random } from "../../../../shared/random.ts";
import { resolveRunConfig } from "../../../../shared/run/settings/resolve.ts";
import { decodeSafetensors } from "../../../../shared/safetensors.ts";
import { onnxRuntime } from "../../../support/fixtures/onnx-runtime.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const run = await onnxRuntime();

/** The example of a layer kind, with an output of three values. */
function modelOf({ inputShape, layers }: Example): TrainedModel {
  const model = modelSchema.parse({ inputShape, layers: [...layers, { kind: "dense", units: 3 }] });
  const parameters = initialParameters(model, 3);
  const config = { ...testConfig({ loss: "mse" }), model };
  return { config, step: 12, parameters, fingerprint: fingerprintOf(parameters) };
}

/** Values between −1 and 1. */
function drawn(count: number): Float32Array {
  const random = new Random(5);
  return Float32Array.from({ length: count }, () => random.below(2001) / 1000 - 1);
}

describe.each(Object.entries(layerKinds))("a model with a layer %s", (_, { example }) => {
  const trained = modelOf(example);
  const { model } = trained.config;

  test.skipIf(run === undefined)("gives the same outputs in an independent runtime", async () => {
    const samples = 5;
    const data = drawn(samples * sizeOf(model.inputShape));
    const ours = new Predictor(createPlainKernel(), trained.config).outputs(
      trained.parameters,
      data,
    );
    const shape = [samples, ...model.inputShape];
    const theirs = await run!(formats.onnx.encode(trained), { data, shape });
    expect(theirs).toHaveLength(samples * outputCount(model));
    expect(Math.max(...theirs.map(Math.abs))).toBeGreaterThan(1e-2);
    for (const [i, value] of theirs.entries())
      expect(Math.abs(value - ours[i]!)).toBeLessThan(1e-5);
  });

  test.skipIf(run === undefined)("takes bytes as the data have them, in their shape", async () => {
    const { inputShape } = model;
    const inputs = sizeOf(inputShape);
    const bytes = Uint8Array.from({ length: 4 * inputs }, (_byte, i) => (i * 37) % 256);
    const data = {
      features: { type: "bytes", shape: [inputs, 1] },
      target: { kind: "values", count: 3, scales: [1, 2, 3].map((k) => ({ mean: k, scale: k })) },
    } as const;
    const features = Float32Array.from(bytes, (byte) => byte / 255);
    const ours = new Predictor(createPlainKernel(), trained.config).outputs(
      trained.parameters,
      features,
    );
    const file = formats.onnx.encode({ ...trained, data });
    const theirs = await run!(file, { data: bytes, shape: [4, inputs, 1] });
    for (const [i, value] of theirs.entries()) {
      const k = (i % 3) + 1;
      expect(Math.abs(value - (ours[i]! * k + k))).toBeLessThan(1e-4);
    }
  });

  test("keeps every parameter in npz, which the program's own reader reads", async () => {
    const { tensors } = decodeSafetensors(formats.safetensors.encode(trained));
    const bytes = formats.npz.encode(trained);
    const entries = zipEntries(bytes);
    expect(entries.map(({ name: file }) => file).toSorted()).toEqual(
      [...tensors.keys()].map((tensor) => `${tensor}.npy`).toSorted(),
    );
    for (const entry of entries) {
      const { data } = tensors.get(entry.name.replace(/\.npy$/u, ""))!;
      const npy = await unzip(bytes, entry, 2 ** 20);
      expect(npy.length % 64).toBe((4 * data.length) % 64);
      const values = npy.slice(npy.length - 4 * data.length);
      expect(new Float32Array(values.buffer)).toEqual(data);
    }
  });

  test("keeps every parameter in safetensors and in JSON", () => {
    const { tensors } = decodeSafetensors(formats.safetensors.encode(trained));
    const json = JSON.parse(new TextDecoder().decode(formats.json.encode(trained))) as {
      tensors: Record<string, { shape: number[]; data: number[] }>;
    };
    const values = [...tensors.values()].flatMap(({ data }) => [...data]);
    expect(values.toSorted(ascending)).toEqual([...trained.parameters].toSorted(ascending));
    for (const [name, { shape, data }] of tensors) {
      expect(json.tensors[name]).toEqual({ shape, data: [...data] });
    }
    expect(Object.keys(json.tensors)).toHaveLength(tensors.size);
  });

  test.each(exportFormats)("gives equal bytes for equal models as %s", (format) => {
    expect(formats[format].encode(trained)).toEqual(formats[format].encode(modelOf(example)));
  });
});

describe("a preset with dropout gives the same outputs in an independent runtime", () => {
  const pictures = { featureShape: [8, 8, 3], target: { kind: "classes", count: 10 } } as const;
  const text = { featureShape: [12], target: { kind: "tokens", count: 30 } } as const;

  test.skipIf(run === undefined).each([
    ["cnn:channels=4,hidden=9,dropout=0.5", pictures],
    ["resnet:channels=4,stages=2,dropout=0.5", pictures],
    ["gpt:layers=2,heads=2,width=16,dropout=0.5", text],
  ])("%s", async (name, data) => {
    const featureCount = sizeOf(data.featureShape);
    const counts = { trainCount: 100, testCount: 10 };
    const facts = { name: "data", sha256: "0".repeat(64), featureCount, ...data, ...counts };
    const config = resolveRunConfig({ given: { model: name }, origins: {} }, facts);
    // Not the usual weights of gpt, which are small: all steps would give nearly the same.
    const parameters = initialParameters(config.model, 3, "glorot-normal");
    const trained = { config, step: 1, parameters, fingerprint: fingerprintOf(parameters) };
    const samples = 3;
    const isText = data.target.kind === "tokens";
    const features = drawn(samples * featureCount).map((value) =>
      isText ? Math.floor(15 * (value + 1)) % 30 : value,
    );
    const ours = new Predictor(createPlainKernel(), config).outputs(parameters, features);
    const shape = [samples, ...config.model.inputShape];
    const theirs = await run!(formats.onnx.encode(trained), { data: features, shape });
    expect(theirs).toHaveLength(ours.length);
    const errors = theirs.map((value, i) => Math.abs(value - ours[i]!));
    expect(Math.max(...errors)).toBeLessThan(1e-5);
    expect(new Set(ours.map((value) => Math.round(1000 * value))).size).toBeGreaterThan(20);
  });
});

test.skipIf(run === undefined)("a table's numbers are standardised in the graph", async () => {
  const preprocessing = {
    kind: "table",
    decimal: ".",
    columns: [
      { name: "year", type: "number", fill: null, mean: 1991.5, scale: 3.7 },
      { name: "city", type: "category", categories: ["Bern", "Chur"], fill: null },
      { name: "new", type: "boolean", fill: 0 },
    ],
    targets: ["price"],
  } as const satisfies TablePreprocessing;
  const model = modelSchema.parse({ inputShape: [4], layers: [{ kind: "dense", units: 1 }] });
  const parameters = initialParameters(model, 3);
  const config = { ...testConfig({ loss: "mse" }), model };
  const target = { kind: "values", count: 1, scales: [{ mean: 100, scale: 20 }] } as const;
  const data = { features: { type: "floats", shape: [4] }, target, preprocessing } as const;
  const trained = { config, step: 1, parameters, fingerprint: fingerprintOf(parameters), data };
  const row = featuresOf(preprocessing, { year: 1987, city: "Chur", new: "yes" });
  const features = row.ok ? row.features : new Float32Array();
  const [ours = 0] = new Predictor(createPlainKernel(), config).outputs(parameters, features);
  const raw = Float32Array.of(1987, 0, 1, 1);
  const theirs = await run!(formats.onnx.encode(trained), { data: raw, shape: [1, 4] });
  expect(Math.abs(theirs[0]! - (ours * 20 + 100)) / 100).toBeLessThan(1e-5);
});

function ascending(a: number, b: number): number {
  return a - b;
}

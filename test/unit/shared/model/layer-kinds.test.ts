/** @file Rules for every row of the table of layer kinds. A new kind is tested here automatically. */
import { describe, expect, test } from "vitest";

import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { kindOf, layerKinds } from "../../../../shared/model/layer-kinds.ts";
import { layoutOf } from "../../../../shared/model/layout.ts";
import type { ModelConfig } from "../../../../shared/model/model-config.ts";
import { modelSchema } from "../../../../shared/model/model-schema.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";
import { gradientOf } from "../../../support/fixtures/shard-gradient.ts";
import { plainGradient } from "../../../support/trainers/plain-network.ts";

const classCount = 3;
/** Of training, so that dropout drops. */
const step = 5;
const kinds = Object.entries(layerKinds);

describe.each(kinds)("%s", (name, row) => {
  const { inputShape, layers } = row.example;
  const model = modelSchema.parse({
    inputShape,
    layers: [...layers, { kind: "dense", units: classCount }],
  });
  const { layers: placed } = layoutOf(model);
  const position = placed.findLastIndex(({ config }) => config.kind === name);

  test("has an example in which it comes after parameters", () => {
    const before = placed.slice(0, position).flatMap(({ tensors }) => tensors);
    expect(position).toBeGreaterThan(0);
    expect(before.length).toBeGreaterThan(0);
  });

  test("accepts its settings, no more and no fewer", () => {
    const { config } = placed[position]!;
    const accepts = (settings: object) => row.schema.safeParse(settings).success;
    expect(kindOf(config)).toBe(row);
    expect(accepts(config)).toBe(true);
    expect(accepts({ ...config, colour: "red" })).toBe(false);
    expect(accepts({ ...config, kind: `${name}s` })).toBe(false);
    const entries = Object.entries(config);
    const fewer = entries.map(([key]) => Object.fromEntries(entries.filter(([k]) => k !== key)));
    expect(fewer.filter(accepts)).toEqual([]);
  });

  test.runIf("inPlace" in row)("keeps the shape, because it works in place", () => {
    const { inputShape: from, outputShape: to } = placed[position]!;
    expect(to).toEqual(from);
  });

  test("has tensors whose axes in PyTorch are ours in some order", () => {
    for (const { shape, torchAxes } of placed[position]!.tensors) {
      const axes = [...shape.keys()];
      expect((torchAxes ?? axes).toSorted((a, b) => a - b)).toEqual(axes);
    }
  });

  test("has a gradient that equals central differences of a float64 network", () => {
    expect(errorOf(model)).toBeLessThan(1e-5);
  });

  test("has the same bits in the SIMD kernel and in its plain twin, on 1, 5 and 37 samples", () => {
    for (const count of [1, 5, 37]) {
      const simd = gradientOf(createWasmKernel(), model, { count, classCount, step });
      const plain = gradientOf(createPlainKernel(), model, { count, classCount, step });
      expect(simd.gradient).toEqual(plain.gradient);
      expect(simd.gradient.some((value) => value !== 0)).toBe(true);
    }
  });
});

test("gelu at the beginning and the end of a block, whose deltas hold its tanh, has the right gradient", () => {
  const gelu = { kind: "gelu" };
  const layers = [
    dense(7),
    block(block(gelu, dense(7), gelu), dense(7)),
    block(gelu),
    gelu,
    dense(classCount),
  ];
  expect(errorOf(modelSchema.parse({ inputShape: [9], layers }))).toBeLessThan(1e-5);
});

const dense = (units: number) => ({ kind: "dense", units });
const block = (...layers: object[]) => ({ kind: "residual", layers });

/** The largest difference to central differences of a float64 network, as a share of the largest gradient. */
function errorOf(model: ModelConfig): number {
  const { gradient, samples, parameters } = gradientOf(createPlainKernel(), model, {
    count: 6,
    classCount,
    step,
  });
  const config = { model, loss: { name: "mse", reduction: "mean" } } as const;
  const expected = plainGradient(config, Float64Array.from(parameters), samples);
  const scale = Math.max(...expected.map(Math.abs));
  expect(scale).toBeGreaterThan(1e-3);
  return Math.max(...expected.map((value, i) => Math.abs(value - gradient[i]!))) / scale;
}

import { expect, test } from "vitest";

import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { featureForm, Staging, storeSplit } from "../../../../shared/model/stored-split.ts";
import { drawDataset } from "../../../support/fixtures/drawn-dataset.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";

test("bytes are sparse if fewer than half of them are not zero and columns fit 16 bits", () => {
  const staging = new Staging(createPlainKernel());
  const dataset = drawDataset({ trainCount: 2, featureCount: 2 });
  const withFeatures = (...features: number[]) => ({
    ...dataset,
    train: { ...dataset.train, features: Uint8Array.from(features) },
  });
  expect(featureForm(staging, withFeatures(0, 0, 0, 9), true)).toBe("sparse");
  expect(featureForm(staging, withFeatures(0, 0, 9, 9), true)).toBe("bytes");
  expect(featureForm(staging, drawDataset({ form: "floats" }), true)).toBe("floats");
  const wide = { trainCount: 1, testCount: 1 };
  expect(featureForm(staging, drawDataset({ ...wide, featureCount: 65_536 }), true)).toBe("sparse");
  expect(featureForm(staging, drawDataset({ ...wide, featureCount: 65_537 }), true)).toBe("bytes");
});

test.each([
  ["plain", createPlainKernel, 31, 20],
  ["WASM", createWasmKernel, 31, 20],
  ["WASM", createWasmKernel, 784, 200],
])("%s: sparse rows give back the dense ones, %#", (_kernel, create, featureCount, trainCount) => {
  const kernel = create();
  const { train } = drawDataset({ featureCount, trainCount });
  const { features, targets: labels } = storeSplit(new Staging(kernel), train, "sparse");
  const { u32, u16, u8, f32 } = kernel.views;
  const [rowStarts, columns, values, table] = u32.subarray(features / 4, features / 4 + 4);
  const dense = new Uint8Array(train.features.length);
  for (let row = 0; row < train.count; row++) {
    for (let at = u32[rowStarts! / 4 + row]!; at < u32[rowStarts! / 4 + row + 1]!; at++) {
      dense[row * featureCount + u16[columns! / 2 + at]!] = u8[values! + at]!;
    }
  }
  expect(dense).toEqual(train.features);
  expect(u8.slice(labels, labels + train.count)).toEqual(train.targets);
  expect(f32[table! / 4 + 200]).toBe(Math.fround(200 / 255));
});

import { expect, test } from "vitest";

import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { featureForm, storeSplit } from "../../../../shared/model/stored-split.ts";
import { drawDataset } from "../../../support/drawn-dataset.ts";

test("bytes are sparse when fewer than half of them are not zero, and columns fit 16 bits", () => {
  const dataset = drawDataset({ trainCount: 2, featureCount: 2 });
  const withFeatures = (...features: number[]) => ({
    ...dataset,
    train: { ...dataset.train, features: Uint8Array.from(features) },
  });
  expect(featureForm(withFeatures(0, 0, 0, 9))).toBe("sparse");
  expect(featureForm(withFeatures(0, 0, 9, 9))).toBe("bytes");
  expect(featureForm(drawDataset({ form: "floats" }))).toBe("floats");
  const wide = { trainCount: 1, testCount: 1 };
  expect(featureForm(drawDataset({ ...wide, featureCount: 65_536 }))).toBe("sparse");
  expect(featureForm(drawDataset({ ...wide, featureCount: 65_537 }))).toBe("bytes");
});

test("sparse rows give back the dense ones", () => {
  const kernel = createPlainKernel();
  const { train } = drawDataset({ featureCount: 31, trainCount: 20 });
  const { features, labels } = storeSplit(kernel, train, "sparse");
  const { u32, u16, u8, f32 } = kernel.views;
  const [rowStarts, columns, values, table] = u32.subarray(features / 4, features / 4 + 4);
  const dense = new Uint8Array(train.features.length);
  for (let row = 0; row < train.count; row++) {
    for (let at = u32[rowStarts! / 4 + row]!; at < u32[rowStarts! / 4 + row + 1]!; at++) {
      dense[row * 31 + u16[columns! / 2 + at]!] = u8[values! + at]!;
    }
  }
  expect(dense).toEqual(train.features);
  expect(u8.slice(labels, labels + train.count)).toEqual(train.labels);
  expect(f32[table! / 4 + 200]).toBe(Math.fround(200 / 255));
});

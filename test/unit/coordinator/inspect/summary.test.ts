import { expect, test } from "vitest";

import { summaryLines } from "../../../../coordinator/inspect/summary.ts";
import { modelSchema } from "../../../../shared/model/model-schema.ts";

test("a summary has a line a layer with shape, parameters and arithmetic, and their sums", () => {
  const model = modelSchema.parse({
    inputShape: [28, 28],
    layers: [
      { kind: "conv2d", channels: 16, kernel: 3, stride: 1, padding: "same" },
      { kind: "residual", layers: [{ kind: "relu" }] },
      { kind: "flatten" },
      { kind: "dense", units: 10 },
    ],
  });
  expect(summaryLines(model).map((line) => line.replaceAll(/ {2,}/gu, " | "))).toEqual([
    "layer | output shape | parameters | multiply-adds per sample",
    "input | 28 × 28",
    "0 | conv2d 16 3 1 same | 28 × 28 × 16 | 160 | 112,896",
    "1 | residual (relu) | 28 × 28 × 16 | 0 | 0",
    "2 | flatten | 12544 | 0 | 0",
    "3 | dense 10 | 10 | 125,450 | 125,440",
    "total | 125,610 | 238,336",
  ]);
});

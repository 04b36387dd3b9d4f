import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  denseModel,
  hiddenActivations,
  outputActivations,
  shorthandOf,
} from "../../../../shared/model/dense-model.ts";
import type { LayerConfig } from "../../../../shared/model/layer-kinds.ts";
import { modelSchema } from "../../../../shared/model/model-schema.ts";
import { modelTitle } from "../../../../shared/model/title.ts";

const reference = denseModel({
  widths: [784, 16, 16, 10],
  activation: "sigmoid",
  output: "softmax",
});
const dense = (units: number) => ({ kind: "dense", units }) as const;

test("784,16,16,10 with sigmoid and softmax is exactly these six layers", () => {
  expect(reference).toEqual({
    inputShape: [784],
    layers: [
      { kind: "dense", units: 16 },
      { kind: "sigmoid" },
      { kind: "dense", units: 16 },
      { kind: "sigmoid" },
      { kind: "dense", units: 10 },
      { kind: "softmax" },
    ],
  });
});

test("linear adds no layer", () => {
  const model = denseModel({ widths: [4, 3, 2], activation: "linear", output: "linear" });
  expect(model.layers).toEqual([dense(3), dense(2)]);
});

describe("shorthandOf", () => {
  const shorthands = fc.record({
    widths: fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 3, maxLength: 32 }),
    activation: fc.constantFrom(...hiddenActivations),
    output: fc.constantFrom(...outputActivations),
  });

  test("returns every shorthand with a hidden layer, and its model passes the schema", () => {
    fc.assert(
      fc.property(shorthands, (shorthand) => {
        const model = denseModel(shorthand);
        expect(modelSchema.parse(model)).toEqual(model);
        expect(shorthandOf(model)).toEqual(shorthand);
      }),
    );
  });

  test("without a hidden layer gives linear, which means the same model", () => {
    for (const activation of hiddenActivations) {
      const model = denseModel({ widths: [5, 2], activation, output: "tanh" });
      expect(shorthandOf(model)).toEqual({ widths: [5, 2], activation: "linear", output: "tanh" });
    }
  });

  test.each<[string, readonly number[], readonly LayerConfig[]]>([
    ["two activations", [4], [dense(3), { kind: "relu" }, dense(3), { kind: "tanh" }, dense(2)]],
    ["one activation left out", [4], [dense(3), { kind: "relu" }, dense(3), dense(2)]],
    ["an activation twice", [4], [dense(3), { kind: "relu" }, { kind: "relu" }, dense(2)]],
    ["an activation first", [4], [{ kind: "relu" }, dense(3)]],
    ["softmax inside", [4], [dense(3), { kind: "softmax" }, dense(2)]],
    ["two activations last", [4], [dense(3), { kind: "tanh" }, { kind: "softmax" }]],
    ["pictures", [2, 2], [{ kind: "relu" }]],
  ])("is undefined for %s", (_, inputShape, layers) => {
    expect(shorthandOf({ inputShape, layers })).toBeUndefined();
  });
});

test("a model's title is its shorthand or else its layers", () => {
  expect(modelTitle(reference)).toBe("784-16-16-10 sigmoid/softmax");
  const single = denseModel({ widths: [784, 10], activation: "relu", output: "softmax" });
  expect(modelTitle(single)).toBe("784-10 softmax");
  const layers = [{ kind: "relu" }, dense(3)] as const;
  expect(modelTitle({ inputShape: [4], layers })).toBe("4 → relu → dense 3");
  const four = dense(4);
  const block = [four, { kind: "relu" }, four, { kind: "tanh" }] as const;
  const deep = [
    dense(5),
    ...block,
    ...block,
    ...block,
    four,
    four,
    four,
    { kind: "softmax" },
  ] as const;
  expect(modelTitle({ inputShape: [4], layers: deep })).toBe(
    "4 → dense 5 → 3 × (dense 4 → relu → dense 4 → tanh) → 3 × dense 4 → softmax",
  );
});

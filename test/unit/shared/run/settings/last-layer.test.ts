/** Loss, last layer and width follow from the task; what does not fit is refused with what to change. */
import { describe, expect, test } from "vitest";

import type { Target } from "../../../../../shared/data/dataset.ts";
import { outputCount } from "../../../../../shared/model/layout.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import { resolveRunConfig } from "../../../../../shared/run/settings/resolve.ts";
import type { RunSettings } from "../../../../../shared/run/settings/run-settings.ts";

const targets = {
  two: { kind: "classes", count: 2 },
  ten: { kind: "classes", count: 10 },
  number: { kind: "values", count: 1 },
  numbers: { kind: "values", count: 3 },
  flags: { kind: "flags", count: 3 },
} as const satisfies Record<string, Target>;

function resolve(target: Target, given: RunSettings) {
  const facts = { name: "data", sha256: "a".repeat(64), featureCount: 4, target };
  return resolveRunConfig({ given, origins: {} }, { ...facts, trainCount: 100, testCount: 20 });
}

function headOf(target: Target, given: RunSettings) {
  const { model, loss, task } = resolve(target, given);
  const last = model.layers.at(-1)?.kind;
  return [task.name, loss.name, last === "dense" ? "linear" : last, outputCount(model)];
}

describe("the last layer", () => {
  test.each<[keyof typeof targets, RunSettings, unknown[]]>([
    ["ten", {}, ["classification", "cce", "softmax", 10]],
    ["two", {}, ["classification", "bce", "sigmoid", 1]],
    ["two", { layers: [4, 5, 2] }, ["classification", "cce", "softmax", 2]],
    ["two", { layers: [4, 5, 1] }, ["classification", "bce", "sigmoid", 1]],
    ["two", { loss: "cce" }, ["classification", "cce", "softmax", 2]],
    ["two", { outputActivation: "softmax" }, ["classification", "cce", "softmax", 2]],
    ["two", { loss: "mse" }, ["classification", "mse", "sigmoid", 1]],
    ["two", { loss: "bce", layers: [4, 2] }, ["classification", "bce", "sigmoid", 2]],
    ["number", {}, ["regression", "mse", "linear", 1]],
    ["number", { loss: "mae" }, ["regression", "mae", "linear", 1]],
    ["numbers", { outputActivation: "tanh" }, ["regression", "mse", "tanh", 3]],
    ["numbers", { outputActivation: "sigmoid" }, ["regression", "mse", "sigmoid", 3]],
    ["flags", {}, ["classification", "bce", "sigmoid", 3]],
    ["flags", { loss: "mae" }, ["classification", "mae", "sigmoid", 3]],
  ])("of %s with %j", (name, given, expected) => {
    expect(headOf(targets[name], given)).toEqual(expected);
  });

  test.each<[keyof typeof targets, RunSettings, string]>([
    ["number", { loss: "cce" }, "--loss cce does not fit 1 number per sample; use mse or mae"],
    ["number", { loss: "bce" }, "--loss bce does not fit 1 number per sample; use mse or mae"],
    [
      "numbers",
      { outputActivation: "softmax" },
      "--output-activation softmax does not fit 3 numbers per sample; use linear",
    ],
    [
      "flags",
      { loss: "cce" },
      "--loss cce does not fit 3 yes-or-no answers per sample; use bce, mse or mae",
    ],
    [
      "two",
      { loss: "cce", layers: [4, 1] },
      "--loss cce needs one output per class; end the layers with 2",
    ],
    [
      "two",
      { outputActivation: "softmax", layers: [4, 1] },
      "--output-activation softmax needs one output per class; end the layers with 2",
    ],
    [
      "two",
      { layers: [4, 3] },
      "--layers 4,3 does not fit data: it has 2 classes; end with 1 or 2",
    ],
    [
      "number",
      { layers: [4, 2] },
      "--layers 4,2 does not fit data: it has 1 number per sample; end with 1",
    ],
    [
      "two",
      { loss: "bce", outputActivation: "tanh" },
      "--loss bce needs sigmoid outputs, not --output-activation tanh; use sigmoid, or another loss",
    ],
  ])("of %s refuses %j in one line", (name, given, message) => {
    expect(() => resolve(targets[name], given)).toThrow(OperatorError);
    expect(() => resolve(targets[name], given)).toThrow(message);
  });
});

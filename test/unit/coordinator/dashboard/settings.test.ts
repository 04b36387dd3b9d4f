/** @file From a run to the form and back to a run. */
import { describe, expect, test } from "vitest";

import { formOf, settingsFor } from "../../../../coordinator/dashboard/settings.ts";
import { readRequest } from "../../../../coordinator/watch/control.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { resolveRunConfig } from "../../../../shared/run/settings/resolve.ts";

const facts = {
  name: "digits",
  sha256: "a".repeat(64),
  featureCount: 784,
  target: { kind: "classes" as const, count: 10 },
  trainCount: 10_000,
  testCount: 2_000,
};

function resolve(settings: Readonly<Record<string, string>>): RunConfig {
  return resolveRunConfig(readRequest(settings, []), facts);
}

describe("an unchanged form", () => {
  test.each([
    [{}],
    [{ batchSize: "20" }],
    [{ layers: "784,10", activation: "relu" }],
    [{ layers: "784,30,20,10", activation: "linear", outputActivation: "tanh" }],
    [{ optimizer: "momentum", dampening: "0", clipNorm: "1", weightDecay: "0.01" }],
    [{ optimizer: "nag", schedule: "cosine", warmupSteps: "10", finalFraction: "0.1" }],
    [{ optimizer: "local-search", candidates: "4", sigma: "0.1", steps: "50" }],
    [{ batchSize: "full", shardSize: "40", loss: "mse", reduction: "sum", seed: "-7" }],
  ])("is the same run again: %o", (settings) => {
    const config = resolve(settings);
    expect(resolve(settingsFor(formOf(config), config))).toEqual(config);
  });
});

test("a learning rate may have a decimal comma: 0,25, and 2,5e-3", () => {
  const config = resolve({});
  const rateOf = (learningRate: string) =>
    resolve(settingsFor({ ...formOf(config), learningRate }, config)).optimizer;
  expect(rateOf("0,25")).toMatchObject({ learningRate: 0.25 });
  expect(rateOf("2,5e-3")).toMatchObject({ learningRate: 0.0025 });
  expect(() => rateOf("1,2,3")).toThrow(/learning rate must be a number above 0/u);
});

test("a model without a shorthand is shown, and refused if it is sent back", () => {
  const config = resolve({});
  const layers = [{ kind: "dense", units: 9 }, { kind: "relu" }, ...config.model.layers] as const;
  const other = { ...config, model: { ...config.model, layers } };
  const form = formOf(other);
  expect(form["layers"]).toMatch(/^784 → dense 9 → relu → dense 16 → sigmoid → .* → softmax$/u);
  expect(() => resolve(settingsFor(form, other))).toThrow(/layers must be auto or 2 to 32 widths/u);
});

test("another optimizer drops the old one's settings and takes its own defaults", () => {
  const config = resolve({});
  const form = { ...formOf(config), optimizer: "sgd", learningRate: "" };
  const next = resolve(settingsFor(form, config));
  expect(next.optimizer).toEqual({ name: "sgd", learningRate: 0.5 });
  expect(next.schedule.name).toBe("constant");
  expect(next.weightDecay).toBe(0);
});

test("another batch size lets the shard size be derived again", () => {
  const config = resolve({ shardSize: "16" });
  expect(resolve(settingsFor({ ...formOf(config), batchSize: "32" }, config)).shardSize).toBe(32);
});

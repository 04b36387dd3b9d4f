/** @file From a run to the form and back to a run. */
import { describe, expect, test } from "vitest";

import {
  consequences,
  formKeys,
  formOf,
  settingsFor,
} from "../../../../coordinator/dashboard/settings.ts";
import { readRequest } from "../../../../coordinator/watch/control.ts";
import { commandSchema } from "../../../../coordinator/watch/dashboard-messages.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { resolveRunConfig } from "../../../../shared/run/settings/resolve.ts";
import { runKeys } from "../../../../shared/run/settings/run-settings.ts";

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
    expect(resolve(settingsFor(formOf(config)))).toEqual(config);
  });
});

test("a learning rate may have a decimal comma: 0,25, and 2,5e-3", () => {
  const config = resolve({});
  const rateOf = (learningRate: string) =>
    resolve(settingsFor({ ...formOf(config), learningRate })).optimizer;
  expect(rateOf("0,25")).toMatchObject({ learningRate: 0.25 });
  expect(rateOf("2,5e-3")).toMatchObject({ learningRate: 0.0025 });
  expect(() => rateOf("1,2,3")).toThrow(/learning rate must be a number above 0/u);
});

test("every setting of a run is in the form, and the share for validation", () => {
  expect([...formKeys].toSorted()).toEqual(["validation", ...runKeys].toSorted());
});

test("a model that no widths describe comes back as its list of layers", () => {
  const config = resolve({});
  const layers = [{ kind: "dense", units: 9 }, { kind: "relu" }, ...config.model.layers] as const;
  const model = { ...config.model, layers };
  const form = formOf({ ...config, model });
  expect(form.layers).toBe("");
  expect(resolve(settingsFor(form))).toEqual({ ...config, model });
});

test("class weights and changes of the pictures come back, and a text of 1,000 characters is accepted", () => {
  const classWeights = Array.from({ length: 10 }, (_, i) => 1 / (i + 3));
  const config = resolve({ classWeights: classWeights.join(), labelSmoothing: "0.1", l1: "1e-5" });
  const settings = settingsFor(formOf(config));
  expect(resolve(settings)).toEqual(config);
  const command = { command: "start", id: 1, settings: { ...settings, model: "x".repeat(1_000) } };
  expect(commandSchema.safeParse(command).success).toBe(true);
});

test("the share for validation is a setting of the data", () => {
  const settings = settingsFor({ ...formOf(resolve({}), 0.1), labelSmoothing: "0,2" });
  expect(settings).toMatchObject({ validation: "0.1", labelSmoothing: "0.2" });
  expect(readRequest(settings, []).data).toEqual({ validation: 0.1 });
  expect(() => readRequest({ validation: "half" }, [])).toThrow(/share for validation must be/u);
});

test("another optimizer drops the old one's settings and takes its own defaults, and the old one brings them back", () => {
  const config = resolve({ beta1: "0.8", weightDecay: "0.5", optimizer: "adam", schedule: "step" });
  const current = formOf(config);
  const changed = { ...current, optimizer: "sgd" };
  const form = { ...changed, ...consequences("optimizer", changed, current) };
  const next = resolve(settingsFor(form));
  expect(next.optimizer).toEqual({ name: "sgd", learningRate: 0.5 });
  expect([next.schedule.name, next.weightDecay]).toEqual(["constant", 0]);
  const back = { ...form, optimizer: "adam" };
  const again = { ...back, ...consequences("optimizer", back, current) };
  expect(resolve(settingsFor(again))).toEqual(config);
});

test("what the reader typed stays when the optimizer changes", () => {
  const current = formOf(resolve({}));
  const changed = { ...current, optimizer: "sgd", weightDecay: "0.25" };
  const changes = consequences("optimizer", changed, current);
  expect(changes).toMatchObject({ learningRate: "", schedule: "" });
  expect(changes).not.toHaveProperty("weightDecay");
});

test("another batch size lets the shard size be derived again", () => {
  const current = formOf(resolve({ shardSize: "16" }));
  const changed = { ...current, batchSize: "32" };
  expect(consequences("batchSize", changed, current)).toEqual({ shardSize: "" });
  expect(resolve(settingsFor({ ...changed, shardSize: "" })).shardSize).toBe(32);
});

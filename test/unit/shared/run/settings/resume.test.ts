import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { LayerConfig } from "../../../../../shared/model/layer-kinds.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import { optimizerNames, type RunConfig, scheduleNames } from "../../../../../shared/run/config.ts";
import {
  optimizerDefaults,
  scheduleDefaults,
} from "../../../../../shared/run/settings/defaults.ts";
import { type DatasetFacts, resolveRunConfig } from "../../../../../shared/run/settings/resolve.ts";
import { refuseUnfit, resolveResumedRun } from "../../../../../shared/run/settings/resume.ts";
import { runKeys, type RunSettings } from "../../../../../shared/run/settings/run-settings.ts";
import { inEnglish } from "../../../../../test/support/fixtures/in-english.ts";
import { cases } from "../../../../support/fixtures/effort.ts";
import { samples } from "../../../coordinator/cli/sample-settings.ts";
import { mistake } from "../../../coordinator/cli/support.ts";

const facts: DatasetFacts = {
  name: "digits",
  sha256: "a".repeat(64),
  featureCount: 784,
  target: { kind: "classes" as const, count: 10 },
  trainCount: 6_400,
  testCount: 1_000,
};
const saved = resolveRunConfig({ given: { epochs: 5 }, origins: {} }, facts);
const constant = { ...saved, schedule: { ...saved.schedule, name: "constant" as const } };
const cosine = { ...saved, schedule: { ...saved.schedule, name: "cosine" as const } };
const dense = (units: number) => ({ kind: "dense", units }) as const;
const withLayers = (...layers: readonly LayerConfig[]): RunConfig => ({
  ...saved,
  model: { ...saved.model, layers },
});
/** Two different activations, which have no shorthand. */
const mixed = withLayers(dense(16), { kind: "relu" }, dense(16), { kind: "tanh" }, dense(10), {
  kind: "softmax",
});
const resume = (given: RunSettings, from = saved, data = facts) =>
  resolveResumedRun({ given, origins: {} }, from, data);

describe("resolveResumedRun", () => {
  test("without settings the config is the checkpoint's", () => {
    expect(resume({})).toEqual({ config: saved, warning: undefined });
  });

  test("settings that repeat the checkpoint's are no contradiction", () => {
    const given: RunSettings = {
      dataset: "digits",
      layers: "auto",
      learningRate: 0.01,
      optimizer: "adam",
      shardSize: "auto",
      batchSize: 64,
      clipNorm: null,
      epochs: 5,
    };
    expect(resume(given).config).toEqual(saved);
  });

  test("epochs extend the run, and under a cosine schedule a warning explains the consequence", () => {
    expect(resume({ epochs: 8 }, constant)).toEqual({
      config: { ...constant, epochs: 8 },
      warning: undefined,
    });
    const { config, warning } = resume({ epochs: 8 }, cosine);
    expect(config.epochs).toBe(8);
    expect(inEnglish(warning)).toMatch(/^the run was extended under a cosine schedule: [^\n]+$/u);
  });

  test("700 steps extend 5 epochs of 100 steps to 7, and epochs raise an old limit of 50 steps", () => {
    expect(resume({ steps: 700 }).config).toMatchObject({ steps: 700, epochs: 7 });
    expect(resume({ epochs: 5 }, { ...saved, steps: 50 }).config).toMatchObject({
      steps: null,
      epochs: 5,
    });
  });

  test.each<[RunSettings, string]>([
    [
      { learningRate: 0.1 },
      "--learning-rate 0.1 contradicts the resumed run, which began with 0.01; leave it out, or begin a new run without --resume",
    ],
    [
      { layers: [784, 10] },
      "--layers 784,10 contradicts the resumed run, which began with 784,16,16,10; leave it out, or begin a new run without --resume",
    ],
    [
      { batchSize: "full" },
      "--batch-size full contradicts the resumed run, which began with 64; leave it out, or begin a new run without --resume",
    ],
    [
      { beta: 0.9 },
      "--beta 0.9 contradicts the resumed run, which began without it; leave it out, or begin a new run without --resume",
    ],
    [
      { epochs: 4 },
      "--epochs 4 ends before the resumed run's 500 steps (5 epochs); --epochs may only extend it",
    ],
    [
      { steps: 499 },
      "--steps 499 ends before the resumed run's 500 steps (5 epochs); --steps may only extend it",
    ],
  ])("%o is refused", (given, line) => {
    expect(mistake(() => resume(given))).toBe(line);
  });

  test("an activation contradicts nothing if there are no hidden layers", () => {
    const given: RunSettings = { layers: [784, 10], activation: "relu" };
    const single = resolveRunConfig({ given, origins: {} }, facts);
    expect(resume(given, single).config).toEqual(single);
    expect(resume({ activation: "tanh" }, single).config).toEqual(single);
  });

  test("a model without a shorthand continues, and any widths or activation contradict it", () => {
    expect(resume({}, mixed).config).toEqual(mixed);
    for (const given of [{ layers: [784, 10] }, { activation: "relu" }] as const) {
      expect(mistake(() => resume(given, mixed))).toContain("which began without it");
    }
  });

  test("another dataset under the same name is refused", () => {
    const other = { ...facts, sha256: "b".repeat(64) };
    expect(mistake(() => resume({ dataset: "idx:faces" }, saved, other))).toBe(
      "--dataset idx:faces is not the data that the run was trained on (digits); point it at the same files",
    );
    expect(mistake(() => resume({}, saved, other))).toBe(
      "the dataset is not the data that the run was trained on (digits); point --dataset at the same files",
    );
  });
});

describe("refuseUnfit", () => {
  const settings = fc
    .record({
      optimizer: fc.constantFrom(...optimizerNames),
      schedule: fc.constantFrom(...scheduleNames),
      keys: fc.subarray(runKeys, { maxLength: 8 }),
      sample: fc.nat(2),
    })
    .map(({ optimizer, schedule, keys, sample }): RunSettings => {
      const strangers = [
        ...Object.entries(optimizerDefaults).filter(([name]) => name !== optimizer),
        ...Object.entries(scheduleDefaults).filter(([name]) => name !== schedule),
      ].flatMap(([, defaults]) => Object.keys(defaults));
      const own = Object.keys({ ...optimizerDefaults[optimizer], ...scheduleDefaults[schedule] });
      const fit = keys.filter((key) => own.includes(key) || !strangers.includes(key));
      const given = fit.map((key) => [key, samples[key][sample]?.[1]]);
      return {
        ...Object.fromEntries(given),
        dataset: "digits",
        layers: "auto",
        optimizer,
        schedule,
      };
    });

  test("accepts every config that settings can make: hundreds of them, with much data and with little", () => {
    let made = 0;
    fc.assert(
      fc.property(settings, fc.constantFrom(1, 20, 6_400), (given, trainCount) => {
        const data = { ...facts, trainCount };
        let config: RunConfig;
        try {
          config = resolveRunConfig({ given, origins: {} }, data);
        } catch (error) {
          if (error instanceof OperatorError) return;
          throw error;
        }
        made += 1;
        refuseUnfit(config, data, "a.safetensors");
      }),
      { numRuns: cases(3_000) },
    );
    expect(made).toBeGreaterThan(500);
  });

  test.each<[string, RunConfig, string]>([
    [
      "too many outputs",
      withLayers(dense(9), { kind: "relu" }, dense(8), { kind: "tanh" }, dense(11)),
      "a.safetensors: model: the last layer gives 11 values but there are 10 classes: give 10",
    ],
    [
      "another last layer than the loss needs",
      withLayers({ kind: "relu" }, dense(10)),
      "a.safetensors: model: loss cce needs softmax as the last layer, got dense: add softmax, or choose loss mse or mae",
    ],
    [
      "too many parameters",
      withLayers({ kind: "relu" }, dense(1_000_000), dense(10), { kind: "softmax" }),
      "a.safetensors: model: it has 795,000,010 parameters; a run has at most 100,000,000",
    ],
  ])("says what is wrong with a model without a shorthand: %s", (_, config, line) => {
    expect(mistake(() => refuseUnfit(config, facts, "a.safetensors"))).toBe(line);
    expect(() => refuseUnfit(mixed, facts, "a.safetensors")).not.toThrow();
  });
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { LayerConfig } from "../../../../../shared/model/layer-kinds.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import { learningRateAt } from "../../../../../shared/optimizers/schedule.ts";
import { parametersMax } from "../../../../../shared/protocol/limits.ts";
import { optimizerNames, type RunConfig, scheduleNames } from "../../../../../shared/run/config.ts";
import { planRun } from "../../../../../shared/run/plan.ts";
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
const cosine = resolveRunConfig({ given: { epochs: 5, schedule: "cosine" }, origins: {} }, facts);
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

  test.each<RunSettings>([
    { model: "cnn:channels=2", loss: "mse", outputActivation: "relu" },
    { model: "cnn:channels=2", layers: "auto", activation: "sigmoid" },
    { model: '[{"kind":"dense","units":10},{"kind":"softmax"}]', outputActivation: "softmax" },
    { model: '[ {"units": 10, "kind": "dense"}, {"kind": "gelu"} ]', loss: "mse" },
    {
      model: '[{"kind":"gelu"},{"kind":"dense","units":10}]',
      loss: "mse",
      outputActivation: "linear",
    },
  ])("settings with which a run began are no contradiction: %o", (given) => {
    const pictures = { ...facts, featureShape: [28, 28] };
    const began = resolveRunConfig({ given, origins: {} }, pictures);
    expect(resume(given, began, pictures).config).toEqual(began);
    expect(mistake(() => resume({ outputActivation: "tanh" }, began, pictures))).toMatch(
      /^--output-activation tanh contradicts the resumed run, which began with /u,
    );
  });

  test("epochs extend the run", () => {
    expect(resume({ epochs: 8 }, constant)).toEqual({
      config: { ...constant, epochs: 8 },
      warning: undefined,
    });
  });

  test("a cosine that is extended from 500 to 800 and to 900 steps begins again at 500 and at 800", () => {
    const first = resume({ epochs: 8 }, cosine);
    expect(first.config.schedule.restarts).toEqual([500]);
    expect(inEnglish(first.warning)).toMatch(/^the learning rate starts again at step 500, /u);
    expect(resume({ epochs: 8 }, first.config)).toEqual({
      config: first.config,
      warning: undefined,
    });
    const { config } = resume({ epochs: 9 }, first.config);
    expect(config.schedule.restarts).toEqual([500, 800]);
    const given = { schedule: "cosine", restarts: [500, 800], epochs: 9 } as const;
    expect(resolveRunConfig({ given, origins: {} }, facts)).toEqual(config);
  });

  test("a cosine is extended 32 times and no more", () => {
    let config = cosine;
    for (let i = 1; i <= 32; i++) ({ config } = resume({ steps: 500 + i }, config));
    expect(config.schedule.restarts.length).toBe(32);
    expect(mistake(() => resume({ steps: 1_000 }, config))).toBe(
      "--steps 1000 would extend a run under a cosine schedule for more than 32 times; begin a new run without --resume",
    );
  });

  test("the default recipe, extended to 300 epochs, ends at a hundredth of its rate without a warning; one of before is warned about", () => {
    const { config, warning } = resume({ epochs: 300 });
    const plan = planRun(config, facts);
    expect(learningRateAt(plan.totalSteps - 1, config.schedule, 0.01, plan)).toBe(0.0001);
    expect(warning).toBeUndefined();
    const before = { ...saved, schedule: { ...saved.schedule, finalFraction: 0 } };
    const { warning: said } = resume({ epochs: 300 }, before);
    expect(inEnglish(said)).toMatch(
      /^the learning rate of this run falls to 1\.6e-32, from 0\.01, /u,
    );
    expect(resume({ epochs: 20 }, before).warning).toBeUndefined();
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
      { numRuns: cases(1_000) },
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
      `a.safetensors: model: it has 795,000,010 parameters; a run has at most ${parametersMax.toLocaleString("en")}`,
    ],
  ])("says what is wrong with a model without a shorthand: %s", (_, config, line) => {
    expect(mistake(() => refuseUnfit(config, facts, "a.safetensors"))).toBe(line);
    expect(() => refuseUnfit(mixed, facts, "a.safetensors")).not.toThrow();
  });
});

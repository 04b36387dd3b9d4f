/** @file The run config's validator, which checks every config that comes from outside. */
import { describe, expect, test } from "vitest";

import { type RunConfig, runConfigSchema } from "../../../../shared/run/config.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const base = testConfig({});
const accepts = (config: unknown) => runConfigSchema.safeParse(config).success;
const { model, optimizer, schedule } = base;

/** One complete config of every optimizer. */
const optimizers: RunConfig["optimizer"][] = [
  optimizer,
  { name: "momentum", learningRate: 0.1, beta: 0.9, dampening: 0.9 },
  { name: "nag", learningRate: 0.1, beta: 0.9 },
  { name: "rmsprop", learningRate: 0.1, beta: 0.9, epsilon: 1e-8 },
  { name: "adam", learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
  { name: "adamw", learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decoupledDecay: 0 },
  { name: "local-search", candidates: 8, sigma: 0.1 },
];

/** The object with each of its fields left out in turn. */
function withoutOne(whole: object): object[] {
  const entries = Object.entries(whole);
  return entries.map(([left]) => Object.fromEntries(entries.filter(([key]) => key !== left)));
}

function acceptsBeta(beta: number): boolean {
  return accepts({ ...base, optimizer: { name: "nag", learningRate: 1, beta } });
}

const acceptsModel = (changes: object) => accepts({ ...base, model: { ...model, ...changes } });
const dense = (units: unknown) => ({ kind: "dense", units });

describe("runConfigSchema", () => {
  test("accepts a complete config with each of the 7 optimizers, unchanged", () => {
    for (const one of optimizers) {
      const config = { ...base, optimizer: one };
      expect(runConfigSchema.parse(config)).toEqual(config);
    }
  });

  test("refuses a config with any of its 24 fields missing, or with an extra one", () => {
    expect(Object.keys(base)).toHaveLength(24);
    expect(withoutOne(base).filter(accepts)).toEqual([]);
    expect(accepts({ ...base, workers: 3 })).toBe(false);
    expect(accepts({ ...base, model: { ...model, dropout: 0.5 } })).toBe(false);
  });

  test("refuses each of the 7 optimizers with any of its fields missing, or with an extra one", () => {
    for (const one of optimizers) {
      const incomplete = withoutOne(one).map((rest) => ({ ...base, optimizer: rest }));
      expect(incomplete.filter(accepts)).toEqual([]);
      expect(accepts({ ...base, optimizer: { ...one, gamma: 1 } })).toBe(false);
    }
  });

  test('refuses 0, −1, 1.5, NaN, ∞ and "1" for each of the 6 counts', () => {
    for (const bad of [0, -1, 1.5, Number.NaN, Infinity, "1"]) {
      const configs = [
        { ...base, batchSize: bad },
        { ...base, shardSize: bad },
        { ...base, epochs: bad },
        { ...base, steps: bad },
        { ...base, model: { ...model, layers: [dense(bad)] } },
        { ...base, model: { ...model, inputShape: [bad] } },
      ];
      expect(configs.filter(accepts)).toEqual([]);
    }
  });

  test("refuses learning rates 0, −1, NaN, ∞, and betas 1 and −0.1; accepts beta 0", () => {
    for (const learningRate of [0, -1, Number.NaN, Infinity]) {
      expect(accepts({ ...base, optimizer: { name: "sgd", learningRate } })).toBe(false);
    }
    expect([1, -0.1, 0].map((beta) => acceptsBeta(beta))).toEqual([false, false, true]);
  });

  test("refuses 0 layers and 101, accepts 1 and 100", () => {
    const lists = [0, 1, 100, 101].map((length) =>
      Array.from({ length }, (_, at) => (at === 0 ? dense(4) : { kind: "relu" })),
    );
    const taken = lists.map((layers) => acceptsModel({ layers }));
    expect(taken).toEqual([false, true, true, false]);
  });

  test("refuses samples of 0 axes and of 5, accepts 1 to 4", () => {
    const layers = [{ kind: "relu" }, dense(3)];
    expect(acceptsModel({ inputShape: [], layers })).toBe(false);
    expect(acceptsModel({ inputShape: [2, 2, 2, 2, 2], layers })).toBe(false);
    expect(acceptsModel({ inputShape: [4], layers })).toBe(true);
  });

  test("refuses an unknown kind and an extra setting, and says in which layer", () => {
    for (const bad of [{ kind: "conv9d" }, { kind: "relu", units: 3 }, { units: 3 }, "relu", 16]) {
      const config = { ...base, model: { ...model, layers: [dense(4), bad] } };
      const { error } = runConfigSchema.safeParse(config);
      expect(error?.issues[0]?.path.slice(0, 3)).toEqual(["model", "layers", 1]);
    }
  });

  test("refuses layers that do not fit together, with a sentence that names the first", () => {
    const misfit = { inputShape: [2, 3, 4], layers: [{ kind: "relu" }, dense(4)] };
    const config = { ...base, model: misfit };
    const { error } = runConfigSchema.safeParse(config);
    expect(error?.issues).toMatchObject([
      {
        path: ["model", "layers"],
        message:
          "layer 2 (dense) takes a vector or a sequence [steps, width], not the shape [2, 3, 4]: put flatten before it",
      },
    ]);
  });

  test("refuses a hash that is not 64 lower-case hex digits", () => {
    const hex = "ab".repeat(32);
    const hashes = ["", hex.toUpperCase(), hex.slice(2), `${hex}\n`, `${hex}0`, "../../x"];
    const taken = hashes.filter((sha256) => accepts({ ...base, dataset: { name: "x", sha256 } }));
    expect(taken).toEqual([]);
  });

  test("refuses a final fraction of 1.1 and −0.1 warm-up steps, accepts seeds −5 and 0", () => {
    expect(accepts({ ...base, schedule: { ...schedule, finalFraction: 1.1 } })).toBe(false);
    expect(accepts({ ...base, schedule: { ...schedule, warmupSteps: -0.1 } })).toBe(false);
    expect([-5, 0, 0.5].map((seed) => accepts({ ...base, seed }))).toEqual([true, true, false]);
  });
});

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { bytesOf } from "../../../../shared/bytes.ts";
import { createEngine, type Engine, NonFiniteError } from "../../../../shared/engine/engine.ts";
import { drawNeighbour } from "../../../../shared/engine/noise.ts";
import { createPlainKernel, type Kernel } from "../../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { epochOrder, planRun } from "../../../../shared/run/plan.ts";
import { type Block, childrenOf } from "../../../../shared/run/tree.ts";
import type { Unit, UnitResult } from "../../../../shared/run/unit.ts";
import { drawDataset } from "../../../support/fixtures/drawn-dataset.ts";
import { createWasmKernel, floatsOf } from "../../../support/fixtures/kernel-twins.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { plainLoss } from "../../../support/trainers/plain-network.ts";

const layers = [12, 6, 3];
/** 100 training samples in batches of 64 and 36: 13 and 8 shards of 5. */
const dataset = drawDataset({});
const config = testConfig({ layers, batchSize: 64, shardSize: 5 });
const searchConfig = testConfig({
  layers,
  batchSize: 64,
  shardSize: 5,
  optimizer: { name: "local-search", candidates: 6, sigma: 0.1 },
});

describe("gradient units", () => {
  test("equal the recursion over shards: every node is its left half plus its right half", () => {
    const engine = startEngine();
    for (const [step, shardCount] of [
      [0, 13],
      [1, 8],
    ] as const) {
      const gradientOf = (block: Block) => keep(engine.compute({ kind: "gradient", step, block }));
      const recurse = (block: Block): ReturnType<typeof keep> => {
        if (block.end - block.start === 1) return gradientOf(block);
        const [leftHalf, rightHalf] = childrenOf(block);
        const [left, right] = [recurse(leftHalf), recurse(rightHalf)];
        const values = left.values.map((value, i) => value + right.values[i]!);
        const sum = {
          lossSum: left.lossSum + right.lossSum,
          correct: left.correct + right.correct,
          values,
        };
        expect(gradientOf(block)).toEqual(sum);
        return sum;
      };
      recurse({ start: 0, end: shardCount });
    }
  });

  test("are the same from advance, call by call, as from compute, on both kernels", () => {
    const unit: Unit = { kind: "gradient", step: 1, block: { start: 0, end: 8 } };
    const expected = keep(startEngine().compute(unit));
    for (const kernel of [createWasmKernel(), createPlainKernel()]) {
      const { result, calls } = advanceThrough(startEngine({ kernel }), unit);
      expect(result).toEqual(expected);
      expect(calls).toBe(2);
    }
  });

  test("depend on nothing that was computed before: any order of units gives each the same bits", () => {
    const units: Unit[] = [0, 1, 2, 3].flatMap((step) => [
      { kind: "gradient", step, block: { start: 0, end: step % 2 === 0 ? 13 : 8 } },
      { kind: "gradient", step, block: { start: 4, end: 8 } },
      { kind: "test", step, block: { start: 8, end: 10 } },
    ]);
    const expected = units.map((unit) => keep(startEngine().compute(unit)));
    const engine = startEngine();
    fc.assert(
      fc.property(fc.array(fc.nat(units.length - 1), { maxLength: 20 }), (order) => {
        for (const i of order) expect(keep(engine.compute(units[i]!))).toEqual(expected[i]);
      }),
      { numRuns: 20 },
    );
  });

  test("begin drops the unfinished unit", () => {
    const unit: Unit = { kind: "gradient", step: 0, block: { start: 8, end: 12 } };
    const engine = startEngine();
    const expected = keep(engine.compute(unit));
    engine.begin({ kind: "gradient", step: 0, block: { start: 0, end: 8 } });
    engine.advance();
    expect(keep(engine.compute(unit))).toEqual(expected);
  });

  test("sum the losses of the step's own slice of the epoch's order", () => {
    const { values: _, lossSum } = startEngine().compute({
      kind: "gradient",
      step: 3,
      block: { start: 0, end: 8 },
    });
    const plan = planRun(config, { trainCount: 100, testCount: 50 });
    const indices = [...epochOrder(1, config, plan)].slice(64);
    expect(lossSum / plainLossSum(indices)).toBeCloseTo(1, 6);
  });

  test("take their parameters at any alignment", () => {
    const unit: Unit = { kind: "gradient", step: 0, block: { start: 0, end: 1 } };
    const engine = startEngine();
    const expected = keep(engine.compute(unit));
    const shifted = new Uint8Array(4 * engine.parameterCount + 1);
    shifted.set(initialBytes(), 1);
    engine.setParameters(shifted.subarray(1));
    expect(keep(engine.compute(unit))).toEqual(expected);
  });

  test.each([
    { start: 0, end: 14 },
    { start: 1, end: 3 },
    { start: 0, end: 3 },
    { start: 12, end: 12 },
  ])("refuse %j, which is not a node of 13 shards", (block) => {
    expect(() => startEngine().compute({ kind: "gradient", step: 0, block })).toThrow(
      /no gradient block/u,
    );
  });
});

describe("evaluation units", () => {
  test("count every test sample once at [label, predicted], and correct is the diagonal", () => {
    const engine = startEngine();
    const block = { start: 0, end: 10 };
    const { values, correct } = keep(engine.compute({ kind: "test", step: 0, block }));
    const byLabel = [0, 1, 2].map((label) =>
      values.subarray(3 * label, 3 * label + 3).reduce((sum, count) => sum + count, 0),
    );
    const labels = [0, 1, 2].map((label) => dataset.test.targets.filter((l) => l === label).length);
    expect(byLabel).toEqual(labels);
    expect(values[0]! + values[4]! + values[8]!).toBe(correct);
  });

  test("of the two halves add up to the whole", () => {
    const engine = startEngine();
    const evaluate = (block: Block) => keep(engine.compute({ kind: "test", step: 0, block }));
    const [leftHalf, rightHalf] = childrenOf({ start: 0, end: 10 });
    const [left, right] = [evaluate(leftHalf), evaluate(rightHalf)];
    const whole = evaluate({ start: 0, end: 10 });
    expect(whole.values).toEqual(left.values.map((count, i) => count + right.values[i]!));
    expect(whole.lossSum).toBe(left.lossSum + right.lossSum);
  });
});

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

describe("300 classes, whose labels take 16 bits", () => {
  const manyClasses = drawDataset({ classCount: 300, trainCount: 600, testCount: 90 });
  const model = testConfig({ layers: [12, 5, 300], batchSize: 64, shardSize: 5 });
  const engines = [createWasmKernel(), createPlainKernel()].map((kernel) => {
    const engine = createEngine({ kernel, config: model, dataset: manyClasses });
    engine.setParameters(bytesOf(initialParameters(model.model, 1)));
    return engine;
  });

  test("give one loss and gradient on both kernels, near that of plain float64", () => {
    const unit = { kind: "gradient", step: 0, block: { start: 0, end: 13 } } as const;
    const [wasm, plain] = engines.map((engine) => keep(engine.compute(unit)));
    expect(wasm).toEqual(plain);
    const order = epochOrder(0, model, planRun(model, { trainCount: 600, testCount: 90 }));
    const parameters = Float64Array.from(initialParameters(model.model, 1));
    const { features, targets } = manyClasses.train;
    const expected = order.subarray(0, 64).reduce((sum, index) => {
      const row = features.subarray(12 * index, 12 * index + 12);
      const sample = { features: Array.from(row, (byte) => byte / 255), label: targets[index]! };
      return sum + plainLoss(model, parameters, sample);
    }, 0);
    expect(wasm!.lossSum / expected).toBeCloseTo(1, 5);
  });

  test("are counted in an evaluation as samples, predictions and hits of each class", () => {
    const unit = { kind: "test", step: 0, block: { start: 0, end: 18 } } as const;
    const { values, correct } = keep(engines[0]!.compute(unit));
    expect(values).toHaveLength(900);
    const column = (at: number) => [...values].filter((_, i) => i % 3 === at);
    const { targets } = manyClasses.test;
    expect(column(0)).toEqual(
      Array.from({ length: 300 }, (_, label) => targets.filter((l) => l === label).length),
    );
    expect(total(column(1))).toBe(90);
    expect(total(column(2))).toBe(correct);
  });
});

describe("candidate units", () => {
  const step = 2;

  test("give the loss at the point first, then at each neighbour, over the whole batch", () => {
    const engine = startEngine({ runConfig: searchConfig });
    const all = { start: 0, end: 7 };
    const { values } = keep(engine.compute({ kind: "candidates", step, block: all }));
    const other = startEngine();
    const point = new Float32Array(initialBytes().buffer);
    const losses = Array.from({ length: 7 }, (_, candidate) => {
      const target = point.slice();
      if (candidate > 0) drawNeighbour(target, point, { seed: 1, step, candidate, sigma: 0.1 });
      other.setParameters(new Uint8Array(target.buffer));
      return other.compute({ kind: "gradient", step, block: { start: 0, end: 13 } }).lossSum;
    });
    expect(values).toEqual(Float32Array.from(losses));
    expect(new Set(values).size).toBe(7);
  });

  test("of two candidates are the same alone, by advance, and on the plain kernel", () => {
    const whole = startEngine({ runConfig: searchConfig });
    const block = { start: 4, end: 6 };
    const all = { start: 0, end: 7 };
    const { values } = keep(whole.compute({ kind: "candidates", step, block: all }));
    const engine = startEngine({ runConfig: searchConfig, kernel: createPlainKernel() });
    const { result, calls } = advanceThrough(engine, { kind: "candidates", step, block });
    expect(result.values).toEqual(values.slice(4, 6));
    expect([result.lossSum, result.correct]).toEqual([0, 0]);
    expect(calls).toBe(26);
  });
});

describe("results that are not finite are thrown, never returned", () => {
  test.each([NaN, Infinity])("a parameter that is %d", (value) => {
    const parameters = new Float32Array(initialBytes().buffer);
    parameters[17] = value;
    const engine = startEngine();
    expect(() => engine.setParameters(new Uint8Array(parameters.buffer))).toThrow(NonFiniteError);
  });

  test("a gradient and a loss that overflow", () => {
    const runConfig = testConfig({
      layers,
      batchSize: 64,
      shardSize: 5,
      loss: "mse",
      output: "linear",
    });
    const engine = startEngine({ runConfig });
    const huge = new Float32Array(engine.parameterCount).fill(1e30);
    engine.setParameters(new Uint8Array(huge.buffer));
    for (const kind of ["gradient", "test"] as const) {
      const unit = { kind, step: 0, block: { start: 0, end: 1 } };
      expect(() => engine.compute(unit)).toThrow(NonFiniteError);
    }
  });
});

interface Start {
  readonly kernel?: Kernel;
  readonly runConfig?: RunConfig;
}

/** An engine at the initial parameters. */
function startEngine({ kernel = createWasmKernel(), runConfig = config }: Start = {}): Engine {
  const engine = createEngine({ kernel, config: runConfig, dataset });
  engine.setParameters(initialBytes());
  return engine;
}

function initialBytes(): Uint8Array {
  return new Uint8Array(initialParameters(config.model, 1).buffer);
}

/** A copy of a result, which the next unit does not overwrite. */
function keep({ lossSum, correct, values }: UnitResult) {
  return { lossSum, correct, values: floatsOf(values) };
}

function advanceThrough(engine: Engine, unit: Unit) {
  engine.begin(unit);
  for (let calls = 1; ; calls++) {
    const result = engine.advance();
    if (result !== undefined) return { result: keep(result), calls };
  }
}

function plainLossSum(indices: readonly number[]): number {
  const parameters = Float64Array.from(initialParameters(config.model, 1));
  const { features, targets: labels } = dataset.train;
  return indices.reduce((sum, index) => {
    const row = features.subarray(12 * index, 12 * index + 12);
    const sample = { features: Array.from(row, (byte) => byte / 255), label: labels[index]! };
    return sum + plainLoss(config, parameters, sample);
  }, 0);
}

/** @file The table of a few parameters: each worker's mean gradient, and the average of all. */
import { describe, expect, test } from "vitest";

import { GradientTable } from "../../../../../coordinator/run/measures/gradient-table.ts";
import { denseModel } from "../../../../../shared/model/dense-model.ts";
import { sayInEnglish } from "../../../../../shared/words/sentence.ts";

const modelOf = (...widths: readonly number[]) =>
  denseModel({ widths, activation: "sigmoid", output: "softmax" });
const model = modelOf(4, 3, 2);
const parameterCount = 5 * 3 + 4 * 2;

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `w${i + 1}`);
}

/** A gradientSum in which each value is the parameter's index times `factor`. */
function gradient(factor: number): Uint8Array {
  const values = Float32Array.from({ length: parameterCount }, (_, i) => i * factor);
  return new Uint8Array(values.buffer);
}

describe("GradientTable", () => {
  test("has no table before the first complete step", () => {
    const columns = new GradientTable({ model, wire: "float32" }, [2, 2]);
    expect(columns.table([])).toBeNull();
    columns.begin(0);
    columns.add(0, "ana", gradient(1), 2);
    expect(columns.table([])).toBeNull();
  });

  test("shows each worker's mean over its own samples, and the mean over all 8 as the average", () => {
    const columns = new GradientTable({ model, wire: "float32" }, [2, 2]);
    columns.begin(5);
    columns.add(5, "ana", gradient(4), 2);
    columns.add(5, "bea", gradient(6), 4);
    columns.add(5, "ana", gradient(2), 2);
    columns.end(5, []);
    const { step, workers, samples, rows } = columns.table(["ana", "bea"])!;
    expect([step, workers, samples]).toEqual([5, ["ana", "bea"], [4, 4]]);
    for (const { parameter, gradients, average } of rows) {
      expect(gradients).toEqual([(6 * parameter) / 4, (6 * parameter) / 4]);
      expect(average).toBe((12 * parameter) / 8);
    }
  });

  test("columns are in the order of the connected workers, whoever answered first", () => {
    const columns = new GradientTable({ model, wire: "float32" }, [2, 2]);
    columns.begin(0);
    for (const name of ["gone", "bea", "ana"]) columns.add(0, name, gradient(1), 1);
    columns.end(0, []);
    expect(columns.table(["ana", "bea"])?.workers).toEqual(["ana", "bea", "gone"]);
  });

  test("up to 8 workers keep their columns in a step without them; of 9 only those with a share are shown", () => {
    const columns = new GradientTable({ model, wire: "float32" }, [2, 2]);
    columns.begin(0);
    columns.add(0, "w2", gradient(3), 1);
    columns.end(0, []);
    const { workers, rows } = columns.table(names(8))!;
    expect(workers).toEqual(names(8));
    const { parameter, gradients, average } = rows[0]!;
    expect(gradients).toEqual([null, 3 * parameter, null, null, null, null, null, null]);
    expect(average).toBe(3 * parameter);
    expect(columns.table(names(9))?.workers).toEqual(["w2"]);
  });

  test("picks 3 weights of the middle input, the first of the last layer and the last bias", () => {
    const columns = new GradientTable({ model, wire: "float32" }, [2, 2]);
    columns.begin(0);
    columns.add(0, "ana", gradient(1), 1);
    columns.end(0, []);
    // Input 3 of a 2 × 2 picture has the weights 9, 10, 11. The second layer starts after 4 · 3 weights and 3
    // biases.
    expect(columns.table([])?.rows.map(({ parameter }) => parameter)).toEqual([9, 10, 11, 15, 22]);
  });

  test("picks parameters of the reference network that exist: 6 of 13,002", () => {
    const columns = new GradientTable(
      { model: modelOf(784, 16, 16, 10), wire: "float32" },
      [28, 28],
    );
    columns.begin(0);
    columns.add(0, "ana", new Uint8Array(4 * 13_002), 1);
    columns.end(0, []);
    const rows = columns.table([])?.rows.map(({ parameter }) => parameter);
    expect(rows).toEqual([6_496, 6_497, 6_498, 12_560, 12_832, 13_001]);
  });

  test("picks parameters of the smallest network, 1 → 1: both", () => {
    const columns = new GradientTable({ model: modelOf(1, 1), wire: "float32" }, [1]);
    columns.begin(0);
    columns.add(0, "ana", new Uint8Array(8), 1);
    columns.end(0, []);
    expect(columns.table([])?.rows.map(({ parameter }) => parameter)).toEqual([0, 1]);
  });

  test("keeps showing the last complete step while the next one is open", () => {
    const columns = new GradientTable({ model, wire: "float32" }, [2, 2]);
    columns.begin(0);
    columns.add(0, "ana", gradient(1), 1);
    columns.end(0, []);
    const before = columns.table([]);
    columns.begin(1);
    columns.add(1, "bea", gradient(9), 1);
    expect(columns.table([])).toEqual(before);
    columns.end(1, []);
    expect(columns.table([])).toMatchObject({ step: 1, workers: ["bea"] });
  });

  test("ignores a step without gradients: an evaluation leaves the table as it was", () => {
    const columns = new GradientTable({ model, wire: "float32" }, [2, 2]);
    columns.begin(0);
    columns.add(0, "ana", gradient(1), 1);
    columns.end(0, []);
    columns.begin(1);
    columns.end(1, []);
    expect(columns.table([])).toMatchObject({ step: 0, workers: ["ana"] });
  });

  test("reads tensors at any alignment", () => {
    const shifted = new Uint8Array(4 * parameterCount + 1);
    shifted.set(gradient(1), 1);
    const columns = new GradientTable({ model, wire: "float32" }, [2, 2]);
    columns.begin(0);
    columns.add(0, "ana", shifted.subarray(1), 1);
    columns.end(0, []);
    expect(columns.table([])?.rows[0]).toMatchObject({ parameter: 9, gradients: [9], average: 9 });
  });

  test("weighs workers by their samples: 3 of 4 and 1 of 4 give 0.75 and 0.25 of the average", () => {
    const columns = new GradientTable({ model, wire: "float32" }, [2, 2]);
    columns.begin(0);
    columns.add(0, "ana", gradient(3), 3);
    columns.add(0, "bea", gradient(5), 1);
    columns.end(0, []);
    const { samples, rows } = columns.table([])!;
    expect(samples).toEqual([3, 1]);
    for (const { parameter, gradients, average } of rows) {
      expect(gradients).toEqual([parameter, 5 * parameter]);
      // The mean of the columns would be 3.
      expect(average).toBe(2 * parameter);
    }
  });

  test("names its rows by layer, pixel and neuron", () => {
    const columns = new GradientTable(
      { model: modelOf(784, 16, 16, 10), wire: "float32" },
      [28, 28],
    );
    columns.begin(0);
    columns.add(0, "ana", new Uint8Array(4 * 13_002), 1);
    columns.end(0, []);
    expect(columns.table([])?.rows.map(({ name }) => sayInEnglish(name))).toEqual([
      "layer 1, pixel 15,15 → neuron 1",
      "layer 1, pixel 15,15 → neuron 2",
      "layer 1, pixel 15,15 → neuron 3",
      "layer 2, neuron 1 → neuron 1",
      "layer 3, neuron 1 → neuron 1",
      "layer 3, bias of neuron 10",
    ]);
  });
});

describe("the shown step", () => {
  const table = new GradientTable({ model, wire: "float32" }, [2, 2]);
  const four = names(4);
  const stepOf = (step: number, workers: readonly string[], present = four) => {
    table.begin(step);
    for (const name of workers) table.add(step, name, gradient(1), 1);
    table.end(step, present);
    return table.table(present)?.step;
  };

  test("is the newest with all 4 workers, not the epoch's last batch with 1", () => {
    expect(stepOf(0, ["w1"])).toBe(0);
    expect(stepOf(1, four)).toBe(1);
    expect(stepOf(2, four)).toBe(2);
    expect(stepOf(3, ["w2"])).toBe(2);
    expect(stepOf(4, four)).toBe(4);
  });

  test("need not have those who left: of 4, the 2 that stayed are enough", () => {
    expect(stepOf(5, ["w1", "w2"], ["w1", "w2"])).toBe(5);
    expect(stepOf(6, ["w2"], ["w1", "w2"])).toBe(5);
  });

  test("is at most 100 steps old, however few took part since", () => {
    expect(stepOf(104, ["w2"], ["w1", "w2"])).toBe(5);
    expect(stepOf(105, ["w2"], ["w1", "w2"])).toBe(105);
  });
});

import { describe, expect, test } from "vitest";

import { variedOf, variedReader } from "../../../../../coordinator/compare/plan/varied.ts";
import { mistake } from "../../cli/support.ts";

function read(...given: readonly string[]) {
  return variedOf(variedReader.read(given.join(",")) ?? ["not read"], "--vary");
}

describe("--vary", () => {
  test("reads each value as its own flag would, and several settings joined by commas", () => {
    expect(read("optimizer=sgd,adam", "learning-rate=1e-2,0.1,1")).toEqual([
      { key: "optimizer", values: ["sgd", "adam"] },
      { key: "learningRate", values: [0.01, 0.1, 1] },
    ]);
    expect(read("learningRate=.5", "batchSize=16,full")).toEqual([
      { key: "learningRate", values: [0.5] },
      { key: "batchSize", values: [16, "full"] },
    ]);
  });

  test("separates values that contain commas by semicolons", () => {
    expect(read("layers=784,16,10;784,32,10")[0]?.values).toEqual([
      [784, 16, 10],
      [784, 32, 10],
    ]);
    expect(read("layers=784,16,10")[0]?.values).toEqual([[784, 16, 10]]);
    expect(read("model=mlp;cnn:channels=8,hidden=32")[0]?.values).toHaveLength(2);
  });

  test.each([
    ["optimiser=sgd", "--vary: optimiser is not a setting of a run; did you mean optimizer?"],
    [
      "colour=red",
      "--vary: colour is not a setting of a run; write, for example, optimizer=sgd,adam",
    ],
    ["seed=1,2", "--vary: seed can't be varied, because all variants have the same data"],
    ["dataset=mnist,digits", "--vary: dataset can't be varied"],
    ["optimizer=sgd,sdg", "--vary optimizer must be sgd, momentum, nag"],
    ["batch-size=16,16", "--vary batch-size has the value 16 twice; leave one out"],
    ["beta=0.9,beta=0.5", "--vary has beta twice; give all of its values at once: beta=…,…"],
  ])("%s is refused in one line", (given, line) => {
    expect(mistake(() => read(given))).toContain(line);
  });

  test.each(["optimizer", "=sgd", "optimizer=", "-x=1"])("%s is not of its form", (given) => {
    expect(variedReader.read(given)).toBeUndefined();
  });
});

import { describe, expect, test } from "vitest";

import { nearest } from "../../../../../shared/run/settings/suggest.ts";

describe("nearest", () => {
  test.each([
    ["adma", ["adam", "sgd"], "adam"],
    ["sdg", ["adam", "sgd"], "sgd"],
    ["LEARNING_RATE", ["learningRate", "epochs"], "learningRate"],
    ["cos", ["constant", "cosine"], "cosine"],
    ["con", ["constant", "contrast"], undefined],
    ["x", ["a", "b"], undefined],
    ["", ["a", "bc"], undefined],
    ["lion", ["adam", "sgd", "nag"], undefined],
    ["adam", [], undefined],
  ] as const)("of %s among %j is %s", (given, words, wanted) => {
    expect(nearest(given, words)).toBe(wanted);
  });
});

import { describe, expect, test } from "vitest";

import type { TextPreprocessing } from "../../../../shared/data/text/preprocess.ts";
import { Predictor } from "../../../../shared/engine/predictor.ts";
import {
  chooseToken,
  TextWriter,
  type WritingStyle,
} from "../../../../shared/engine/text-writer.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { Random } from "../../../../shared/random.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";
import { context, tinyGpt, tokenCount } from "../../../support/fixtures/tasks/tiny-text.ts";

const config = {
  model: tinyGpt,
  loss: { name: "cce" },
  task: { kind: "tokens", count: tokenCount },
} as const;
const parameters = initialParameters(tinyGpt, 3).map((value) => 3 * value);
const preprocessing: TextPreprocessing = {
  kind: "text",
  tokens: "char",
  vocabulary: "abcde",
  context,
};
const lively: WritingStyle = { temperature: 1, topK: null, seeds: [1] };

function written(prompt: string, style: WritingStyle, length = 40, kernel = createWasmKernel()) {
  const writer = new TextWriter(new Predictor(kernel, config), preprocessing);
  const tokens = writer.write(parameters, prompt, style);
  return Array.from({ length }, () => tokens.next().value).join("");
}

describe("a text writer", () => {
  test("writes the same text in both kernels, another with another seed, and never the unknown token", () => {
    const text = written("abc", lively, 200);
    expect(text).toMatch(/^[abcde]{200}$/u);
    expect(written("abc", lively, 200)).toBe(text);
    expect(written("abc", lively, 200, createPlainKernel())).toBe(text);
    expect(written("abc", { ...lively, seeds: [2] }, 200)).not.toBe(text);
  });

  test("at temperature 0, or of the one likeliest, writes what the network says at each step", () => {
    const predictor = new Predictor(createWasmKernel(), config);
    let seen = [0, 1, 2];
    let expected = "";
    for (let i = 0; i < 20; i++) {
      const window = seen.slice(-context);
      // What comes after the last token that is seen has no effect.
      const features = Float32Array.from({ length: context }, (_, t) => window[t] ?? 4);
      const outputs = predictor.outputs(parameters, features);
      const last = (window.length - 1) * tokenCount;
      const row = [...outputs.subarray(last, last + tokenCount - 1)];
      const token = row.indexOf(Math.max(...row));
      expected += "abcde"[token];
      seen = [...seen, token];
    }
    expect(written("abc", { ...lively, temperature: 0 }, 20)).toBe(expected);
    expect(written("abc", { ...lively, topK: 1 }, 20)).toBe(expected);
  });

  test("sees only the last of a long prompt, and takes what it does not know as unknown", () => {
    const greedy = { ...lively, temperature: 0 };
    expect(written("eeeeeeeeabcdea", greedy)).toBe(written("abcdea", greedy));
    expect(written("a?c", greedy)).toBe(written("a!c", greedy));
    expect(written("", greedy)).toBe(written("a", greedy));
  });

  test("joins the bytes of a character before it writes it", () => {
    const bytes = new TextEncoder().encode("aé€");
    const model = {
      inputShape: [2],
      layers: [
        { kind: "embedding", vocabulary: 256, width: 256 },
        { kind: "dense", units: 256 },
        { kind: "softmax" },
      ],
    } as const;
    // Each byte is followed by the next one of the text.
    const values = new Float32Array(2 * 256 * 256 + 256);
    for (let i = 0; i < 256; i++) values[i * 256 + i] = 1;
    for (const [i, byte] of bytes.entries()) {
      const next = bytes[(i + 1) % bytes.length]!;
      values[256 * 256 + byte * 256 + next] = 40;
    }
    const task = { kind: "tokens", count: 256 } as const;
    const writer = new TextWriter(new Predictor(createWasmKernel(), { ...config, model, task }), {
      kind: "text",
      tokens: "byte",
      context: 2,
    });
    const tokens = writer.write(values, "a", { ...lively, temperature: 0 });
    const pieces = Array.from({ length: 6 }, () => tokens.next().value);
    expect(pieces).toEqual(["", "é", "", "", "€", "a"]);
  });
});

/** The largest difference. */
function distance(found: readonly number[], expected: readonly number[]): number {
  return Math.max(...found.map((share, i) => Math.abs(share - expected[i]!)));
}

describe("a token", () => {
  const probabilities = Float32Array.of(0.1, 0.5, 0, 0.25, 0.15);
  const shares = (style: Pick<WritingStyle, "temperature" | "topK">) => {
    const random = new Random(5);
    const counts = [0, 0, 0, 0, 0];
    for (let i = 0; i < 20_000; i++)
      counts[chooseToken(probabilities, style, random)]! += 1 / 20_000;
    return counts;
  };
  test("is drawn as often as it is probable at temperature 1, and one that can't be never", () => {
    const found = shares({ temperature: 1, topK: null });
    expect(distance(found, [...probabilities])).toBeLessThan(0.015);
    expect(found[2]).toBe(0);
  });

  test("is drawn by the square of its probability at temperature 0.5", () => {
    const squares = [...probabilities].map((p) => p * p);
    const sum = squares.reduce((total, square) => total + square, 0);
    const expected = squares.map((square) => square / sum);
    expect(distance(shares({ temperature: 0.5, topK: null }), expected)).toBeLessThan(0.015);
  });

  test("is one of the k likeliest, and of equal ones the first", () => {
    const two = shares({ temperature: 1, topK: 2 });
    expect(distance(two, [0, 2 / 3, 0, 1 / 3, 0])).toBeLessThan(0.015);
    expect([two[0], two[2], two[4]]).toEqual([0, 0, 0]);
    const equal = Float32Array.of(0.2, 0.4, 0.4);
    expect(chooseToken(equal, { temperature: 0, topK: null }, new Random(1))).toBe(1);
    expect(chooseToken(equal, { temperature: 1, topK: 1 }, new Random(1))).toBe(1);
  });
});

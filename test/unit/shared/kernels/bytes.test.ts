import { describe, expect, test } from "vitest";

import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { Random, stateOf } from "../../../../shared/random.ts";
import {
  bitsOf,
  createWasmKernel,
  drawFloats,
  drawWide,
  edgeValues,
} from "../../../support/fixtures/kernel-twins.ts";
import { roundedToBytes } from "../../../support/trainers/sequential-wire.ts";

const finiteEdges = edgeValues.filter((value) => Number.isFinite(value));

describe.each([
  ["the SIMD kernel", createWasmKernel],
  ["the plain twin", createPlainKernel],
])("int8 in %s", (_, create) => {
  const round = (values: Float32Array, ...seeds: number[]) => {
    const { arena, views, functions } = create();
    const pointer = arena.allocate(values.byteLength);
    views.f32.set(values, pointer / 4);
    const [key0 = 0, key1 = 0] = stateOf(seeds);
    functions.roundToBytes(pointer, values.length, key0, key1);
    return views.f32.slice(pointer / 4, pointer / 4 + values.length);
  };

  test("follows the rule of the wire page on 100 tensors of all magnitudes", () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = new Random(seed, 5);
      const values = drawWide(random, 1 + random.below(600), [1, 20, 60, 240][seed % 4]!);
      if (seed % 3 === 0) values.set(finiteEdges.subarray(0, values.length));
      const expected = roundedToBytes(values, [1, seed, 0, 1]);
      expect(bitsOf(round(values, 1, seed, 0, 1)), `seed ${seed}`).toEqual(bitsOf(expected));
    }
  });

  test("rounding twice changes nothing, whatever the second key", () => {
    for (let seed = 0; seed < 100; seed++) {
      const values = drawWide(new Random(seed, 6), 300, 60);
      values[7] = Math.fround(2 ** (seed - 40) * (1 - 2 ** -20));
      const once = round(values, seed);
      expect(bitsOf(round(once, seed + 1)), `seed ${seed}`).toEqual(bitsOf(once));
    }
  });

  test("other nodes, steps and seeds draw other numbers", () => {
    const values = drawFloats(new Random(3), 300);
    const all = [
      [1, 2, 4, 6],
      [1, 2, 4, 5],
      [1, 2, 5, 6],
      [1, 3, 4, 6],
      [2, 2, 4, 6],
    ].map((seeds) => bitsOf(round(values, ...seeds)).join());
    expect(new Set(all).size).toBe(all.length);
  });

  test("the mean of 4,000 roundings is the value, within 5 deviations", () => {
    const values = Float32Array.of(127, 0.03, -0.03, 3.5, -64.25, 100.9, -0.999);
    const sums = values.map(() => 0);
    const times = 4000;
    for (let time = 0; time < times; time++) {
      for (const [i, value] of round(values, 9, time).entries()) sums[i]! += value;
    }
    const deviation = 0.5 / Math.sqrt(times);
    for (const [i, sum] of sums.entries()) {
      expect(Math.abs(sum / times - values[i]!), `${values[i]}`).toBeLessThan(5 * deviation);
    }
  });

  test("zero is +0, and the smallest and the largest numbers stay finite", () => {
    expect(bitsOf(round(Float32Array.of(0, -0)))).toEqual(Uint32Array.of(0, 0));
    const tiny = round(Float32Array.of(2 ** -149, -(2 ** -149), 2 ** -130));
    for (const value of tiny) expect([0, 2 ** -126, -(2 ** -126)]).toContain(value);
    const large = round(Float32Array.of(3.4028235e38, -3.4028235e38, 2 ** 120));
    expect(large.slice(0, 2)).toEqual(Float32Array.of(127 * 2 ** 121, -127 * 2 ** 121));
  });

  test("a chunk with NaN or ±∞ stays as it is, the others are rounded", () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      const values = drawWide(new Random(4), 515, 20);
      values[300] = bad;
      const found = round(values, 1);
      expect(bitsOf(found.slice(256, 512))).toEqual(bitsOf(values.slice(256, 512)));
      const rest = roundedToBytes(values.slice(0, 256), [1]);
      expect(bitsOf(found.slice(0, 256))).toEqual(bitsOf(rest));
    }
  });
});

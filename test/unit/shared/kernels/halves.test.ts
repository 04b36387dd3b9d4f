import { describe, expect, test } from "vitest";

import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { Random } from "../../../../shared/random.ts";
import {
  bitsOf,
  createWasmKernel,
  drawWide,
  edgeValues,
} from "../../../support/fixtures/kernel-twins.ts";
import { halves, nearestHalf, roundedToHalves } from "../../../support/trainers/sequential-wire.ts";

/** Without those that round up to ∞. */
const finiteEdges = edgeValues.filter((value) => Math.abs(value) < 3.4e38);

function bytesFor(count: number): number {
  return Math.ceil((2 * count + Math.ceil(count / 256)) / 4) * 4;
}

describe.each([
  ["the SIMD kernel", createWasmKernel],
  ["the plain twin", createPlainKernel],
])("float16 in %s", (_, create) => {
  const round = (values: Float32Array) => {
    const { arena, views, functions } = create();
    const pointer = arena.allocate(values.byteLength);
    views.f32.set(values, pointer / 4);
    functions.roundToHalves(pointer, values.length);
    return views.f32.slice(pointer / 4, pointer / 4 + values.length);
  };

  test("rounds to the nearest, to even between two, at every border between two float16", () => {
    // The first value of each chunk keeps the exponent at 0, so that the others are float16 as they are.
    const between = halves.flatMap((value, i) => {
      const next = halves[i + 1];
      if (next === undefined || next > 2 ** 14) return [];
      const middle = (value + next) / 2;
      const ulp = 2 ** -23 * middle;
      return [value, -value, middle, -middle, Math.fround(middle + ulp), Math.fround(middle - ulp)];
    });
    const values = new Float32Array(Math.ceil(between.length / 255) * 256);
    for (let i = 0; i < between.length; i++) {
      values[256 * Math.floor(i / 255) + 1 + (i % 255)] = between[i]!;
    }
    for (let i = 0; i < values.length; i += 256) values[i] = 2 ** 14;
    expect(bitsOf(round(values))).toEqual(bitsOf(values.map(nearestHalf)));
  });

  test("follows the rule of the wire page on 100 tensors of all magnitudes", () => {
    for (let seed = 0; seed < 100; seed++) {
      const random = new Random(seed, 5);
      const values = drawWide(random, 1 + random.below(600), [1, 20, 60, 240][seed % 4]!);
      if (seed % 3 === 0) values.set(finiteEdges.subarray(0, values.length));
      expect(bitsOf(round(values)), `seed ${seed}`).toEqual(bitsOf(roundedToHalves(values)));
    }
  });

  test("rounding twice changes nothing, also if the largest value is rounded up to a power of two", () => {
    for (let seed = 0; seed < 100; seed++) {
      const values = drawWide(new Random(seed, 6), 300, 60);
      values[7] = Math.fround(2 ** (seed - 40) * (1 - 2 ** -20));
      const once = round(values);
      expect(bitsOf(round(once)), `seed ${seed}`).toEqual(bitsOf(once));
    }
  });

  test("keeps ±0, the smallest numbers and the largest that it can", () => {
    const small = Float32Array.of(0, -0, 2 ** -149, -(2 ** -149), 2 ** -140, 3 * 2 ** -149);
    expect(bitsOf(round(small))).toEqual(bitsOf(small));
    const large = Float32Array.of(2 ** 127 * (2 - 2 ** -10), 2 ** 100, 2 ** 89);
    expect(bitsOf(round(large))).toEqual(bitsOf(large));
    // The largest float32 has no float16 near it but ∞, which is found like any other overflow.
    expect(round(Float32Array.of(3.4028235e38))[0]).toBe(Infinity);
  });

  test("a chunk with NaN or ±∞ still has one", () => {
    for (const bad of [NaN, Infinity, -Infinity]) {
      for (const at of [0, 3, 100, 257, 258]) {
        const values = drawWide(new Random(at), 259, 200);
        values[at] = bad;
        expect(Number.isFinite(round(values)[at]), `${bad} at ${at}`).toBe(false);
      }
    }
  });

  test("reads NaN and ∞ as such, and sees whether the bytes are those that it would write", () => {
    const { arena, views, functions } = create();
    const [source, packed, read] = [1200, 700, 1200].map((length) => arena.allocate(length));
    views.f32.set(drawWide(new Random(9), 300, 30), source! / 4);
    functions.packHalves(packed!, source!, 300);
    const bytes = views.u8.slice(packed, packed! + bytesFor(300));
    const given = (change: (view: DataView) => void) => {
      const changed = bytes.slice();
      change(new DataView(changed.buffer));
      views.u8.set(changed, packed);
      const isRight = functions.unpackHalves(read!, packed!, 300);
      return { isRight, isFinite: functions.allFinite(read!, 300) };
    };
    expect(given(() => {})).toEqual({ isRight: 1, isFinite: 1 });
    for (const bits of [0x7c00, 0xfc00, 0x7e00, 0x7c01, 0xffff]) {
      expect(given((view) => view.setUint16(20, bits, true)).isFinite, `${bits}`).toBe(0);
    }
    for (const at of [600, 601]) {
      for (const exponent of [-128, -127, 115, 127]) {
        const { isRight } = given((view) => view.setInt8(at, exponent));
        expect(isRight, `exponent ${exponent} at ${at}`).toBe(0);
      }
    }
    for (const factor of [0.5, 2]) {
      const { isRight } = given((view) => {
        for (let i = 0; i < 256; i++) {
          const by = factor === 2 ? 0x400 : -0x400;
          const half = view.getUint16(2 * i, true);
          view.setUint16(2 * i, Math.max(half & 0x8000, half + by), true);
        }
        view.setInt8(600, view.getInt8(600) - Math.log2(factor));
      });
      expect(isRight, `a chunk times ${factor} with the exponent to match`).toBe(0);
    }
    for (const at of [602, 603]) expect(given((view) => view.setInt8(at, 1)).isRight).toBe(0);
  });
});

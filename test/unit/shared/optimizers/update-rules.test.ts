/** The kernels' update rules: the SIMD ones against their plain twins, byte for byte. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  createPlainKernel,
  instantiateKernel,
  type Kernel,
} from "../../../../shared/kernels/kernel.ts";
import { readUpdate, updateByteLength, writeUpdate } from "../../../../shared/kernels/update.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";

const wasm = await loadKernelWasm();
const rules = ["sgd", "momentum", "lookAhead", "nag", "rmsprop", "adam"] as const;
const scalars = {
  divisor: 48,
  clipScale: 0.75,
  weightDecay: 0.01,
  l1: 0.003,
  learningRate: 0.05,
  lookAhead: 0.045,
  decay: 0.0005,
  beta1: 0.9,
  gain1: 0.1,
  correction1: 0.271,
  beta2: 0.999,
  gain2: 0.001,
  correction2: 0.002997,
  epsilon: 1e-8,
};

/** Lays out seven tensors filled with `values`, runs one rule, and returns every byte that it may have touched. */
function runRule(
  kernel: Kernel,
  rule: (typeof rules)[number],
  count: number,
  values: Float32Array,
) {
  const record = kernel.arena.allocate(updateByteLength);
  const pointers = Array.from({ length: 7 }, () => kernel.arena.allocate(4 * count));
  const [gradientSum, parameters, first, second, nextParameters, nextFirst, nextSecond] = pointers;
  // The tensor that holds means of squares is never negative.
  const squares = rule === "rmsprop" ? first : second;
  for (const [tensor, pointer] of pointers.entries()) {
    const part = values.subarray(tensor * count, (tensor + 1) * count);
    kernel.views.f32.set(pointer === squares ? part.map(Math.abs) : part, pointer / 4);
  }
  const update = {
    ...scalars,
    count,
    gradientSum: gradientSum!,
    parameters: parameters!,
    first: first!,
    second: second!,
    nextParameters: nextParameters!,
    nextFirst: nextFirst!,
    nextSecond: nextSecond!,
  };
  writeUpdate(kernel.views, record, update, scalars);
  kernel.functions[rule](record);
  return kernel.views.u8.slice(record, kernel.arena.allocate(0));
}

/** Any finite float32, including subnormals and −0. */
const values = fc.float({ noNaN: true, noDefaultInfinity: true });

describe("the L1 penalty", () => {
  test("of 0.25 is 0.25 · sign(w) for w of 3, −3, 0 and −0", () => {
    for (const kernel of both()) {
      const [w, next] = [kernel.arena.allocate(16), kernel.arena.allocate(16)];
      const record = kernel.arena.allocate(updateByteLength);
      const gradientSum = kernel.arena.allocate(16);
      kernel.views.f32.set([3, -3, 0, -0], w / 4);
      const tensors = { gradientSum, parameters: w, nextParameters: next, count: 4 };
      const none = { first: 0, second: 0, nextFirst: 0, nextSecond: 0 };
      const step = { divisor: 1, clipScale: 1, weightDecay: 0, l1: 0.25, learningRate: 1 };
      writeUpdate(kernel.views, record, { ...tensors, ...none, ...step }, {});
      kernel.functions.sgd(record);
      expect(kernel.views.f32.slice(next / 4, next / 4 + 4)).toEqual(
        Float32Array.of(2.75, -2.75, 0, -0),
      );
    }
  });
});

describe("an update rule", () => {
  test.each(rules)("%s gives the plain twin's bytes for 1…33 parameters of any size", (rule) => {
    const count = fc.integer({ min: 1, max: 33 });
    const tensors = count.chain((n) =>
      fc.tuple(fc.constant(n), fc.array(values, { minLength: 7 * n, maxLength: 7 * n })),
    );
    fc.assert(
      fc.property(tensors, ([n, list]) => {
        const flat = Float32Array.from(list);
        const simd = runRule(instantiateKernel(wasm), rule, n, flat);
        expect(simd).toEqual(withOneNaN(runRule(createPlainKernel(), rule, n, flat), simd));
      }),
      { numRuns: 60 },
    );
  });

  test.each(rules)("%s gives the plain twin's bytes for 1,003 usual parameters", (rule) => {
    const flat = Float32Array.from(
      { length: 7 * 1_003 },
      (_, i) => ((i * 7_919) % 2_003) / 1_001 - 1,
    );
    const simd = runRule(instantiateKernel(wasm), rule, 1_003, flat);
    expect(simd).toEqual(runRule(createPlainKernel(), rule, 1_003, flat));
  });

  test.each(rules)("%s leaves the zeros that pad 5 parameters to 16 unchanged", (rule) => {
    const kernel = instantiateKernel(wasm);
    runRule(kernel, rule, 5, new Float32Array(35).fill(0.5));
    const end = kernel.arena.allocate(0);
    for (let tensor = 1; tensor <= 7; tensor++) {
      const pad = kernel.views.f32.slice((end - 64 * tensor) / 4 + 5, (end - 64 * tensor) / 4 + 16);
      expect([...pad]).toEqual(Array.from({ length: 11 }, () => 0));
    }
  });
});

const both = () => [instantiateKernel(wasm), createPlainKernel()] as const;
const sumOf = (kernel: Kernel, list: readonly number[]) => {
  const pointer = kernel.arena.allocate(4 * list.length);
  kernel.views.f32.set(list, pointer / 4);
  return kernel.functions.sumOfSquares(pointer, list.length);
};

describe("sumOfSquares", () => {
  test("of 1, 2, 3, 4, 5 is 55, and of nothing 0", () => {
    for (const kernel of both()) {
      expect(sumOf(kernel, [1, 2, 3, 4, 5])).toBe(55);
      expect(sumOf(kernel, [])).toBe(0);
    }
  });

  test("has the same 64 bits in both kernels for 0…40 floats of any size", () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 40 }), (list) => {
        const [simd, plain] = both();
        expect(Object.is(sumOf(simd, list), sumOf(plain, list))).toBe(true);
        expect(sumOf(simd, list)).toBeLessThan(Infinity);
      }),
    );
  });

  test.each([NaN, Infinity, -Infinity])("is not finite when the last of 7 floats is %s", (odd) => {
    for (const kernel of both()) {
      expect(Number.isFinite(sumOf(kernel, [1, 2, 3, 4, 5, 6, odd]))).toBe(false);
    }
  });
});

describe("the update record", () => {
  test("reads back its 22 words, scalars rounded to float32 and missing ones 0", () => {
    const { arena, views } = createPlainKernel();
    const pointer = arena.allocate(updateByteLength);
    const tensors = {
      count: 5,
      gradientSum: 64,
      parameters: 128,
      first: 192,
      second: 256,
      nextParameters: 320,
      nextFirst: 384,
      nextSecond: 448,
    };
    const { divisor, clipScale, weightDecay, l1, learningRate } = scalars;
    const given = { ...tensors, divisor, clipScale, weightDecay, l1, learningRate };
    writeUpdate(views, pointer, given, { beta1: 0.9 });
    const record = readUpdate(views, pointer);
    expect(record).toMatchObject({ ...tensors, beta1: Math.fround(0.9), beta2: 0, divisor: 48 });
    expect(Object.keys(record)).toHaveLength(22);
    expect(updateByteLength).toBe(88);
  });
});

/**
 * `bytes` in which every float32 that is NaN in both is replaced by the other's, because NaN has many bit patterns,
 * none portable.
 */
function withOneNaN(bytes: Uint8Array, other: Uint8Array): Uint8Array {
  const floats = new Float32Array(bytes.buffer);
  const words = new Uint32Array(bytes.buffer);
  const otherFloats = new Float32Array(other.buffer);
  const otherWords = new Uint32Array(other.buffer);
  for (let i = 0; i < floats.length; i++) {
    if (Number.isNaN(floats[i]) && Number.isNaN(otherFloats[i])) words[i] = otherWords[i]!;
  }
  return bytes;
}

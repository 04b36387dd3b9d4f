import { describe, expect, test } from "vitest";

import { selfTest, selfTestParts } from "../../../../shared/engine/self-test.ts";
import {
  createPlainKernel,
  instantiateKernel,
  type Kernel,
} from "../../../../shared/kernels/kernel.ts";
import { createWasmKernel } from "../../../support/fixtures/kernel-twins.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";

const expected = selfTest(createPlainKernel());
const expectedParts = [...selfTestParts(createPlainKernel())];
const wasm = await loadKernelWasm();

test("the SIMD kernel and the plain twins hash to the same 64 hex digits, every time", () => {
  const kernel = createWasmKernel();
  expect(expected).toMatch(/^[0-9a-f]{64}$/u);
  expect([selfTest(kernel), selfTest(kernel)]).toEqual([expected, expected]);
});

describe("a kernel with one wrong constant is detected", () => {
  test.each([
    ["1/ln 2", Math.LOG2E],
    ["the high part of ln 2 in exp", 0.693359375],
    ["the low part of ln 2 in exp", -2.1219444e-4],
    ["the sixth power of exp", 1.98756915e-4],
    ["the fourth power of exp", 8.3334519073e-3],
    ["the first term of log", 0.66666662693],
    ["the last term of log", 0.24279078841],
    ["the low part of ln 2 in log", 9.0580006145e-6],
    ["the first term of tanh", -3.33332819422e-1],
    ["the last term of tanh", -5.70498872745e-3],
    ["the limit of tanh's series", 0.625],
    ["the value of a byte", 255],
  ])("%s", (_name, value) => {
    expect(failsSelfTest(instantiateKernel(withConstant(wasm, value)))).toBe(true);
  });
});

describe("a kernel that leaves a function out is detected", () => {
  // A hash is no part of a result: whose hash of the data is wrong refuses the data.
  const names = Object.keys(createPlainKernel().functions).filter(
    (name) => name !== "sha256Blocks",
  );

  test.each(names)("%s", (name) => {
    const kernel = createPlainKernel();
    const tampered = { ...kernel, functions: { ...kernel.functions, [name]: () => 0 } };
    expect(failsSelfTest(tampered)).toBe(true);
  });
});

/** Whether the hash differs: it does as soon as one part differs, so the later ones are not computed. */
function failsSelfTest(kernel: Kernel): boolean {
  let index = 0;
  for (const part of selfTestParts(kernel)) {
    if (!Buffer.from(part).equals(expectedParts[index++] ?? new Uint8Array(0))) return true;
  }
  return false;
}

/** The module with bit 18 of every float32 constant of this value flipped: a change by 2 to 6 %. */
function withConstant(module: Uint8Array, value: number): Uint8Array {
  const patched = Uint8Array.from(module);
  const pattern = new Uint8Array(Float32Array.of(value).buffer);
  let found = 0;
  for (let at = 0; at + 4 <= patched.length; at++) {
    if (pattern.some((byte, i) => module[at + i] !== byte)) continue;
    patched[at + 2]! ^= 0x04;
    found++;
  }
  expect(found).toBeGreaterThan(0);
  return patched;
}

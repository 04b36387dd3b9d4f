/**
 * @file Runs the SIMD kernel and its plain twins on the same memory image, and compares what they leave behind.
 */
import { assert } from "../../shared/assert.ts";
import { bytesOf } from "../../shared/bytes.ts";
import {
  createPlainKernel,
  instantiateKernel,
  type Kernel,
  type KernelFunctions,
} from "../../shared/kernels/kernel.ts";
import { Random } from "../../shared/random.ts";
import { loadKernelWasm } from "./kernel-wasm.ts";

const wasmBytes = await loadKernelWasm();

export function createWasmKernel(): Kernel {
  return instantiateKernel(wasmBytes);
}

/** Values that kernels get wrong: signed zeros, subnormals, infinities, the ends of the range. */
export const edgeValues = Float32Array.from([
  0,
  -0,
  1,
  -1,
  2 ** -149,
  -(2 ** -149),
  2 ** -130,
  -(2 ** -127),
  2 ** -126,
  Infinity,
  -Infinity,
  NaN,
  3.4028235e38,
  -3.4028235e38,
  88.7,
  -87.4,
  -103.9,
  0.625,
]);

/** `count` float32 values, about normal around 0; every `edgeEvery`-th is an edge value. */
export function drawFloats(random: Random, count: number, edgeEvery = Infinity): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    if (i % edgeEvery === edgeEvery - 1) return edgeValues[random.below(edgeValues.length)]!;
    return random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2;
  });
}

/** Floats from one padded row to the next. */
export function strideOf(width: number): number {
  return Math.ceil(width / 16) * 16;
}

/** Both kernels with their memories laid out alike. */
export class Twins {
  readonly wasm = createWasmKernel();
  readonly plain = createPlainKernel();

  allocate(byteLength: number): number {
    const pointer = this.plain.arena.allocate(byteLength);
    const same = this.wasm.arena.allocate(byteLength) === pointer;
    assert(same, "both memories are laid out alike");
    return pointer;
  }

  /** A copy of the bytes in both memories. */
  put(values: Float32Array | Uint32Array | Uint16Array | Uint8Array): number {
    const pointer = this.allocate(values.byteLength);
    const bytes = bytesOf(values);
    for (const { views } of [this.wasm, this.plain]) views.u8.set(bytes, pointer);
    return pointer;
  }

  /** The values as padded rows; the padding is random, so that whoever reads it is found out. */
  putRows(values: Float32Array, width: number): number {
    const stride = strideOf(width);
    const samples = values.length / width;
    const rows = drawFloats(new Random(samples, width), samples * stride);
    for (let s = 0; s < samples; s++) {
      rows.set(values.subarray(s * width, (s + 1) * width), s * stride);
    }
    return this.put(rows);
  }

  /** Calls the function in both kernels. */
  call(name: keyof KernelFunctions, ...values: number[]): [unknown, unknown] {
    return [callBy(this.wasm, name, values), callBy(this.plain, name, values)];
  }

  /** Where the two kernels left different bits among `count` float32: each place with both values. */
  differences(pointer: number, count: number): string[] {
    const slice = ({ views }: Kernel) => views.f32.slice(pointer / 4, pointer / 4 + count);
    const [left, right] = [slice(this.wasm), slice(this.plain)];
    const [leftBits, rightBits] = [bitsOf(left), bitsOf(right)];
    return [...leftBits.keys()]
      .filter((i) => leftBits[i] !== rightBits[i])
      .map((i) => `at ${i}: SIMD ${left[i]}, plain ${right[i]}`);
  }

  /** As `differences`, over rows without their padding, which means nothing. */
  rowDifferences(pointer: number, samples: number, width: number): string[] {
    return Array.from({ length: samples }, (_, s) =>
      this.differences(pointer + 4 * s * strideOf(width), width),
    ).flat();
  }
}

function callBy({ functions }: Kernel, name: keyof KernelFunctions, values: number[]): unknown {
  const call: (...values: number[]) => unknown = functions[name];
  return call(...values);
}

/** The bit patterns; every NaN counts as the same one, because its bits are not portable. */
export function bitsOf(values: Float32Array): Uint32Array {
  const canonical = values.map((value) => (Number.isNaN(value) ? NaN : value));
  return new Uint32Array(canonical.buffer);
}

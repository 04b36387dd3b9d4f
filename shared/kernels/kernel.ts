/**
 * @file The contract of a compute kernel: one flat memory and functions over byte offsets into it ("pointers").
 * Two implementations give the same bits: WebAssembly SIMD built from `assembly/`, and its plain TypeScript twins
 * in `plain/`. What stands above a kernel (layers, network, optimizers) is written once.
 *
 * The twins are the reference: every function is documented there, and its type is the contract.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import { Arena, type KernelMemory, type Region, Views } from "./memory.ts";
import * as plain from "./plain/index.ts";
import { importingSharedMemory } from "./shared-memory.ts";

/** A twin without its first argument, the views of the memory. */
type Bound<Twin> = Twin extends (views: Views, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/** Every function of a kernel; pointers are byte offsets, aligned to the element they point to. */
export type KernelFunctions = {
  readonly [Name in keyof typeof plain]: Bound<(typeof plain)[Name]>;
};

/** A compute kernel with the memory it works on. One per thread; the memory may be shared. */
export interface Kernel {
  /** SHA-256 of the wasm bytes in lower-case hex, or `plain`. */
  readonly id: string;
  readonly memory: KernelMemory;
  readonly views: Views;
  readonly arena: Arena;
  readonly functions: KernelFunctions;
}

/** Memory of which several threads' kernels have a part each. */
export interface SharedPlace {
  /** From `createSharedMemory`. */
  readonly memory: WebAssembly.Memory;
  /** What this kernel's arena may hand out; `undefined` for the one kernel that hands out all the rest. */
  readonly region?: Region;
}

/**
 * Compiles and instantiates the SIMD kernel. Synchronous: for Node and for web workers, not for a page's main thread
 * (browsers limit what may be compiled there).
 *
 * @param wasmBytes - What `buildKernel` made.
 * @param place - Where its memory is; without it, it has one of its own.
 * @throws {WebAssembly.CompileError} If the engine knows no SIMD, or the bytes are not a module.
 */
export function instantiateKernel(wasmBytes: Uint8Array, place?: SharedPlace): Kernel {
  const memory = place?.memory ?? new WebAssembly.Memory({ initial: 1 });
  const bytes = place === undefined ? new Uint8Array(wasmBytes) : importingSharedMemory(wasmBytes);
  const module = new WebAssembly.Module(bytes);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return createKernel(bytesToHex(sha256(wasmBytes)), memory, () => exports, place?.region);
}

/** The plain TypeScript twins over a memory of their own: slow, readable, and the same bits. */
export function createPlainKernel(): Kernel {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return createKernel("plain", memory, (views) => {
    const bound = Object.entries(plain).map(([name, twin]) => [name, bind(twin, views)] as const);
    return Object.fromEntries(bound);
  });
}

function createKernel(
  id: string,
  memory: KernelMemory,
  makeFunctions: (views: Views) => object,
  region?: Region,
): Kernel {
  const views = new Views(memory);
  // What a module exports has no static type; a test holds the names of both kernels against each other.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const functions = makeFunctions(views) as KernelFunctions;
  return { id, memory, views, arena: new Arena(memory, region), functions };
}

function bind(twin: (views: Views, ...rest: never[]) => unknown, views: Views) {
  return (...rest: never[]) => twin(views, ...rest);
}

/**
 * @file The contract of a compute kernel: one flat memory, and functions that take byte offsets into it
 * ("pointers"). Two implementations give the same bits: WebAssembly SIMD, built from `assembly/`, and its plain
 * TypeScript twins in `plain/`. Everything above a kernel (layers, network, optimizers) is written once.
 *
 * The twins are the reference: each function is documented there, and its type is the contract.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";

import { Arena, type KernelMemory, type Region, Views } from "./memory.ts";
import * as plain from "./plain/index.ts";
import { importingSharedMemory } from "./shared-memory.ts";

/** The signature of a twin without its first argument, the views of the memory. */
type Bound<Twin> = Twin extends (views: Views, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/** Every function of a kernel; pointers are byte offsets, aligned to the element they point to. */
export type KernelFunctions = {
  readonly [Name in keyof typeof plain]: Bound<(typeof plain)[Name]>;
};

/** A compute kernel with the memory it works on. Each thread has one; threads may share the memory. */
export interface Kernel {
  /** SHA-256 of the wasm bytes in lower-case hex, or `plain`. */
  readonly id: string;
  readonly memory: KernelMemory;
  readonly views: Views;
  readonly arena: Arena;
  readonly functions: KernelFunctions;
}

/** A kernel's part of a memory that several threads share. */
export interface SharedPlace {
  /** From `createSharedMemory`. */
  readonly memory: WebAssembly.Memory;
  /** What this kernel's arena may allocate; `undefined` for the one kernel that allocates from all the rest. */
  readonly region?: Region;
}

/**
 * Compiles and instantiates the SIMD kernel. Synchronous, so it is for Node and for web workers, not for a page's
 * main thread (browsers limit how much code it may compile).
 *
 * @param wasmBytes - The output of `buildKernel`.
 * @param place - The memory to use. If omitted, the kernel gets its own.
 * @throws {WebAssembly.CompileError} If the engine does not support SIMD, or the bytes are not a module.
 */
export function instantiateKernel(wasmBytes: Uint8Array, place?: SharedPlace): Kernel {
  const memory = place?.memory ?? new WebAssembly.Memory({ initial: 1 });
  const bytes = place === undefined ? new Uint8Array(wasmBytes) : importingSharedMemory(wasmBytes);
  const module = new WebAssembly.Module(bytes);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return createKernel(idOf(wasmBytes), memory, () => exports, place?.region);
}

/**
 * Compiles and instantiates the SIMD kernel with its own memory, without blocking: for a page's main thread.
 *
 * @param wasmBytes - The output of `buildKernel`.
 * @throws {WebAssembly.CompileError} Like `instantiateKernel`.
 */
export async function compileKernel(wasmBytes: Uint8Array<ArrayBuffer>): Promise<Kernel> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const { instance } = await WebAssembly.instantiate(wasmBytes, { env: { memory } });
  return createKernel(idOf(wasmBytes), memory, () => instance.exports);
}

/** A page makes several kernels of the same bytes, and hashes in code that is not compiled yet. */
const ids = new WeakMap<Uint8Array, string>();

function idOf(wasmBytes: Uint8Array): string {
  const id = ids.get(wasmBytes) ?? bytesToHex(sha256(wasmBytes));
  ids.set(wasmBytes, id);
  return id;
}

/** The plain TypeScript twins over their own memory: slow, readable, and with the same bits. */
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
  // A module's exports have no static type. A test compares the function names of the two kernels.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const functions = makeFunctions(views) as KernelFunctions;
  return { id, memory, views, arena: new Arena(memory, region), functions };
}

function bind(twin: (views: Views, ...rest: never[]) => unknown, views: Views) {
  return (...rest: never[]) => twin(views, ...rest);
}

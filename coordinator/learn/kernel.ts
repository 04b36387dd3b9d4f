/**
 * @file The product's kernel in the page and in its web worker. Its bytes are fetched once by each of them. There is no
 * plain twin: the browsers that can run these scripts have SIMD, and it would be a twelfth of what a reader loads.
 */
import { compileKernel, type Kernel } from "../../shared/kernels/kernel.ts";

let bytes: Promise<Uint8Array<ArrayBuffer>> | undefined;

/** @returns A kernel with its own memory. @throws If the browser has no WebAssembly with SIMD. */
export async function createKernel(): Promise<Kernel> {
  bytes ??= fetchBytes();
  return await compileKernel(await bytes);
}

async function fetchBytes(): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch("kernel.wasm");
  return new Uint8Array(await response.arrayBuffer());
}

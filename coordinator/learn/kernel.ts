/**
 * @file The product's kernel in the page and in its web worker: the SIMD one, or its plain twin with the same bits where
 * a browser has none. Its bytes are fetched once, and both have them.
 */
import { compileKernel, createPlainKernel, type Kernel } from "../../shared/kernels/kernel.ts";

let bytes: Promise<Uint8Array<ArrayBuffer>> | undefined;

/** @returns A kernel with its own memory. */
export async function createKernel(): Promise<Kernel> {
  try {
    bytes ??= fetchBytes();
    return await compileKernel(await bytes);
  } catch {
    return createPlainKernel();
  }
}

async function fetchBytes(): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch("kernel.wasm");
  return new Uint8Array(await response.arrayBuffer());
}

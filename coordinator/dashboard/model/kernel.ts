/** @file The workers' kernel in the page. Its bytes are part of the script. */
import kernelBytes from "../../../build/kernel.wasm";
import { compileKernel, type Kernel } from "../../../shared/kernels/kernel.ts";

/** @returns A kernel with its own memory. */
export async function createKernel(): Promise<Kernel> {
  return await compileKernel(kernelBytes);
}

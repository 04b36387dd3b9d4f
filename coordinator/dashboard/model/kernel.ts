/** @file The workers' kernel in the page: its bytes are part of the script. */
import kernelBytes from "../../../build/kernel.wasm";
import { compileKernel, type Kernel } from "../../../shared/kernels/kernel.ts";

/** @returns One with memory of its own. */
export async function createKernel(): Promise<Kernel> {
  return await compileKernel(kernelBytes);
}

/** @file The kernel of a browser worker: its bytes are part of the script. */
import kernelBytes from "../../build/kernel.wasm";
import { instantiateKernel, type Kernel } from "../../shared/kernels/kernel.ts";

/** A kernel with a memory of its own. */
export function createKernel(): Kernel {
  return instantiateKernel(kernelBytes);
}

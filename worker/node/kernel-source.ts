/** @file The kernel of a Node worker, from the folder of what the build made. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { type Kernel, instantiateKernel } from "../../shared/kernels/kernel.ts";

/** Returns what makes kernels, each with a memory of its own. */
export function readKernel(buildFolder: string): () => Kernel {
  const bytes = readFileSync(join(buildFolder, "kernel.wasm"));
  return () => instantiateKernel(bytes);
}

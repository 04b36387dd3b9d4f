/** @file The kernel of a Node worker, read from the build folder. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { instantiateKernel } from "../../shared/kernels/kernel.ts";
import type { CreateKernel } from "../threads/shared-thread.ts";

/** Returns a function that creates kernels. */
export function readKernel(buildFolder: string): CreateKernel {
  const bytes = readFileSync(join(buildFolder, "kernel.wasm"));
  return (place) => instantiateKernel(bytes, place);
}

/** @file The kernel of a browser worker. Its bytes are part of the script. */
import kernelBytes from "../../build/kernel.wasm";
import { instantiateKernel } from "../../shared/kernels/kernel.ts";
import type { CreateKernel } from "../threads/shared-thread.ts";

export const createKernel: CreateKernel = (place) => instantiateKernel(kernelBytes, place);

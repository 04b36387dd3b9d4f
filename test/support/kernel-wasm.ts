/** @file The SIMD kernel for tests and benches, built again only when its sources have changed. */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { buildKernel, kernelCacheKey } from "../../build-kernel.ts";

const buildFolder = join(import.meta.dirname, "../../build");

let loaded: Promise<Uint8Array> | undefined;

/** The kernel's WebAssembly bytes, from `build/` when they are those of today's sources. Read once a process. */
export function loadKernelWasm(): Promise<Uint8Array> {
  return (loaded ??= load());
}

async function load(): Promise<Uint8Array> {
  const key = (await kernelCacheKey()).slice(0, 16);
  const path = join(buildFolder, `kernel-${key}.wasm`);
  try {
    return await readFile(path);
  } catch {
    const { bytes } = await buildKernel();
    await mkdir(buildFolder, { recursive: true });
    // Renamed into place: several test files may build at once, and none may read a half.
    const temporary = `${path}.${process.pid}`;
    await writeFile(temporary, bytes);
    await rename(temporary, path);
    return bytes;
  }
}

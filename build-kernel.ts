/**
 * @file Builds the compute kernel: AssemblyScript in `shared/kernels/assembly` → one WebAssembly module. The output is
 * a pure function of the sources, the options and the compiler's version; its SHA-256 names the kernel.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);
const sourceFolder = join(import.meta.dirname, "shared/kernels/assembly");

/**
 * No relaxed SIMD (its results differ between machines), no runtime and no allocator (the memory is imported and laid
 * out by the caller, above the constants).
 */
const options =
  "--runtime stub -O3 --noAssert --enable simd --enable bulk-memory --importMemory --memoryBase 16".split(
    " ",
  );

export interface BuiltKernel {
  readonly bytes: Uint8Array;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * @throws If the sources don't compile; the message holds the compiler's.
 */
export async function buildKernel(): Promise<BuiltKernel> {
  const folder = await mkdtemp(join(tmpdir(), "promedio-kernel-"));
  try {
    const file = join(folder, "kernel.wasm");
    await compile(["index.ts", ...options, "--outFile", file]);
    const bytes = await readFile(file);
    return { bytes, sha256: createHash("sha256").update(bytes).digest("hex") };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs in its own process: under a TypeScript loader the compiler takes five times as long to load. */
async function compile(args: readonly string[]): Promise<void> {
  const compiler = join(dirname(require.resolve("assemblyscript/package.json")), "bin/asc.js");
  try {
    await promisify(execFile)(process.execPath, [compiler, ...args], { cwd: sourceFolder });
  } catch (error) {
    throw new Error(`the kernel does not compile: ${String(error)}`, { cause: error });
  }
}

/** SHA-256 of everything that determines the kernel's bytes: equal keys, equal kernels. */
export async function kernelCacheKey(): Promise<string> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every package's manifest has a version
  const { version } = require("assemblyscript/package.json") as { version: string };
  const hash = createHash("sha256").update(JSON.stringify([version, options]));
  for (const [name, text] of await readSources()) hash.update(`\n${name}\n${text}`);
  return hash.digest("hex");
}

async function readSources(): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  const names = await readdir(sourceFolder, { recursive: true });
  for (const name of names.filter((each) => each.endsWith(".ts")).toSorted()) {
    sources.set(name, await readFile(join(sourceFolder, name), "utf8"));
  }
  return sources;
}

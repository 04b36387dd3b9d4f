/**
 * @file Kernel memory shared by several threads: they keep one copy of the dataset, and sums need no copying
 * between threads. The kernel is the same. A WebAssembly module declares whether its memory is shared, and we
 * change only that declaration, so the kernel's code, bits and name stay the same.
 */
import { assert } from "../assert.ts";

/** A shared memory reserves its maximum size up front: 4 GiB of addresses where possible, less on phones. */
const pagesMaxTried = [65_536, 32_768, 16_384, 8_192];

/**
 * `undefined` where threads cannot share memory: on pages that are not cross-origin isolated, for example over
 * plain http.
 */
export function createSharedMemory(): WebAssembly.Memory | undefined {
  if (typeof SharedArrayBuffer !== "function") return undefined;
  for (const maximum of pagesMaxTried) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared: true });
    } catch {
      // Not enough free addresses: try a smaller maximum.
    }
  }
  return undefined;
}

const headerBytes = 8;
const importSection = 2;
const sharedWithMaximum = 3;
/** The end of the import section: a memory of at least one page, without a maximum. */
const ownMemory = [2, 0, 1];
/** 65,536 in LEB128. A memory with a smaller maximum fits too. */
const mostPages = [0x80, 0x80, 0x04];

/**
 * Declares the module's one import, the memory, as shared.
 *
 * @param wasmBytes - The output of `buildKernel`; read only.
 */
export function importingSharedMemory(wasmBytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const [at, length] = findSection(wasmBytes, importSection);
  const body = wasmBytes.subarray(at, at + length);
  const ending = [...body.subarray(-ownMemory.length)];
  assert(body[0] === 1 && ending.join() === ownMemory.join(), "a kernel imports only its memory");
  const shared = [...body.subarray(0, -2), sharedWithMaximum, 1, ...mostPages];
  assert(shared.length < 128, "the section's length fits into one byte");
  const before = wasmBytes.subarray(0, at - 1);
  return Uint8Array.from([...before, shared.length, ...shared, ...wasmBytes.subarray(at + length)]);
}

/** Returns where the body of a section begins, and its length in bytes. */
function findSection(bytes: Uint8Array, wanted: number): readonly [number, number] {
  for (let at = headerBytes; at < bytes.length;) {
    const id = bytes[at++];
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] ?? 0;
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (id === wanted) return [at, length];
    at += length;
  }
  throw new Error(`a kernel has a section ${wanted}`);
}

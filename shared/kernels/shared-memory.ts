/**
 * @file Kernel memory that several threads share: one dataset for all of them, and sums that need no copy to travel.
 * It is the same kernel: a module says of its memory whether it is shared, and only that word is changed here, so its
 * code, its bits and its name stay.
 */
import { assert } from "../assert.ts";

/** A shared memory reserves its largest size at once: 4 GiB of addresses where they are to be had, less on phones. */
const pagesMaxTried = [65_536, 32_768, 16_384, 8_192];

/** `undefined` where threads share nothing: on pages that are not cross-origin isolated, so over plain http. */
export function createSharedMemory(): WebAssembly.Memory | undefined {
  if (typeof SharedArrayBuffer !== "function") return undefined;
  for (const maximum of pagesMaxTried) {
    try {
      return new WebAssembly.Memory({ initial: 1, maximum, shared: true });
    } catch {
      // So many addresses are not free.
    }
  }
  return undefined;
}

const headerBytes = 8;
const importSection = 2;
const sharedWithMaximum = 3;
/** What stands at the end of the import section: memory, without a maximum, of at least one page. */
const ownMemory = [2, 0, 1];
/** 65,536 in LEB128: a memory with a smaller maximum fits too. */
const mostPages = [0x80, 0x80, 0x04];

/**
 * The module with its one import, the memory, declared as shared.
 *
 * @param wasmBytes - What `buildKernel` made; not changed.
 */
export function importingSharedMemory(wasmBytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const [at, length] = findSection(wasmBytes, importSection);
  const body = wasmBytes.subarray(at, at + length);
  const ending = [...body.subarray(-ownMemory.length)];
  assert(body[0] === 1 && ending.join() === ownMemory.join(), "a kernel imports its memory alone");
  const shared = [...body.subarray(0, -2), sharedWithMaximum, 1, ...mostPages];
  assert(shared.length < 128, "the section's length fits into one byte");
  const before = wasmBytes.subarray(0, at - 1);
  return Uint8Array.from([...before, shared.length, ...shared, ...wasmBytes.subarray(at + length)]);
}

/** Where the body of a section begins, and its bytes. */
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

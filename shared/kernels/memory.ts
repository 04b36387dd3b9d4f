/**
 * @file The flat memory of a kernel: typed views that follow its growth, and a bump allocator. Nothing is ever
 * freed, because a run allocates everything it needs before the first step.
 */
import { assert } from "../assert.ts";
import { sentence, SentenceError } from "../words/sentence.ts";

/** The part of `WebAssembly.Memory` that we use. */
export interface KernelMemory {
  /** Replaced when the memory grows: take new views after every allocation. */
  readonly buffer: ArrayBufferLike;
  /** Adds `pages` of 64 KiB, zeroed; returns how many there were. */
  grow(pages: number): number;
}

/** Little-endian typed views over all of a kernel's memory. They are recreated after it grows. */
export class Views {
  readonly #memory: KernelMemory;
  #buffer: ArrayBufferLike;
  #f32: Float32Array;
  #u32: Uint32Array;
  #u16: Uint16Array;
  #u8: Uint8Array;

  constructor(memory: KernelMemory) {
    this.#memory = memory;
    this.#buffer = memory.buffer;
    this.#f32 = new Float32Array(this.#buffer);
    this.#u32 = new Uint32Array(this.#buffer);
    this.#u16 = new Uint16Array(this.#buffer);
    this.#u8 = new Uint8Array(this.#buffer);
  }

  /** Index = byte offset / 4. */
  get f32(): Float32Array {
    this.#refresh();
    return this.#f32;
  }

  /** Index = byte offset / 4. */
  get u32(): Uint32Array {
    this.#refresh();
    return this.#u32;
  }

  /** Index = byte offset / 2. */
  get u16(): Uint16Array {
    this.#refresh();
    return this.#u16;
  }

  /** Index = byte offset. */
  get u8(): Uint8Array {
    this.#refresh();
    return this.#u8;
  }

  #refresh(): void {
    if (this.#buffer === this.#memory.buffer) return;
    this.#buffer = this.#memory.buffer;
    this.#f32 = new Float32Array(this.#buffer);
    this.#u32 = new Uint32Array(this.#buffer);
    this.#u16 = new Uint16Array(this.#buffer);
    this.#u8 = new Uint8Array(this.#buffer);
  }
}

const pageBytes = 65_536;
/** One cache line, so that no two tensors share one; also a multiple of the 16 bytes of a SIMD register. */
const alignment = 64;
/** The bytes below hold the constants of the WASM kernel. Offset 0 is never a valid pointer. */
const arenaStart = 1024;
/** Wasm addresses 32 bits. */
export const memoryBytesMax = 2 ** 32 - pageBytes;

/** A kernel needs more memory than it can have. */
export class OutOfMemoryError extends SentenceError {
  override readonly name = "OutOfMemoryError";
}

/** The bytes [start, end) of a memory, allocated from its `Arena` and still zero. */
export interface Region {
  readonly start: number;
  readonly end: number;
}

/** Allocates zeroed parts of a kernel's memory, aligned to 64 bytes, and grows the memory as needed. */
export class Arena {
  readonly #memory: KernelMemory;
  readonly #region: Region;
  #next: number;

  /** @param region - What it may allocate from; by default the whole memory. */
  constructor(memory: KernelMemory, region: Region = { start: arenaStart, end: memoryBytesMax }) {
    this.#memory = memory;
    this.#region = region;
    this.#next = region.start;
  }

  /** Bytes allocated so far. */
  get byteLength(): number {
    return this.#next - this.#region.start;
  }

  /**
   * @param byteLength - How many bytes, ≥ 0.
   * @returns A pointer (byte offset) to that many zero bytes. Views taken before this call may be detached.
   * @throws {OutOfMemoryError} If the region is exceeded, or the machine has no more memory.
   */
  allocate(byteLength: number): number {
    const pointer = this.#next;
    this.#next = this.reserve(byteLength);
    return pointer;
  }

  /**
   * Makes sure that so many bytes can be allocated later. What is never used of them costs nothing.
   *
   * @returns Where the next allocation begins after one of that length.
   * @throws {OutOfMemoryError} Like `allocate`.
   */
  reserve(byteLength: number): number {
    assert(byteLength >= 0, `byteLength must not be negative, got ${byteLength}`);
    const end = Math.ceil((this.#next + byteLength) / alignment) * alignment;
    if (end > this.#region.end) {
      const most = inGigabytes(this.#region.end);
      throw new OutOfMemoryError(sentence("kernel-memory", { gigabytes: inGigabytes(end), most }));
    }
    const missing = end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#grow(missing, end);
    return end;
  }

  #grow(missing: number, end: number): void {
    try {
      this.#memory.grow(Math.ceil(missing / pageBytes));
    } catch (error) {
      // The engine's own words say neither how much nor what for.
      if (!(error instanceof RangeError)) throw error;
      const said = sentence("machine-memory", { gigabytes: inGigabytes(end) });
      throw new OutOfMemoryError(said, { cause: error });
    }
  }
}

function inGigabytes(bytes: number): number {
  return Math.round(bytes / 1e8) / 10;
}

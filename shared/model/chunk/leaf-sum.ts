/**
 * @file The sum over some leaves of the tree for a small part of a gradient, such as a few rows of a weight. While the
 * part is in the nearest cache, all its leaves are computed and added; the whole gradient is written once instead of once
 * a leaf. The bits are those of adding whole leaves, because a sum along the tree is taken value by value.
 */
import type { Kernel } from "../../kernels/kernel.ts";

/** The most leaves that are computed at once: a power of two. */
export const leavesAtOnceMax = 8;
const levelsMax = 31 - Math.clz32(leavesAtOnceMax);

/**
 * How many leaves can be computed at once.
 *
 * @param leafSamples - Samples of one leaf.
 * @param chunkSamples - The most samples of a chunk.
 * @returns A power of two, so that they are one node of the tree.
 */
export function leavesAtOnce(leafSamples: number, chunkSamples: number): number {
  const fitting = Math.max(1, Math.floor(chunkSamples / leafSamples));
  return Math.min(leavesAtOnceMax, 2 ** (31 - Math.clz32(fitting)));
}

export class LeafSum {
  readonly #functions: Kernel["functions"];
  /** Pointer to `[levelsMax, valueCountMax]` float32; level 0 is the target itself. */
  readonly #levels: number;
  readonly #levelBytes: number;
  #target = 0;
  #valueCount = 0;
  #leafCount = 0;
  #depth = 0;

  /** @param valueCountMax - The most values of a part. */
  constructor({ arena, functions }: Kernel, valueCountMax: number) {
    this.#functions = functions;
    this.#levelBytes = 4 * valueCountMax;
    this.#levels = arena.allocate(levelsMax * this.#levelBytes);
  }

  /** @param target - Pointer to `[valueCount]` float32, where the sum will be. */
  begin(target: number, valueCount: number): void {
    this.#target = target;
    this.#valueCount = valueCount;
    this.#leafCount = 0;
    this.#depth = 0;
  }

  /** Pointer to the place for the next leaf. */
  get place(): number {
    return this.#level(this.#depth);
  }

  /** Adds the leaf at `place`. */
  push(): void {
    this.#depth++;
    this.#leafCount++;
    for (let count = this.#leafCount; count % 2 === 0; count /= 2) this.#addTopTwo();
  }

  #addTopTwo(): void {
    this.#depth--;
    const left = this.#level(this.#depth - 1);
    this.#functions.addVectors(left, left, this.#level(this.#depth), this.#valueCount);
  }

  #level(depth: number): number {
    return depth === 0 ? this.#target : this.#levels + (depth - 1) * this.#levelBytes;
  }
}

/**
 * @file Adds the shards of one block along the fixed tree (invariant 2) as they arrive in ascending order, with one
 * buffer per level. The stack is a binary counter: after leaf n, as many siblings are added as n + 1 has trailing
 * zeros. At the end of the block, the rest is added from the right. Every node is rounded to the form in which it would
 * travel.
 */
import { assert, known } from "../assert.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { allIn } from "../run/wire.ts";
import { createWireForm, type WireForm } from "./wire-form.ts";

interface Level {
  /** Pointer to the level's `[valueCount]` float32 values. */
  readonly pointer: number;
  /** The node that the values are of. */
  start: number;
  end: number;
  lossSum: number;
  correct: number;
}

/** What a leaf has besides its values. */
interface LeafResult {
  readonly lossSum: number;
  readonly correct: number;
}

export class TreeSum {
  readonly #kernel: Kernel;
  readonly #valueCount: number;
  readonly #levels: readonly Level[];
  readonly #form: WireForm;
  #step = 0;
  /** The next leaf, and how many have been pushed. */
  #leaf = 0;
  #leafCount = 0;
  #depth = 0;

  /**
   * @param valueCount - Float32 values per leaf; 0 to sum only losses.
   * @param leafCountMax - Leaves of the largest block, ≥ 1. Memory grows with its logarithm.
   * @param form - Rounds every node; by default none is rounded.
   */
  constructor(
    kernel: Kernel,
    valueCount: number,
    leafCountMax: number,
    form = createWireForm(kernel, allIn("float32", valueCount)),
  ) {
    this.#kernel = kernel;
    this.#valueCount = valueCount;
    this.#form = form;
    const levelCount = 32 - Math.clz32(leafCountMax);
    this.#levels = Array.from({ length: levelCount }, () => {
      const pointer = kernel.arena.allocate(4 * valueCount);
      return { pointer, start: 0, end: 0, lossSum: 0, correct: 0 };
    });
  }

  /**
   * Begins a block and forgets the previous one.
   *
   * @param start - The first leaf of the block in the tree of the step.
   */
  begin(step: number, start: number): void {
    this.#step = step;
    this.#leaf = start;
    this.#leafCount = 0;
    this.#depth = 0;
  }

  /** Pointer to the place for the next leaf's values, before it is pushed. */
  get leafPointer(): number {
    return this.#level(this.#depth).pointer;
  }

  /** Adds the leaf whose values are at `leafPointer`. */
  push(lossSum: number, correct: number): void {
    const block = { start: this.#leaf, end: this.#leaf + 1 };
    this.#form.round(this.leafPointer, { step: this.#step, block });
    this.#pushLeaf(lossSum, correct, 1);
  }

  /**
   * Adds the node over the first `count` of these leaves, whose values have already been added and are at
   * `leafPointer`. Only if nodes are not rounded.
   *
   * @param count - A power of two, and no larger than that of the node before, so that it is a node of the tree.
   */
  pushNode(leaves: readonly LeafResult[], count: number): void {
    assert(!this.#form.isRounded, "each leaf is rounded by itself");
    for (let i = 0; i < count; i++) {
      const { lossSum, correct } = known(leaves[i], `there are ${count} results`);
      this.#pushLeaf(lossSum, correct, count);
    }
  }

  /** @param added - The size of the nodes whose values are already there. */
  #pushLeaf(lossSum: number, correct: number, added: number): void {
    const level = this.#level(this.#depth);
    level.start = this.#leaf++;
    level.end = this.#leaf;
    level.lossSum = lossSum;
    level.correct = correct;
    this.#depth++;
    this.#leafCount++;
    let size = 1;
    for (let count = this.#leafCount; count % 2 === 0; count /= 2) {
      this.#addTopTwo(size >= added);
      size *= 2;
    }
  }

  /** The block's sum, once all its leaves have been pushed. */
  finish(): Readonly<Level> {
    assert(this.#leafCount > 0, "a block has at least one leaf");
    while (this.#depth > 1) this.#addTopTwo(true);
    return this.#level(0);
  }

  #addTopTwo(withValues: boolean): void {
    const right = this.#level(this.#depth - 1);
    const left = this.#level(this.#depth - 2);
    left.end = right.end;
    const { functions } = this.#kernel;
    if (withValues && this.#valueCount > 0) {
      functions.addVectors(left.pointer, left.pointer, right.pointer, this.#valueCount);
      this.#form.round(left.pointer, { step: this.#step, block: left });
    }
    left.lossSum += right.lossSum;
    left.correct += right.correct;
    this.#depth--;
  }

  #level(depth: number): Level {
    return known(this.#levels[depth], `a block of ${this.#leafCount} leaves has a level ${depth}`);
  }
}

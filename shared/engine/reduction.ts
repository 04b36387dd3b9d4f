/**
 * @file Adds the results of a round's blocks along the fixed tree (invariant 2), in whatever order they arrive. The
 * coordinator uses it for its workers' blocks, a worker for its threads' blocks. It does not know who computed
 * what.
 *
 * What holds after every call:
 * 1. The parts are disjoint nodes of the tree, and no two of them are siblings.
 * 2. A part's values are those of its node: left + right in float32, rounded to the wire form, all the way down, so the
 *    order of arrival does not affect the bits.
 * 3. Every part has one slot of kernel memory; every other slot is free.
 *    With `keeps`, a node under a part has a slot too, until the next round.
 * 4. All values are finite when they arrive. Sums may overflow, so the caller checks the root.
 */
import { assert, known } from "../assert.ts";
import { bytesOf } from "../bytes.ts";
import type { Kernel } from "../kernels/kernel.ts";
import { type Block, blockName, childrenOf, isNode, parentOf } from "../run/tree.ts";
import type { UnitResult } from "../run/unit.ts";
import type { TensorLayout } from "../run/wire.ts";
import { createWireForm, type WireForm } from "./wire-form.ts";

/** One result to add. */
export interface BlockResult {
  /** Shape `[valueCount]`, in the reduction's form, at any alignment. Read during the call only. */
  readonly values: Float32Array | Uint8Array;
  /** Sum of the sample losses, finite. */
  readonly lossSum: number;
  /** An integer. */
  readonly correct: number;
}

/**
 * The outcome for a result: accepted; covered, because its block is already known; or refused, because it contains
 * NaN or ±∞, or because its bytes are not what the form gives for any values.
 */
export type Acceptance = "accepted" | "covered" | "not finite" | "not rounded";

/** A node whose sum is known. */
interface Part {
  readonly block: Block;
  /** Its slot: shape `[valueCount]`, float32. */
  readonly pointer: number;
  readonly lossSum: number;
  readonly correct: number;
}

/** Which nodes under the parts are kept in a round. By default none: a sum takes the place of its terms. */
export interface Keeping {
  /** The values of every node stay known, which takes a slot for each. */
  readonly keeps: boolean;
  /** Whether what was kept of the previous round stays: it is of the same step. */
  readonly continues: boolean;
  /** Called for every sum of two children. Its values are good during the call. */
  readonly added: (block: Block, sum: UnitResult) => void;
}

const keepsNothing: Keeping = { keeps: false, continues: false, added: () => {} };

/** The sum over a root. */
export interface RootSum {
  /** To the values, in the kernel's memory. */
  readonly pointer: number;
  /** Shape `[valueCount]`: a view. */
  readonly values: Float32Array;
  readonly lossSum: number;
  readonly correct: number;
}

export class Reduction {
  readonly #kernel: Kernel;
  readonly #valueCount: number;
  readonly #form: WireForm;
  /** Keyed by the block's start. */
  readonly #parts = new Map<number, Part>();
  readonly #freeSlots: number[] = [];
  #step = 0;
  /** Nodes under the parts, if they are kept. Keyed by start and end. */
  readonly #kept = new Map<string, Part>();
  #keeping = keepsNothing;
  #shardCount = 1;
  #roots: readonly Block[] = [{ start: 0, end: 1 }];

  /**
   * @param kernel - Adds the values. The slots are allocated from its arena, as many as are needed at once, and are
   *   never freed.
   * @param layout - In which results arrive, and to which every node is rounded.
   * @param seed - The run's seed. Only forms that round at random read it.
   */
  constructor(kernel: Kernel, layout: TensorLayout, seed = 0) {
    this.#kernel = kernel;
    this.#valueCount = layout.reduce((sum, { count }) => sum + count, 0);
    this.#form = createWireForm(kernel, layout, seed);
  }

  /**
   * Starts a round and forgets the previous one.
   *
   * @param shardCount - Leaves of the whole tree, ≥ 1.
   * @param roots - The nodes whose sums are wanted, disjoint: the whole tree in the coordinator, the blocks that it was
   *   given in a relay.
   * @param step - The round's step. Only forms that round at random read it.
   */
  begin(
    shardCount: number,
    roots: readonly Block[] = [{ start: 0, end: shardCount }],
    step = 0,
    keeping = keepsNothing,
  ): void {
    for (const root of roots) {
      assert(isNode(root, shardCount), `${blockName(root)} is no node over ${shardCount} shards`);
    }
    for (const part of this.#parts.values()) this.#freeSlots.push(part.pointer);
    this.#parts.clear();
    this.#step = step;
    this.#keeping = keeping;
    if (!keeping.continues) {
      for (const { pointer } of this.#kept.values()) this.#freeSlots.push(pointer);
      this.#kept.clear();
    }
    this.#shardCount = shardCount;
    this.#roots = roots;
  }

  /**
   * Accepts the result of one block and adds siblings as far up as they are known. A block replaces its parts that
   * are already known: by the design's invariant 1 they are the same sums.
   *
   * @param block - A node inside a root.
   * @throws If the block is not such a node, or the length is wrong. The caller checks what peers send.
   */
  accept(block: Block, { values, lossSum, correct }: BlockResult): Acceptance {
    const root = this.#rootOf(block);
    if (this.has(block)) return "covered";
    const pointer = this.#takeSlot();
    const isRounded = this.#form.unpack(pointer, bytesOf(values));
    const isFinite = this.#isFinite(pointer) && Number.isFinite(lossSum);
    if (!isFinite || !isRounded) {
      this.#freeSlots.push(pointer);
      return isFinite ? "not rounded" : "not finite";
    }
    this.#dropInside(block);
    this.#parts.set(block.start, { block, pointer, lossSum, correct });
    this.#mergeUpwards(block, root);
    return "accepted";
  }

  /** Whether the sum of `block` is known, on its own or as part of a larger one. */
  has({ start, end }: Block): boolean {
    // A node is an aligned run of 2^k shards, so the nodes above it start where it does with more low bits cleared.
    for (let above = start; ; above = (above & (above - 1)) >>> 0) {
      const part = this.#parts.get(above);
      if (part !== undefined && part.block.end >= end) return true;
      if (above === 0) return false;
    }
  }

  /** Whether the sums of all roots are known. */
  get done(): boolean {
    return this.#roots.every((root) => this.#partOf(root) !== undefined);
  }

  /**
   * The sum over a root; only when it is known.
   *
   * @param of - By default the first root.
   * @returns `pointer` to the values, shape `[valueCount]`, float32, and a view of them; both good until `begin`, the
   *   view until the kernel's memory grows.
   */
  root(of: Block = known(this.#roots[0], "a root")): RootSum {
    const { pointer, lossSum, correct } = known(this.#partOf(of), "the root is not known");
    const first = pointer / 4;
    const values = this.#kernel.views.f32.subarray(first, first + this.#valueCount);
    return { pointer, values, lossSum, correct };
  }

  /**
   * The sum over a root as it travels; only when it is known.
   *
   * @returns `undefined` if it is not finite, which the sum of finite parts may be. `values` are a view, good until the
   *   next call.
   */
  packedRoot(of?: Block): UnitResult | undefined {
    const { pointer, lossSum, correct } = this.root(of);
    if (!this.#isFinite(pointer) || !Number.isFinite(lossSum)) return undefined;
    return { values: this.#form.pack(pointer), lossSum, correct };
  }

  /** The values of a node under a part, if they are kept. A view, good until the next call. */
  kept(block: Block): UnitResult | undefined {
    const part = this.#kept.get(blockName(block));
    if (part === undefined) return undefined;
    const { pointer, lossSum, correct } = part;
    return { values: this.#form.pack(pointer), lossSum, correct };
  }

  #isFinite(pointer: number): boolean {
    return this.#kernel.functions.allFinite(pointer, this.#valueCount) === 1;
  }

  #partOf({ start, end }: Block): Part | undefined {
    const part = this.#parts.get(start);
    return part?.block.end === end ? part : undefined;
  }

  #mergeUpwards(block: Block, root: Block): void {
    let node = block;
    while (node.start !== root.start || node.end !== root.end) {
      const parent = known(parentOf(node, this.#shardCount), "every node below the root has one");
      const [left, right] = childrenOf(parent);
      const leftPart = this.#partOf(left);
      const rightPart = this.#partOf(right);
      if (leftPart === undefined || rightPart === undefined) return;
      this.#merge(parent, leftPart, rightPart);
      node = parent;
    }
  }

  /**
   * parent ← left + right, rounded, in the slot of the left one; the slot of the right one becomes free. If the two are
   * kept, the parent has a slot of its own.
   */
  #merge(block: Block, left: Part, right: Part): void {
    const { keeps, added } = this.#keeping;
    const pointer = keeps ? this.#takeSlot() : left.pointer;
    this.#kernel.functions.addVectors(pointer, left.pointer, right.pointer, this.#valueCount);
    this.#form.round(pointer, { step: this.#step, block });
    if (keeps) {
      this.#keep(left);
      this.#keep(right);
    } else this.#freeSlots.push(right.pointer);
    this.#parts.delete(right.block.start);
    const lossSum = left.lossSum + right.lossSum;
    const correct = left.correct + right.correct;
    this.#parts.set(block.start, { block, pointer, lossSum, correct });
    if (keeps) added(block, { values: this.#form.pack(pointer), lossSum, correct });
  }

  #keep(part: Part): void {
    const name = blockName(part.block);
    const earlier = this.#kept.get(name);
    if (earlier !== undefined) this.#freeSlots.push(earlier.pointer);
    this.#kept.set(name, part);
  }

  /** Forgets the parts inside `block`. */
  #dropInside({ start, end }: Block): void {
    for (let shard = start; shard < end; shard++) {
      const part = this.#parts.get(shard);
      if (part === undefined) continue;
      this.#freeSlots.push(part.pointer);
      this.#parts.delete(shard);
    }
  }

  #takeSlot(): number {
    return this.#freeSlots.pop() ?? this.#kernel.arena.allocate(4 * this.#valueCount);
  }

  /** The root that contains a block. */
  #rootOf(block: Block): Block {
    const root = this.#roots.find(({ start, end }) => start <= block.start && block.end <= end);
    assert(
      root !== undefined && isNode(block, this.#shardCount),
      () =>
        `${blockName(block)} is no node inside ${this.#roots.map(blockName).join()} over ${this.#shardCount} shards`,
    );
    return root;
  }
}

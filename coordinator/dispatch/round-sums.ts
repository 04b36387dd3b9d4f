/**
 * @file The values of one round: checks incoming results and joins them along the fixed tree, up to the nodes that are
 * wanted. It knows nothing of workers or time. Invariant 2 (fixed tree) rests on it.
 */
import { known } from "../../shared/assert.ts";
import { bytesOf } from "../../shared/bytes.ts";
import {
  type Acceptance,
  type Keeping,
  Reduction,
  type RootSum,
} from "../../shared/engine/reduction.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { OutOfMemoryError } from "../../shared/kernels/memory.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import {
  layoutOfResult,
  type ModelSizes,
  modelSizes,
  type RoundKind,
  roundKinds,
} from "../../shared/run/kinds.ts";
import type { Block } from "../../shared/run/tree.ts";
import type { UnitResult } from "../../shared/run/unit.ts";
import { tensorBytes } from "../../shared/run/wire.ts";
import { sentence, type Sentence } from "../../shared/words/sentence.ts";
import { type Answer, type Content, offence, type OutcomeOf } from "./answer.ts";
import type { OpenRound } from "./round.ts";

export class RoundSums {
  readonly #kernel: Kernel;
  readonly #config: RunConfig;
  readonly #sizes: ModelSizes;
  /** Kept from round to round, one for each kind whose results are added. */
  readonly #reductions = new Map<RoundKind, Reduction>();
  /** Joins the values of the open round. */
  #joined: Reduction | Concatenation = new Concatenation({ leafCount: 0, roots: [] }, 1);

  /** @param kernel - Adds the values, in its memory. */
  constructor(kernel: Kernel, config: RunConfig) {
    this.#kernel = kernel;
    this.#config = config;
    this.#sizes = modelSizes(config);
  }

  /**
   * Forgets what was known of a round: it begins, or begins again.
   *
   * @param keeping - Which nodes under the roots stay known, if values are added.
   */
  begin(round: OpenRound, keeping?: Keeping): void {
    const { join, valueCount } = roundKinds[round.kind];
    const leafValues = valueCount({ start: 0, end: 1 }, this.#sizes);
    this.#joined =
      join === "sum" ? this.#beginSum(round, keeping) : new Concatenation(round, leafValues);
  }

  #beginSum({ kind, step, leafCount, roots }: OpenRound, keeping: Keeping | undefined): Reduction {
    const whole = { start: 0, end: leafCount };
    const layout = layoutOfResult(kind, whole, this.#config, this.#sizes);
    const reduction =
      this.#reductions.get(kind) ?? new Reduction(this.#kernel, layout, this.#config.seed);
    this.#reductions.set(kind, reduction);
    reduction.begin(leafCount, roots, step, keeping);
    return reduction;
  }

  /** Whether the values of the whole block are known. */
  has(block: Block): boolean {
    return this.#joined.has(block);
  }

  /** Whether the values of all roots are known. */
  get done(): boolean {
    return this.#joined.done;
  }

  /**
   * Adds an answer's values to the sums, unless they are not needed or have a flaw; then no sum is touched. `unplaced`:
   * there is no memory left for them, so the round can't be finished.
   */
  accept(
    { kind, step }: OpenRound,
    answer: Answer,
  ):
    | OutcomeOf<"counted" | "covered" | "offence">
    | { readonly kind: "unplaced"; readonly reason: Sentence } {
    const { block, samples, values, correct } = answer;
    const row = roundKinds[kind];
    const expected = tensorBytes(layoutOfResult(kind, block, this.#config, this.#sizes));
    if (values.length !== expected) {
      const lengths = { type: row.answer, bytes: values.length, expected };
      return offence(sentence("result-length", lengths));
    }
    if (correct > samples) return offence(sentence("too-many-correct", { correct, samples }));
    let acceptance: Acceptance;
    try {
      acceptance = this.#joined.accept(block, answer);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      const reason = sentence("no-memory-for-sums", { step, reason: error.said });
      return { kind: "unplaced", reason };
    }
    if (acceptance === "not finite") return offence(sentence("value-not-finite"));
    if (acceptance === "not rounded")
      return offence(sentence("values-not-rounded", { form: this.#config.wire }));
    return acceptance === "covered" ? { kind: "covered" } : { kind: "counted", samples };
  }

  /** The values of a node under a root, if they are kept. A view, good until the next call. */
  kept(block: Block): UnitResult | undefined {
    return this.#joined.kept(block);
  }

  /**
   * The values of a root; only when they are known.
   *
   * @returns A view, good until the next round begins or the kernel's memory grows; and where they are in the kernel's
   *   memory, for values that are added.
   */
  root(of?: Block): Omit<RootSum, "pointer"> & Partial<Pick<RootSum, "pointer">> {
    return this.#joined.root(of);
  }

  /**
   * A root as it travels; only when its values are known.
   *
   * @returns `undefined` if it is not finite, which the sum of finite parts may be. `values` are a view, good until the
   *   next call.
   */
  packedRoot(of: Block): UnitResult | undefined {
    return this.#joined.packedRoot(of);
  }
}

/** Values that are not added: each leaf keeps its own. */
class Concatenation {
  /** Leaf by leaf. */
  readonly #values: Float32Array;
  readonly #leafValues: number;
  readonly #roots: readonly Block[];
  readonly #known: Uint8Array;

  /** @param leafValues - How many values each leaf has. */
  constructor({ leafCount, roots }: Pick<OpenRound, "leafCount" | "roots">, leafValues: number) {
    this.#roots = roots;
    this.#values = new Float32Array(leafCount * leafValues);
    this.#leafValues = leafValues;
    this.#known = new Uint8Array(leafCount);
  }

  get done(): boolean {
    return this.#roots.every((root) => this.has(root));
  }

  has({ start, end }: Block): boolean {
    return this.#known.subarray(start, end).every((flag) => flag === 1);
  }

  /** What is known of a part of the block already is the same (invariant 1), so it may be written again. */
  accept(block: Block, { values: bytes }: Content): Acceptance {
    const { buffer, byteOffset, byteLength } = bytes;
    const view = new DataView(buffer, byteOffset, byteLength);
    for (let offset = 0; offset < byteLength; offset += 4) {
      if (!Number.isFinite(view.getFloat32(offset, true))) return "not finite";
    }
    if (this.has(block)) return "covered";
    const first = block.start * this.#leafValues;
    for (let i = 0; 4 * i < byteLength; i++) this.#values[first + i] = view.getFloat32(4 * i, true);
    this.#known.fill(1, block.start, block.end);
    return "accepted";
  }

  kept(): undefined {}

  packedRoot(of: Block): UnitResult {
    const { values, ...sums } = this.root(of);
    return { ...sums, values: bytesOf(values) };
  }

  root({ start, end }: Block = known(this.#roots[0], "a root")) {
    const values = this.#values.subarray(start * this.#leafValues, end * this.#leafValues);
    return { values, lossSum: 0, correct: 0 };
  }
}

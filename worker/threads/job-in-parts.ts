/**
 * @file A job whose blocks are computed in parts by several threads: joins the parts along the fixed tree
 * (invariant 2) and reports every complete block. Knows nothing of threads.
 *
 * What holds: every block of the job gets one `result` or one `failed`, then comes `done`; nothing comes after `drop`.
 */
import { known } from "../../shared/assert.ts";
import { Reduction } from "../../shared/engine/reduction.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import { OutOfMemoryError } from "../../shared/kernels/memory.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { layoutOfResult, modelSizes, type RoundKind, roundKinds } from "../../shared/run/kinds.ts";
import type { Block } from "../../shared/run/tree.ts";
import type { UnitResult } from "../../shared/run/unit.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { Job, JobEvents } from "./compute-pool.ts";
import type { Part } from "./split-blocks.ts";

/** The reductions of a run, reused from job to job. What a dropped job left in them is forgotten. */
export class PartSums {
  readonly #kernel: Kernel;
  readonly #config: RunConfig;
  /** Of each kind: those that the current job uses, and those that are free. */
  readonly #reductions = new Map<RoundKind, { readonly all: Reduction[]; used: number }>();

  /** @param kernel - Adds the parts; must have room for them. */
  constructor(kernel: Kernel, config: RunConfig) {
    this.#kernel = kernel;
    this.#config = config;
  }

  /** A job begins: the one before it needs its sums no more. */
  begin(): void {
    for (const kept of this.#reductions.values()) kept.used = 0;
  }

  /** For a block of a kind whose values are added: one that no other block of the job uses. */
  reductionFor(kind: RoundKind, block: Block): Reduction {
    const kept = this.#reductions.get(kind) ?? { all: [], used: 0 };
    this.#reductions.set(kind, kept);
    const reduction = kept.all[kept.used] ?? this.#create(kind, block);
    kept.all[kept.used] = reduction;
    kept.used += 1;
    return reduction;
  }

  #create(kind: RoundKind, block: Block): Reduction {
    const config = this.#config;
    const layout = layoutOfResult(kind, block, config, modelSizes(config));
    return new Reduction(this.#kernel, layout, config.seed);
  }
}

export interface JobInPartsOptions {
  readonly job: Job;
  readonly events: JobEvents;
  /** All parts of the job's blocks, whichever thread computes them. */
  readonly parts: readonly Part[];
  readonly sums: PartSums;
  readonly now: () => number;
  /** Called after the last block, before `done`. */
  readonly over: () => void;
}

/** Joins the parts of one block. Returns the block's result with the last part. */
type BlockSum = (part: Block, result: UnitResult) => UnitResult | "not finite" | undefined;

export class JobInParts {
  readonly #options: JobInPartsOptions;
  /** In the job's order of blocks; `undefined` once a block is complete or has failed. */
  readonly #blockSums: (BlockSum | undefined)[];
  #open: number;
  /** When the last block was completed. */
  #lastMs: number;
  #dropped = false;

  constructor(options: JobInPartsOptions) {
    const { job, parts, now } = options;
    const partCounts = job.blocks.map(() => 0);
    for (const { blockIndex } of parts) partCounts[blockIndex] = (partCounts[blockIndex] ?? 0) + 1;
    this.#options = options;
    options.sums.begin();
    this.#blockSums = partCounts.map((partCount, index) => this.#sumOf(index, partCount));
    this.#open = job.blocks.length;
    this.#lastMs = now();
  }

  /** After this, no more events. */
  drop(): void {
    this.#dropped = true;
  }

  /** @param result - Read during the call only. */
  partDone(part: Block, result: UnitResult): void {
    const index = this.#indexOf(part);
    let whole: UnitResult | "not finite" | undefined;
    try {
      whole = this.#blockSums[index]?.(part, result);
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      return this.partFailed(part, error.said);
    }
    if (whole === undefined) return;
    const { events } = this.#options;
    this.#endBlock(index, (block, computeMs) => {
      if (whole !== "not finite") events.result(block, whole, computeMs);
      else events.failed(block, sentence("block-sum-not-finite"));
    });
  }

  partFailed(part: Block, reason: Sentence): void {
    const index = this.#indexOf(part);
    if (this.#blockSums[index] === undefined) return;
    this.#endBlock(index, (block) => this.#options.events.failed(block, reason));
  }

  /** The whole job cannot be computed. */
  fail(reason: Sentence): void {
    for (const block of this.#options.job.blocks) this.partFailed(block, reason);
  }

  #endBlock(index: number, tell: (block: Block, computeMs: number) => void): void {
    if (this.#dropped) return;
    const { job, events, now, over } = this.#options;
    const nowMs = now();
    const computeMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    this.#blockSums[index] = undefined;
    this.#open -= 1;
    tell(known(job.blocks[index], "a block of the job"), computeMs);
    if (this.#open > 0 || this.#dropped) return;
    this.#dropped = true;
    over();
    events.done();
  }

  /** The index of the job's block that contains a part. */
  #indexOf(part: Block): number {
    const { blocks } = this.#options.job;
    return blocks.findIndex(({ start, end }) => start <= part.start && part.end <= end);
  }

  #sumOf(index: number, partCount: number): BlockSum {
    if (partCount === 1) return (_, result) => result;
    const { job } = this.#options;
    const block = known(job.blocks[index], "a block of the job");
    const isSum = roundKinds[job.kind].join === "sum";
    return isSum ? this.#addAlongTree(job, block) : concatenate(block);
  }

  /** Adds parts of one block. What is behind it in the step's tree does not change it. */
  #addAlongTree({ kind, step }: Job, block: Block): BlockSum {
    const { sums } = this.#options;
    let reduction: Reduction | undefined;
    return (part, result) => {
      if (reduction === undefined) {
        reduction = sums.reductionFor(kind, block);
        reduction.begin(block.end, [block], step);
      }
      if (reduction.accept(part, result) === "not finite") return "not finite";
      return reduction.done ? (reduction.packedRoot() ?? "not finite") : undefined;
    };
  }
}

/** Writes the values of the parts of a block one after the other, in the order of their leaves. */
function concatenate({ start, end }: Block): BlockSum {
  let values: Uint8Array | undefined;
  let missing = end - start;
  return (part, result) => {
    const leafCount = part.end - part.start;
    const leafBytes = result.values.length / leafCount;
    values ??= new Uint8Array(leafBytes * (end - start));
    values.set(result.values, leafBytes * (part.start - start));
    missing -= leafCount;
    return missing === 0 ? { lossSum: 0, correct: 0, values } : undefined;
  };
}

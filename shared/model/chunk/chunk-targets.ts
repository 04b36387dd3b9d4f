/**
 * @file The targets of a chunk, gathered from the split in the form in which losses and metrics read them: labels (of
 * tokens, one at each step), rows of float32, or both.
 */
import { type TargetForm, targetForm } from "../../data/dataset.ts";
import type { Kernel } from "../../kernels/kernel.ts";
import { type Chunk, chunkSamplesMax, type Rows } from "../layer.ts";

export interface TargetWiring {
  /** Of the dataset. */
  readonly target: TargetForm;
  /** Labels of a sample: 1 for classes, the steps of a sequence for tokens. */
  readonly steps: number;
  /** The rows of the outputs, whose width and stride the rows of targets share. */
  readonly outputs: Rows;
  /** The loss compares rows. */
  readonly readsRows: boolean;
  /** ε in [0, 1): this share of a class's 1 is spread evenly over all classes. */
  readonly smoothing: number;
}

export class ChunkTargets {
  /** Pointer to `[chunkSamplesMax, steps]` 16-bit integers; 0 unless the targets are classes or tokens. */
  readonly labels: number = 0;
  /** Pointer to padded rows `[chunkSamplesMax, outputs]` float32; 0 if nothing reads them. */
  readonly rows: number = 0;
  readonly #kernel: Kernel;
  readonly #outputs: Rows;
  readonly #kind: TargetForm["kind"];
  readonly #bytesEach: number;
  readonly #steps: number;
  /** The target at a sample's class, and at the others: 1 and 0 unless they are smoothed. */
  readonly #high: number;
  readonly #low: number;

  /** Makes room in the kernel's memory. */
  constructor(kernel: Kernel, { target, outputs, ...wiring }: TargetWiring) {
    const { readsRows, smoothing, steps } = wiring;
    this.#kernel = kernel;
    this.#steps = steps;
    this.#outputs = outputs;
    this.#kind = target.kind;
    const share = Math.fround(smoothing);
    this.#low = Math.fround(share / target.count);
    this.#high = Math.fround(Math.fround(1 - share) + this.#low);
    this.#bytesEach = targetForm(target).type.BYTES_PER_ELEMENT;
    const hasLabels = target.kind === "classes" || target.kind === "tokens";
    if (hasLabels) this.labels = kernel.arena.allocate(2 * chunkSamplesMax * steps);
    if (readsRows || !hasLabels) {
      this.rows = kernel.arena.allocate(4 * outputs.stride * chunkSamplesMax);
    }
  }

  /** Gathers the targets of the chunk's samples. */
  collect(chunk: Chunk): void {
    if (this.#kind === "classes") this.#collectClasses(chunk);
    else if (this.#kind === "tokens") this.#collectTokens(chunk);
    else this.#collectRows(chunk);
  }

  /** The tokens of each sample's window, one later than its features. */
  #collectTokens({ split, samples, sampleCount }: Chunk): void {
    const { u8, u16, u32 } = this.#kernel.views;
    const [tokens, first] = this.#bytesEach === 2 ? [u16, split.targets / 2] : [u8, split.targets];
    for (let s = 0; s < sampleCount; s++) {
      const from = first + (u32[samples / 4 + s] ?? 0) * this.#steps;
      const to = this.labels / 2 + s * this.#steps;
      for (let t = 0; t < this.#steps; t++) u16[to + t] = tokens[from + t] ?? 0;
    }
  }

  /**
   * The class of each sample; and as a row with a 1 at its class or, if there is one output for two classes, with the
   * class itself. Smoothing makes the 1 smaller and the 0 larger.
   */
  #collectClasses({ split, samples, sampleCount }: Chunk): void {
    const { f32, u8, u16, u32 } = this.#kernel.views;
    const { stride, width } = this.#outputs;
    const [classes, first] = this.#bytesEach === 2 ? [u16, split.targets / 2] : [u8, split.targets];
    if (this.rows !== 0) f32.fill(0, this.rows / 4, this.rows / 4 + sampleCount * stride);
    for (let s = 0; s < sampleCount; s++) {
      const label = classes[first + (u32[samples / 4 + s] ?? 0)] ?? 0;
      u16[this.labels / 2 + s] = label;
      if (this.rows === 0) continue;
      const row = this.rows / 4 + s * stride;
      if (this.#low !== 0) f32.fill(this.#low, row, row + width);
      if (width > 1) f32[row + label] = this.#high;
      else f32[row] = label === 1 ? this.#high : this.#low;
    }
  }

  #collectRows({ split, samples, sampleCount }: Chunk): void {
    const { f32, u8, u32 } = this.#kernel.views;
    const { stride, width } = this.#outputs;
    const [values, first] =
      this.#kind === "values" ? [f32, split.targets / 4] : [u8, split.targets];
    for (let s = 0; s < sampleCount; s++) {
      const from = first + (u32[samples / 4 + s] ?? 0) * width;
      const row = this.rows / 4 + s * stride;
      for (let o = 0; o < width; o++) f32[row + o] = values[from + o] ?? 0;
    }
  }
}

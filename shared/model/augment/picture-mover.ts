/** @file Changes the pictures of a chunk of training samples after they were gathered. */
import type { Kernel } from "../../kernels/kernel.ts";
import { Random } from "../../random.ts";
import { type Chunk, chunkSamplesMax, type Rows } from "../layer.ts";
import { type Augment, drawMove, type Move, moveSeeds } from "./augment.ts";

/** Integers of one move in the kernel's memory. */
const moveLength = 3;

export class PictureMover {
  readonly #kernel: Kernel;
  readonly #augment: Augment;
  readonly #seed: number;
  readonly #rows: Rows;
  /** Pointers to `[chunkSamplesMax, 3]` int32 and to one picture. */
  readonly #moves: number;
  readonly #scratch: number;
  readonly #move: Move = { flip: false, top: 0, left: 0 };

  /** @param rows - Where the chunk's samples are gathered. */
  constructor(kernel: Kernel, augment: Augment, seed: number, rows: Rows) {
    this.#kernel = kernel;
    this.#augment = augment;
    this.#seed = seed;
    this.#rows = rows;
    this.#moves = kernel.arena.allocate(4 * moveLength * chunkSamplesMax);
    this.#scratch = kernel.arena.allocate(4 * rows.width);
  }

  /** Changes the gathered samples as in this step of training. */
  forward({ samples, sampleCount }: Chunk, step: number): void {
    const { functions, views } = this.#kernel;
    const { height, width, channels, crop } = this.#augment;
    const { pointer, stride } = this.#rows;
    for (let s = 0; s < sampleCount; s++) {
      const sample = views.u32[samples / 4 + s] ?? 0;
      drawMove(new Random(...moveSeeds(this.#seed, step, sample)), this.#augment, this.#move);
      const at = this.#moves / 4 + moveLength * s;
      // Two's complement: the kernel reads signed integers.
      views.u32[at] = Number(this.#move.flip);
      views.u32[at + 1] = this.#move.top;
      views.u32[at + 2] = this.#move.left;
    }
    functions.movePictures(
      pointer,
      stride,
      sampleCount,
      height,
      width,
      channels,
      crop,
      this.#moves,
      this.#scratch,
    );
  }
}

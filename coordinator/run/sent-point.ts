/**
 * @file The points that workers have, in a run whose points move by updates. They follow the optimizer's points in int8 steps.
 * What the rounding of a step loses stays in the difference between the two, and so it is part of the next update.
 *
 * The point of a step is computed from that of the step before, when its round is opened. That of the last committed step is
 * kept too: a checkpoint has it, and a resumed run computes the points of its open rounds from it.
 */
import { known } from "../../shared/assert.ts";
import { copyOfBytes } from "../../shared/bytes.ts";
import { createWireForm, type WireForm } from "../../shared/engine/wire-form.ts";
import type { Kernel } from "../../shared/kernels/kernel.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { addUpdate, digestOf } from "../../shared/run/point-update.ts";
import { allIn } from "../../shared/run/wire.ts";

/** Not a node of any step's tree, whose numbers it draws. */
const noNode = { start: 0, end: 0 };

export class SentPoint {
  readonly #kernel: Kernel;
  readonly #count: number;
  readonly #form: WireForm;
  readonly #difference: number;
  /** Of the last committed step and of each that may be open. */
  readonly #points: readonly number[];

  constructor(kernel: Kernel, parameterCount: number, config: Pick<RunConfig, "seed" | "delay">) {
    this.#kernel = kernel;
    this.#count = parameterCount;
    this.#form = createWireForm(kernel, allIn("int8", parameterCount), config.seed);
    const allocate = () => kernel.arena.allocate(4 * parameterCount);
    this.#difference = allocate();
    this.#points = Array.from({ length: 2 + config.delay }, allocate);
  }

  /**
   * Pointer to the point of a step, shape `[parameterCount]`; that of step −1 is where the run begins.
   *
   * @param step - The last committed one, or one whose round is open.
   */
  at(step: number): number {
    return known(this.#points[(step + 1) % this.#points.length], "a point of each open step");
  }

  /**
   * Computes the point of a step: `next ← before + int8(point − before)`, rounded at random like a node.
   *
   * @param point - The optimizer's, shape `[parameterCount]`; read only.
   * @returns `next` is a view, good until the kernel's memory grows; `from` and `digest` name before and next.
   */
  move(step: number, point: Float32Array) {
    const difference = this.#view(this.#difference);
    const before = this.#view(this.at(step - 1));
    for (let i = 0; i < difference.length; i++) difference[i] = (point[i] ?? 0) - (before[i] ?? 0);
    this.#form.round(this.#difference, { step, block: noNode });
    const update = copyOfBytes(this.#form.pack(this.#difference));
    const next = this.#view(this.at(step));
    addUpdate(next, before, update);
    return { next, update, from: digestOf(before), digest: digestOf(next) };
  }

  #view(pointer: number): Float32Array {
    return this.#kernel.views.f32.subarray(pointer / 4, pointer / 4 + this.#count);
  }
}

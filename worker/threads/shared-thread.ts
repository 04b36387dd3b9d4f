/**
 * @file What a compute thread does for a `SharedPool`: answers its mailbox, with an engine over data that another
 * thread laid out in their shared memory. Meanwhile its event loop is blocked. Platform-free.
 */
import { createEngineOver, type Engine, type EngineData } from "../../shared/engine/engine.ts";
import { selfTest } from "../../shared/engine/self-test.ts";
import type { Kernel, SharedPlace } from "../../shared/kernels/kernel.ts";
import type { Region } from "../../shared/kernels/memory.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { Unit } from "../../shared/run/unit.ts";
import { reasonOf } from "../../shared/words/sentence.ts";
import { measureSpeed } from "../measure-speed.ts";
import type { LoadedRun } from "./compute-pool.ts";
import { Mailbox, mailboxBytes } from "./mailbox.ts";

/** Creates a kernel in its own memory, or in a shared one. */
export type CreateKernel = (place?: SharedPlace) => Kernel;

/** A run in shared memory, and one thread's part of that memory. */
export interface SharedRun {
  readonly config: RunConfig;
  readonly data: EngineData;
  readonly memory: WebAssembly.Memory;
  /** Holds first the mailbox, then what the engine needs. */
  readonly region: Region;
  /** Pointer to the pool's bell. */
  readonly bell: number;
}

/** Lays out an engine. Every thread does it this way, including the pool's, so all take the same amount of memory. */
export function layOutEngine(
  kernel: Kernel,
  { config, data }: Pick<SharedRun, "config" | "data">,
): { readonly engine: Engine; readonly selfTest: string } {
  const bits = selfTest(kernel);
  return { engine: createEngineOver({ kernel, config, data }), selfTest: bits };
}

export class SharedThread {
  readonly loaded: LoadedRun;
  readonly #mailbox: Mailbox;
  readonly #engine: Engine;

  constructor({ region, bell, ...run }: SharedRun, createKernel: CreateKernel, now: () => number) {
    const { memory, config, data } = run;
    const kernel = createKernel({ memory, region });
    const mailbox = kernel.arena.allocate(mailboxBytes);
    this.#mailbox = new Mailbox(memory.buffer, mailbox, bell);
    const { engine, selfTest: bits } = layOutEngine(kernel, run);
    this.#engine = engine;
    const samplesPerSecond = measureSpeed(engine, { config, dataset: data.dataset }, now);
    this.loaded = { selfTest: bits, samplesPerSecond };
  }

  /** Computes what the mailbox requests, until dismissed. */
  serve(): void {
    for (let number = 0; ;) {
      number = this.#mailbox.next(number);
      const request = this.#mailbox.request();
      if (request === "dismissal") return;
      if (request !== "nothing") this.#compute(number, request);
    }
  }

  #compute(number: number, unit: Unit): void {
    try {
      this.#engine.begin(unit);
      while (this.#mailbox.isWanted(number)) {
        const result = this.#engine.advance();
        if (result !== undefined) return this.#mailbox.deliver(number, result);
      }
    } catch (error) {
      this.#mailbox.fail(number, reasonOf(error));
    }
  }
}

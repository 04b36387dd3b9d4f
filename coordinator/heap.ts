/**
 * @file V8's heap of the program: how far it grows before all of it is collected. V8 alone decides by the sum of the small
 * objects and the large arrays, so either it would collect at every few steps of a large network, or it would keep
 * what was let go for minutes. Only the program comes here: a process that embeds the library has a heap of its own.
 */
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Sets V8's flags. Call it first. @returns V8's own collector of the whole heap. */
export function tuneHeap(): () => void {
  // Messages are allocated outside V8's heap but count towards its limit, which follows the size of the small heap.
  // Without this flag, V8 collects the whole heap every 80 steps of a small network, which costs more than the rest
  // of a step; with 200, every 4 steps of one with 700,000 parameters.
  setFlagsFromString("--heap-growing-percent=400");
  // A young generation that stays small frees the buffers of received messages sooner: 15 MB less memory at the same
  // speed.
  setFlagsFromString("--semi-space-growth-factor=1");
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  return () => void (typeof collect === "function" && Reflect.apply(collect, undefined, []));
}

/** Garbage may be as much as what is in use. Collecting 20 MB takes 20 ms, which is then rare. */
const growthMax = 2;
/** How often to look. */
const lookMs = 5_000;

export class Heap {
  readonly #collectNow: () => void;
  readonly #usedBytes: () => number;
  #liveBytes = 0;

  /** @param usedBytes - Of V8's objects, without the arrays outside its heap. */
  constructor(
    collectNow: () => void,
    usedBytes: () => number = () => getHeapStatistics().used_heap_size,
  ) {
    this.#collectNow = collectNow;
    this.#usedBytes = usedBytes;
  }

  /** From now on, looks now and then, as long as the process has something else to do. */
  watch(): this {
    setInterval(() => this.look(), lookMs).unref();
    return this;
  }

  /** Collects everything if there may be as much garbage as live objects. */
  look(): void {
    if (this.#usedBytes() > growthMax * this.#liveBytes) this.collect();
  }

  collect(): void {
    this.#collectNow();
    this.#liveBytes = this.#usedBytes();
  }
}

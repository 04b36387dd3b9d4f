/**
 * @file Chooses the pool: `LocalPool` for one thread, `SharedPool` where threads can share memory, else
 * `ThreadPool`, which sends messages. All three give the same bits.
 */
import { createSharedMemory } from "../../shared/kernels/shared-memory.ts";
import type { ComputePool } from "./compute-pool.ts";
import { LocalPool, type LocalPoolOptions } from "./local-pool.ts";
import { SharedPool, type SharedPoolOptions } from "./shared-pool.ts";
import { ThreadPool } from "./thread-pool.ts";

export function createPool(options: LocalPoolOptions & SharedPoolOptions): ComputePool {
  if (options.threads === 1) return new LocalPool(options);
  const canShare = createSharedMemory() !== undefined;
  return canShare ? new SharedPool(options) : new ThreadPool(options);
}

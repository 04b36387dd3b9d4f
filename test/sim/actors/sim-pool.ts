/**
 * @file The simulator's compute threads: the product's `LocalPool` with its real kernel, on virtual time. Really
 * loading a run takes a dozen milliseconds and always gives the same result, so loaded pools are reused.
 */
import { known } from "../../../shared/assert.ts";
import { selfTest } from "../../../shared/engine/self-test.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import type {
  ComputePool,
  Job,
  JobEvents,
  LoadedRun,
  RunToLoad,
} from "../../../worker/threads/compute-pool.ts";
import { LocalPool } from "../../../worker/threads/local-pool.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";
import type { Process } from "../../support/sim/sim-world.ts";

const wasm = await loadKernelWasm();
export const selfTestBits = selfTest(instantiateKernel(wasm));

/** A loaded pool, which uses its borrower's clock. */
interface Loaded {
  readonly pool: LocalPool;
  borrower: { readonly process: Process; readonly shardMs: number } | undefined;
}

const idle = new Map<string, Loaded[]>();

async function borrow(key: string, run: RunToLoad): Promise<Loaded> {
  const waiting = idle.get(key)?.pop();
  if (waiting !== undefined) return waiting;
  let measured = 0;
  const loaded: Loaded = {
    borrower: undefined,
    pool: new LocalPool({
      createKernel: () => instantiateKernel(wasm),
      selfTest: () => selfTestBits,
      clock: {
        now() {
          const { borrower } = loaded;
          if (borrower === undefined) return measured++;
          // The pool reads the clock before and after every shard, so each reading takes half a shard's time.
          borrower.process.spend(borrower.shardMs / 2);
          return borrower.process.now();
        },
      },
      defer: (callback) => {
        const { process } = known(loaded.borrower, "a pool that computes is borrowed");
        process.after(0, "slice", callback);
      },
    }),
  };
  await loaded.pool.load(run);
  return loaded;
}

export interface SimPoolOptions {
  readonly process: Process;
  /** Virtual time per shard. */
  readonly shardMs: number;
  /** Virtual time to lay out the dataset. */
  readonly loadMs: number;
}

export class SimPool implements ComputePool {
  readonly threads = 1;
  readonly #options: SimPoolOptions;
  #key = "";
  #loaded: Loaded | undefined;
  #loads = 0;

  constructor(options: SimPoolOptions) {
    this.#options = options;
    options.process.atDeath(() => this.close());
  }

  async load(run: RunToLoad): Promise<LoadedRun> {
    this.close();
    const { process, shardMs, loadMs } = this.#options;
    const { world } = process;
    const load = ++this.#loads;
    await new Promise<void>((resolve) => {
      process.after(loadMs, "loaded", () => {
        world.promisesPending = true;
        resolve();
      });
    });
    const key = JSON.stringify(run.config);
    const loaded = await borrow(key, run);
    if (load !== this.#loads || !process.alive) {
      this.#giveBack(key, loaded);
      throw new Error("another run is loaded");
    }
    this.#key = key;
    this.#loaded = loaded;
    loaded.borrower = { process, shardMs };
    return { selfTest: selfTestBits, samplesPerSecond: (1000 * run.config.shardSize) / shardMs };
  }

  start(job: Job, events: JobEvents): void {
    known(this.#loaded, "a run is loaded before its first job").pool.start(job, events);
  }

  cancel(): void {
    this.#loaded?.pool.cancel();
  }

  close(): void {
    this.#loads += 1;
    if (this.#loaded === undefined) return;
    this.#loaded.pool.cancel();
    this.#giveBack(this.#key, this.#loaded);
    this.#loaded = undefined;
  }

  #giveBack(key: string, loaded: Loaded): void {
    loaded.borrower = undefined;
    const pools = idle.get(key) ?? [];
    pools.push(loaded);
    idle.set(key, pools);
  }
}

/** @file Prepares a run: downloads its dataset unless the last run had the same, and loads both into the pool. */
import type { Dataset } from "../shared/data/dataset.ts";
import type { CoordinatorMessage, MessageOf } from "../shared/protocol/messages.ts";
import { type Sentence, sentence } from "../shared/words/sentence.ts";
import { Contribution } from "./contribution.ts";
import type { Clock, LoadDataset } from "./platform.ts";
import type { ComputePool, LoadedRun } from "./threads/compute-pool.ts";

export type RunMessage = MessageOf<CoordinatorMessage, "run">;

/** A run that can be computed. */
export interface PreparedRun {
  readonly run: LoadedRun;
  readonly contribution: Contribution;
}

export interface RunLoaderOptions {
  readonly pool: ComputePool;
  readonly loadDataset: LoadDataset;
  readonly clock: Clock;
}

/** Follows the loading of one run. */
export interface LoadingWatcher {
  /** Whether the run is still wanted; a newer one takes precedence. */
  isWanted(): boolean;
  /** @param receivedBytes - Bytes of the dataset so far; absent once it is complete. */
  progress(detail: Sentence, receivedBytes?: number): void;
}

export class RunLoader {
  readonly #options: RunLoaderOptions;
  #dataset: Dataset | undefined;

  constructor(options: RunLoaderOptions) {
    this.#options = options;
  }

  /**
   * Returns `undefined` if the run is no longer wanted.
   *
   * @throws If the dataset cannot be downloaded or a thread cannot load the run.
   */
  async load(message: RunMessage, watcher: LoadingWatcher): Promise<PreparedRun | undefined> {
    const { pool, clock } = this.#options;
    const { config } = message;
    const dataset = await this.#datasetOf(message, watcher);
    if (!watcher.isWanted()) return undefined;
    watcher.progress(sentence("preparing-dataset"));
    const run = await pool.load({ config, dataset });
    if (!watcher.isWanted()) return undefined;
    const contribution = new Contribution({ config, dataset }, run.samplesPerSecond, clock.now());
    return { run, contribution };
  }

  async #datasetOf(message: RunMessage, watcher: LoadingWatcher): Promise<Dataset> {
    const { name, sha256 } = message.config.dataset;
    if (this.#dataset?.sha256 === sha256) return this.#dataset;
    this.#dataset = undefined;
    const dataset = await this.#options.loadDataset(
      message.dataset,
      message.config.dataset,
      (receivedBytes) => {
        const megabytes = Math.round(receivedBytes / 1e5) / 10;
        const said = sentence("getting-dataset-so-far", { dataset: name, megabytes });
        watcher.progress(said, receivedBytes);
      },
    );
    if (watcher.isWanted()) this.#dataset = dataset;
    return dataset;
  }
}

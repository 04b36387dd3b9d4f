/** @file What a worker shows of itself: plain values that can be posted to a page or printed as lines. */
import type { Sentence } from "../shared/words/sentence.ts";
import type { OwnColumnView } from "./own-column.ts";

/** The state of a worker. */
export type WorkerPhase =
  | "connecting"
  /** The socket was lost or could not be opened; the next try is due. */
  | "retrying"
  /** Connected, with nothing to do: no run yet, or the run is over. */
  | "waiting"
  /** The dataset is being downloaded or laid out. */
  | "loading"
  | "training"
  | "paused"
  /** It left and does not reconnect by itself. */
  | "stopped";

export interface WorkerStatus {
  readonly phase: WorkerPhase;
  /** It stopped because it cannot take part. */
  readonly failed: boolean;
  /** What it does, what it waits for, or why it stopped. A page may have its own words for some codes. */
  readonly detail: Sentence;
  /** The coordinator's reason when it refused this worker, if it gave any. */
  readonly refusal: Sentence | null;
  /** Bytes of the dataset received so far, decompressed, during the download. */
  readonly receivedBytes: number;
  /** The name that the coordinator shows; it may have added a number to the requested one. */
  readonly name: string;
  readonly threads: number;
  /** Title of the current run, dataset and layers; `null` before the first. */
  readonly run: string | null;
  /** The name of the run's dataset. */
  readonly dataset: string | null;
  /** The last step that this worker computed for; `null` before the first. */
  readonly step: number | null;
  /** Samples of gradient per second in the last window; before the first one, as measured while loading. */
  readonly samplesPerSecond: number;
  /** The fraction of the run's samples since this worker joined that this worker computed; in [0, 1]. */
  readonly share: number;
  /** Results sent in this run. */
  readonly blocksDone: number;
  /** Samples computed in this run. */
  readonly samplesDone: number;
  /** Its column of the promedio table, of its newest complete step; `null` where there is none. */
  readonly column: OwnColumnView | null;
}

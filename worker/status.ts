/** @file What a worker shows of itself: plain values that can be posted to a page or printed as lines. */

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

/** The cause of a status, for a page that has its own words for it; `detail` says the same as an English sentence. */
export type WorkerCause =
  /** It refused or was refused; named after the close status. */
  | "token"
  | "origin"
  | "version"
  | "kernel"
  | "replaced"
  | "mismatch"
  | "offences"
  /** The coordinator cannot take it or cannot be reached. It tries again. */
  | "full"
  | "coordinator-ended"
  | "unreachable"
  /** Nothing to do. */
  | "no-run"
  | "run-over"
  /** Preparing for the first step. */
  | "download"
  | "layout"
  /** `detail` says more. */
  | "other";

export interface WorkerStatus {
  readonly phase: WorkerPhase;
  /** It stopped because it cannot take part. */
  readonly failed: boolean;
  /** One sentence without a full stop: what it does, what it waits for, or why it stopped. */
  readonly detail: string;
  readonly cause: WorkerCause;
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
}

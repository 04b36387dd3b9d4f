/**
 * @file What a worker shows of itself: plain values that can be posted to a page or printed as lines.
 */

/** Where a worker stands. */
export type WorkerPhase =
  | "connecting"
  /** The socket was lost or could not be opened: the next try is on its way. */
  | "retrying"
  /** Connected, with nothing to do: no run yet, or the run is over. */
  | "waiting"
  /** The dataset is on its way, or is being laid out. */
  | "loading"
  | "training"
  | "paused"
  /** It left, and does not come back by itself. */
  | "stopped";

/**
 * What a status is about, for a page that says it in its own words: the reason behind `detail`, of which `detail` is
 * the sentence in English.
 */
export type WorkerCause =
  /** It refused, or was refused: by the close status that said so. */
  | "token"
  | "origin"
  | "version"
  | "kernel"
  | "replaced"
  | "mismatch"
  | "offences"
  /** The coordinator can't take it, or is not there: it tries again. */
  | "full"
  | "coordinator-ended"
  | "unreachable"
  /** Nothing to do. */
  | "no-run"
  | "run-over"
  /** On its way to the first step. */
  | "download"
  | "layout"
  /** Only `detail` tells. */
  | "other";

export interface WorkerStatus {
  readonly phase: WorkerPhase;
  /** It stopped because it can't take part. */
  readonly failed: boolean;
  /** One sentence without a full stop: what it does, or waits for, or why it stopped. */
  readonly detail: string;
  readonly cause: WorkerCause;
  /** Of the dataset, decompressed, while its download goes on. */
  readonly receivedBytes: number;
  /** As the coordinator shows it; may have a number added to what was asked for. */
  readonly name: string;
  readonly threads: number;
  /** Of the run at hand: dataset and layers; `null` before the first. */
  readonly run: string | null;
  /** The run's dataset, for people. */
  readonly dataset: string | null;
  /** The last step that this worker computed for; `null` before the first. */
  readonly step: number | null;
  /** Samples of gradient a second that this worker computed lately; before that, as measured. */
  readonly samplesPerSecond: number;
  /** Fraction of the run's samples, since this worker joined it, that this worker computed; in [0, 1]. */
  readonly share: number;
  /** Results sent in this run. */
  readonly blocksDone: number;
  /** Samples computed in this run. */
  readonly samplesDone: number;
}

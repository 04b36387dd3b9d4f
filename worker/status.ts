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

export interface WorkerStatus {
  readonly phase: WorkerPhase;
  /** It stopped because it can't take part. */
  readonly failed: boolean;
  /** One sentence without a full stop: what it does, or waits for, or why it stopped. */
  readonly detail: string;
  /** As the coordinator shows it; may have a number added to what was asked for. */
  readonly name: string;
  readonly threads: number;
  /** Of the run at hand: dataset and layers; `null` before the first. */
  readonly run: string | null;
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

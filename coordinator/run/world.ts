/**
 * @file What a training run needs from the outside: workers that it can reach, and a place for its output. Sockets
 * are behind one, disks behind the other.
 */
import type { Target } from "../../shared/data/dataset.ts";
import type { DataNames } from "../../shared/model/parameter-name.ts";
import type { Arrival } from "../../shared/protocol/arrival.ts";
import type { CoordinatorMessage } from "../../shared/protocol/messages.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { RunPlan } from "../../shared/run/plan.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import type { Audit } from "../audit/audit.ts";
import type { Pacing } from "../dispatch/pacing.ts";
import type { ParameterStore, StoreSnapshot } from "./parameter-store.ts";
import type { Progress, ProgressState } from "./progress.ts";
import type { CoordinatorEvent } from "./view.ts";

/** What a run is made of. */
export interface TrainingRunOptions {
  readonly id: string;
  readonly config: RunConfig;
  readonly plan: RunPlan;
  /** The shape of one sample, for the names of parameters. */
  readonly featureShape: readonly number[];
  /** What the data call their features and targets. */
  readonly names?: DataNames;
  /** What the dataset's targets mean. */
  readonly target: Target;
  readonly store: ParameterStore;
  readonly workers: RunWorkers;
  readonly output: RunOutput;
  /** The first round opens when this many workers are ready, those of relays included. After that, one is enough (invariant 4). */
  readonly minWorkers: number;
  /** When a step may begin; absent: at full speed. Several runs may share it. */
  readonly pacing?: Pacing | undefined;
  /** The audit of this run alone. */
  readonly audit: Audit;
  /** Where an earlier process stopped; the store is already restored. */
  readonly resume: { readonly step: number; readonly progress: ProgressState } | undefined;
}

/** The workers, as seen by a run. */
export interface RunWorkers {
  /** Whether every tensor that was given to `send` has left, so that its bytes may be used again. Absent: not known. */
  readonly areAllSent?: boolean;
  /**
   * Sends one message. All its receivers share the tensor, which does not change until `areAllSent`.
   *
   * @param arrival - The tensor, if it may still be on its way: then the rest is sent as it comes.
   * @returns Whether it was accepted. A worker whose queue is full accepts nothing until it has read the waiting
   *   messages.
   */
  send(
    workerId: string,
    header: CoordinatorMessage,
    tensor: Uint8Array,
    arrival?: Arrival,
  ): boolean;
  /** Disconnects a worker that returned a wrong result, and never admits it again. It may already have left. */
  expel(workerId: string, reason: Sentence): void;
}

/** The output of a run: its checkpoints, its events and its end. */
export interface RunOutput {
  /**
   * Whether to save the state after this commit. Asked once a step: at the end of an epoch after its evaluation.
   *
   * @param step - Committed steps.
   * @param epochsDone - How many epochs have ended, if one has just ended.
   */
  wantsSnapshot(step: number, epochsDone?: number): boolean;
  /** Writes a checkpoint without blocking the run. */
  save(snapshot: RunSnapshot): void;
  report(event: CoordinatorEvent): void;
  end(outcome: EndOfRun): void;
}

/** A committed state, complete and immutable: the contents of a checkpoint. */
export interface RunSnapshot {
  readonly step: number;
  readonly store: StoreSnapshot;
  readonly progress: ProgressState;
  /** Whether its evaluation has the lowest loss so far. */
  readonly isBest: boolean;
}

/** An end that the run reached by itself. The snapshot is its last committed state. */
export type EndOfRun =
  | {
      readonly kind: "finished";
      readonly snapshot: RunSnapshot;
      /** Means over the training of this process. */
      readonly rates: Progress["averageRates"];
    }
  | { readonly kind: "failed"; readonly snapshot: RunSnapshot; readonly reason: Sentence };

/** How a run ended; `stopped` by the operator, between two commits. */
export type RunOutcome = EndOfRun | { readonly kind: "stopped" };

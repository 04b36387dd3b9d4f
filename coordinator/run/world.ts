/**
 * @file What a training run asks of the world around it: workers that it can reach, and somewhere for what it has to
 * tell. Sockets are behind the one, disks behind the other.
 */
import type { CoordinatorMessage } from "../../shared/protocol/messages.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import type { StoreSnapshot } from "./parameter-store.ts";
import type { Progress, ProgressState } from "./progress.ts";
import type { CoordinatorEvent } from "./view.ts";

/** The workers, as a run reaches them. */
export interface RunWorkers {
  /**
   * Sends one message. The tensor is shared by all its receivers and never changed afterwards.
   *
   * @returns Whether it was taken; a worker whose queue is full takes nothing until it has read what waits there.
   */
  send(workerId: string, header: CoordinatorMessage, tensor: Uint8Array): boolean;
  /** Disconnects a worker that returned a wrong result, and never admits it again; it may have left already. */
  expel(workerId: string, reason: Sentence): void;
}

/** Where what a run has to tell goes: its checkpoints, its events and its end. */
export interface RunOutput {
  /** Writes a checkpoint, without making the run wait for it. */
  save(snapshot: RunSnapshot): void;
  report(event: CoordinatorEvent): void;
  end(outcome: EndOfRun): void;
}

/** A committed state, complete and unchanging: what a checkpoint holds. */
export interface RunSnapshot {
  readonly step: number;
  readonly store: StoreSnapshot;
  readonly progress: ProgressState;
  /** Whether the evaluation in it has the lowest test loss so far. */
  readonly isBest: boolean;
}

/** An end that the run came to by itself. The snapshot is of its last committed state. */
export type EndOfRun =
  | {
      readonly kind: "finished";
      readonly snapshot: RunSnapshot;
      /** Means over the training that this process did. */
      readonly rates: Progress["averageRates"];
    }
  | { readonly kind: "failed"; readonly snapshot: RunSnapshot; readonly reason: Sentence };

/** How a run ended; `stopped` by the operator, between two commits. */
export type RunOutcome = EndOfRun | { readonly kind: "stopped" };

/**
 * @file The run that workers' sessions serve: the training run in the coordinator, a relay's part of one in a relay.
 * Contract only.
 */
import type { MessageOf, ResultMessage, WorkerMessage } from "../../shared/protocol/messages.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import type { EvidenceMessage } from "../audit/descent.ts";
import type { Outcome } from "../dispatch/answer.ts";
import type { ReadyWorker } from "../dispatch/crew.ts";

export interface ServedRun {
  /** Its identity in messages. */
  readonly id: string;
  readonly config: RunConfig;
  /** Counts bytes that were sent. */
  readonly progress: { addBytes(byteLength: number): void };
  /** A result arrived. @param tensor - As received; read only during the call. */
  result(workerId: string, message: ResultMessage, tensor: Uint8Array, nowMs: number): Outcome;
  /** A worker could not compute a block. */
  failed(workerId: string, message: MessageOf<WorkerMessage, "failed">, nowMs: number): Outcome;
  /** A relay shows what is under its answers. @param tensor - As received; read only during the call. */
  evidence(workerId: string, message: EvidenceMessage, tensor: Uint8Array, nowMs: number): void;
  workerReady(worker: ReadyWorker, nowMs: number): void;
  /** A relay says how many workers compute for it. It need not be ready. */
  crewTold(relayId: string, workersBelow: number, nowMs: number): void;
  workerLeft(workerId: string, nowMs: number): void;
  tick(nowMs: number): void;
  /** Whether a worker holds blocks of the open round. */
  isBusy(workerId: string): boolean;
  /** What it waits for, or `null` while it advances. */
  waitingFor(nowMs: number): Sentence | null;
}

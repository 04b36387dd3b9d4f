/**
 * @file What one coordinator process hands over to the next one that resumes the run, so that everybody who was there
 * finds their way back: who may come back, under which name, and what happened before. None of it changes a result.
 */
import type { WorkerKind } from "../../shared/protocol/messages.ts";
import type { CoordinatorEvent, GradientTableView, RunRecordView } from "./view.ts";

export interface Handover {
  readonly tokens: FormerTokens;
  readonly workers: readonly RememberedWorker[];
  /** The run's number among those of its coordinator. */
  readonly number: number;
  /** The coordinator's earlier runs, oldest first. */
  readonly records: readonly RunRecordView[];
  /** The last events, oldest first. */
  readonly log: readonly LoggedEvent[];
  /** The promedio table of the last step that has one. */
  readonly promedio: GradientTableView | null;
}

/** Digests of tokens that a coordinator accepted: they can be compared with a token, but no token follows from them. */
export interface FormerTokens {
  /** Random, so that nobody can look a digest up. Hexadecimal. */
  readonly salt: string;
  /** `digestOf` each join token, and each admin token, oldest first. */
  readonly join: readonly string[];
  readonly admin: readonly string[];
}

export interface RememberedWorker {
  /** SHA-256 of the session that proves its identity. A session is random, so nobody can guess it from this. */
  readonly sessionDigest: string;
  readonly name: string;
  readonly kind: WorkerKind;
  readonly agent: string;
  readonly threads: number;
  readonly isBanned: boolean;
}

export interface LoggedEvent {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly event: CoordinatorEvent;
}

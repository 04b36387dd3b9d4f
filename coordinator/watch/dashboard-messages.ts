/**
 * @file The messages between a dashboard and the coordinator on `/watch`. A dashboard first sends its token. Then
 * it receives JSON texts of these kinds and, as binary messages, the newest points of the curve. With the admin
 * token it may send commands.
 */
import * as z from "zod/mini";

import type { SplitName, Target } from "../../shared/data/dataset.ts";
import type { DataDescription } from "../../shared/data/description.ts";
import type { Preprocessing } from "../../shared/data/preprocessing.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import { auditPolicies } from "../audit/audit-policy.ts";
import { paces } from "../dispatch/pacing.ts";
import type {
  CoordinatorEvent,
  CoordinatorView,
  EvaluationPoint,
  EvaluationView,
  RunRecordView,
  TimelineView,
} from "../run/view.ts";

/** `/run/<number>/config`: what a page needs, besides the parameters, to use the network. */
export interface RunDescription {
  readonly config: RunConfig;
  readonly data: DataDescription;
}

/** Coordinator → dashboard, as JSON. */
export type DashboardMessage =
  /** Once, after the token. */
  | { readonly kind: "hello"; readonly role: "operator" | "viewer" }
  /** A few times per second: everything small. Its curves are empty; they are sent separately. */
  | {
      readonly kind: "state";
      readonly view: CoordinatorView;
      readonly timeline: TimelineView | null;
    }
  /** When another run starts, and once initially: points and evaluations belong to this run from now on. */
  | {
      readonly kind: "run";
      readonly number: number;
      readonly config: RunConfig;
      /** What the dataset's targets mean, with their names. */
      readonly target: Target;
      /** Samples per split; 0 without a validation split. */
      readonly counts: Readonly<Record<SplitName, number>>;
      /** The shape of one sample. */
      readonly featureShape: readonly number[];
      /** What a sample is made from; `null` if the data do not say. */
      readonly record: Preprocessing["kind"] | null;
      /** The share of samples that was set aside for validation; `null` if none was asked for. */
      readonly validation: number | null;
    }
  /** After an evaluation. */
  | {
      readonly kind: "tests";
      readonly points: readonly EvaluationPoint[];
      readonly evaluation: EvaluationView | null;
    }
  /** When a run started, ended or was evaluated. */
  | { readonly kind: "runs"; readonly runs: readonly RunRecordView[] }
  /** An event; `atMs` since 1970. */
  | { readonly kind: "event"; readonly atMs: number; readonly event: CoordinatorEvent }
  /** To a command: what was wrong with it, in one line, or `null`. */
  | { readonly kind: "reply"; readonly id: number; readonly error: Sentence | null };

const id = z.int().check(z.gte(0));
const worker = z.string().check(z.maxLength(40));
const settingKey = z.string().check(z.maxLength(100));
/** A list of layers is the longest. */
const settingText = z.string().check(z.maxLength(16_384));
/** Longer than any straggler's deadline, shorter than the silence after which a worker is dropped. */
const delaySecondsMax = 10;
/** As many as the command line accepts. */
const awaitedWorkersMax = 10_000;

/** Dashboard → coordinator: a command to the run. The reply has the same `id`. */
export const commandSchema = z.discriminatedUnion("command", [
  z.strictObject({ command: z.enum(["pause", "resume", "stop"]), id }),
  /** Takes one step, and each further one only with this command. */
  z.strictObject({ command: z.literal("step"), id }),
  /** How fast the steps follow each other, in this run and the next ones. */
  z.strictObject({ command: z.literal("pace"), id, pace: z.enum(paces) }),
  /**
   * Trains again. Settings have the names of the command line's (those of a run, and `validation`) and are texts; absent ones have their defaults.
   * `audit` applies from this run on; if absent, it does not change. The run begins when `minWorkers` are ready; if
   * absent, the coordinator's option says how many. A large model is refused with a question, unless `confirmed`.
   */
  z.strictObject({
    command: z.literal("start"),
    id,
    settings: z.record(settingKey, settingText),
    audit: z.optional(z.enum(auditPolicies)),
    minWorkers: z.optional(z.int().check(z.gte(1), z.lte(awaitedWorkersMax))),
    confirmed: z.optional(z.boolean()),
  }),
  /**
   * Breaks something, for a lesson: cuts a worker's connection, or spoils its next gradient, either so that any
   * check finds it (`corrupt`) or so that only recomputing does (`lie`).
   */
  z.strictObject({ command: z.enum(["drop", "corrupt", "lie"]), id, worker }),
  /** Holds back everything that a worker sends for some seconds. */
  z.strictObject({
    command: z.literal("delay"),
    id,
    worker,
    seconds: z.number().check(z.gt(0), z.lte(delaySecondsMax)),
  }),
]);

export type DashboardCommand = z.infer<typeof commandSchema>;

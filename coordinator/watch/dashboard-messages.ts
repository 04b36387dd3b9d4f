/**
 * @file What a dashboard and the coordinator say to each other on `/watch`. A dashboard shows its token first; then it
 * is sent JSON texts of these kinds and, as binary messages, the newest points of the curve. Who has the admin token
 * may send orders.
 */
import * as z from "zod/mini";

import type { RunConfig } from "../../shared/run/config.ts";
import type { Sentence } from "../../shared/words/sentence.ts";
import { auditPolicies } from "../audit/audit-policy.ts";
import type {
  CoordinatorEvent,
  CoordinatorView,
  EvaluationPoint,
  EvaluationView,
  RunRecordView,
  TimelineView,
} from "../run/view.ts";

/** Coordinator → dashboard, as JSON. */
export type DashboardMessage =
  /** Once, after the token. */
  | { readonly kind: "hello"; readonly role: "operator" | "viewer" }
  /** A few times a second: everything small. Its curves are empty, they come on their own. */
  | {
      readonly kind: "state";
      readonly view: CoordinatorView;
      readonly timeline: TimelineView | null;
    }
  /** When another run begins, and once at first: points and evaluations are of this one from now on. */
  | { readonly kind: "run"; readonly number: number; readonly config: RunConfig }
  /** After an evaluation. */
  | {
      readonly kind: "tests";
      readonly points: readonly EvaluationPoint[];
      readonly evaluation: EvaluationView | null;
    }
  /** When one began, ended or was evaluated. */
  | { readonly kind: "runs"; readonly runs: readonly RunRecordView[] }
  /** What happened once; `atMs` since 1970. */
  | { readonly kind: "event"; readonly atMs: number; readonly event: CoordinatorEvent }
  /** To an order: what was wrong with it, in one line, or `null`. */
  | { readonly kind: "reply"; readonly id: number; readonly error: Sentence | null };

const id = z.int().check(z.gte(0));
const worker = z.string().check(z.maxLength(40));
const text = z.string().check(z.maxLength(100));
/** Longer than any straggler's deadline, shorter than the silence after which a worker is let go. */
const delaySecondsMax = 10;

/** Dashboard → coordinator: an order to the run. `id` comes back in the reply. */
export const commandSchema = z.discriminatedUnion("order", [
  z.strictObject({ order: z.enum(["pause", "resume", "stop"]), id }),
  /**
   * Train again: settings by the names of the command line's, as texts; what is absent has its default. `audit` holds
   * from this run on; absent, it stays as it is.
   */
  z.strictObject({
    order: z.literal("start"),
    id,
    settings: z.record(text, text),
    audit: z.optional(z.enum(auditPolicies)),
  }),
  /**
   * Break something, for a lesson: cut a worker's connection, spoil the next gradient that it sends so that anybody
   * sees it (`corrupt`), or so that only who computes it again does (`lie`).
   */
  z.strictObject({ order: z.enum(["drop", "corrupt", "lie"]), id, worker }),
  /** Hold back all that a worker sends for so many seconds. */
  z.strictObject({
    order: z.literal("delay"),
    id,
    worker,
    seconds: z.number().check(z.gt(0), z.lte(delaySecondsMax)),
  }),
]);

export type DashboardCommand = z.infer<typeof commandSchema>;

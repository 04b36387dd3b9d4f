/**
 * @file The messages of a lesson on `/class`, JSON texts in both directions. A page first sends its token. Everybody with a
 * token takes part; with the admin token one leads. What arrives is read field by field here. Documented in
 * `shared/protocol/CLASSROOM.md`. Nothing in a message names a person.
 */
import * as z from "zod/mini";

import { classLinkLengthMax, classRowsMax } from "../../shared/protocol/limits.ts";
import { classOptimizers, classStepsMax } from "./rates.ts";

/** Of a section of `/learn`. */
const sectionId = z.string().check(z.maxLength(40), z.regex(/^[a-z][a-z0-9-]*$/u));
/** The fragment of a link to `/learn`, which is the state of its page. */
const link = z.string().check(z.maxLength(classLinkLengthMax), z.regex(/^[\w.~,!=&+%-]*$/u));
/** A digit: its class, and 28 × 28 pixels, black or white, six to a character. */
const picture = z.string().check(z.regex(/^\d\.[\w-]{131}$/u));
const count = z.int().check(z.gte(0), z.lte(1_000_000));

/** A page → coordinator, first. `key` is the one of an earlier `hello`: the page comes back to its seat. */
const greetingSchema = z.strictObject({
  token: z.string(),
  key: z.optional(z.string().check(z.maxLength(40))),
});

const activitySchema = z.discriminatedUnion("kind", [
  /** A section's question: everybody taps on the same picture. `link` has its values and its seed. */
  z.strictObject({ kind: z.literal("bet"), section: sectionId, link }),
  /** A column of the promedio table each. */
  z.strictObject({ kind: z.literal("column") }),
  /** The same network, trained for so many steps with a learning rate each. */
  z.strictObject({
    kind: z.literal("rates"),
    optimizer: z.enum(classOptimizers),
    steps: z.int().check(z.gte(1), z.lte(classStepsMax)),
  }),
  /** A drawn digit each, as a test set. */
  z.strictObject({ kind: z.literal("writing") }),
]);

const answerSchema = z.discriminatedUnion("kind", [
  /** A place on the picture, in the units of its axes. */
  z.strictObject({ kind: z.literal("bet"), x: z.number(), y: z.number() }),
  /** One observation: its picture, some of its gradients, and the cosine with the mean of the batch. */
  z.strictObject({
    kind: z.literal("column"),
    picture,
    isDrawn: z.boolean(),
    values: z.array(z.number()).check(z.minLength(1), z.maxLength(classRowsMax)),
    cosine: z.number().check(z.gte(-1), z.lte(1)),
  }),
  /** The cost after training with a rate, or `null` if it was not finite any more, after so many steps. */
  z.strictObject({
    kind: z.literal("rates"),
    rate: z.number().check(z.gt(0), z.lte(1_000)),
    cost: z.nullable(z.number()),
    steps: count,
  }),
  z.strictObject({ kind: z.literal("writing"), picture }),
]);

/** A page → coordinator. `activity` and `round` say what it answers; an answer to anything else came too late. */
const participantSchema = z.strictObject({
  kind: z.literal("answer"),
  activity: count,
  round: count,
  answer: answerSchema,
});

/** The lecturer's page → coordinator. */
const lecturerSchema = z.discriminatedUnion("kind", [
  /** What all pages show that follow; `null`: they follow no more. */
  z.strictObject({ kind: z.literal("follow"), link: z.nullable(link) }),
  z.strictObject({ kind: z.literal("open"), activity: activitySchema }),
  /** No more answers; what is secret until then is shown. */
  z.strictObject({ kind: z.literal("close") }),
  /** The kernel's answer is shown. */
  z.strictObject({ kind: z.literal("reveal") }),
  /** Another vote on the same question. */
  z.strictObject({ kind: z.literal("again") }),
  /** The activity is over. */
  z.strictObject({ kind: z.literal("end") }),
]);

export type Activity = z.infer<typeof activitySchema>;
export type Answer = z.infer<typeof answerSchema>;
export type ParticipantMessage = z.infer<typeof participantSchema>;
export type LecturerMessage = z.infer<typeof lecturerSchema>;

/** A state of a run that does not change while the lesson looks at it. */
export interface Moment {
  readonly run: number;
  /** Committed steps. */
  readonly step: number;
}

export type Phase = "open" | "closed" | "revealed";

/** An activity as everybody sees it. */
export interface ActivityView {
  /** Counts the activities of the lesson, from 1. */
  readonly number: number;
  readonly activity: Activity;
  readonly phase: Phase;
  /** Counts the votes, from 1. */
  readonly round: number;
  /** Answers in this round. */
  readonly answered: number;
  /** Of the run at which all pages look meanwhile; `null`: there was none. */
  readonly moment: Moment | null;
}

/** An answer as everybody sees it. `id` is of its seat and round: a later one with the same `id` takes its place. */
export interface Told {
  readonly id: number;
  readonly round: number;
  readonly answer: Answer;
}

/** Coordinator → page. */
export type ClassMessage =
  /** Once, after the token. `seat` counts the devices; `key` brings the page back to it. */
  | {
      readonly kind: "hello";
      readonly role: "operator" | "viewer";
      readonly seat: number;
      readonly key: string;
    }
  /** When something of it changed. */
  | {
      readonly kind: "lesson";
      /** Devices that take part now. */
      readonly people: number;
      readonly following: string | null;
      readonly activity: ActivityView | null;
    }
  /** New answers to the activity, once they are not secret any more. */
  | { readonly kind: "answers"; readonly activity: number; readonly answers: readonly Told[] };

/** The first message of a page. @throws If it is anything else. */
export function readGreeting(message: unknown): z.infer<typeof greetingSchema> {
  return greetingSchema.parse(message);
}

/** Reads a participant's message; `undefined` if it is invalid. */
export function readParticipant(text: string): ParticipantMessage | undefined {
  return read(text, participantSchema);
}

/** Reads the lecturer's message; `undefined` if it is invalid. */
export function readLecturer(text: string): LecturerMessage | undefined {
  return read(text, lecturerSchema);
}

function read<Each>(text: string, schema: z.ZodMiniType<Each>): Each | undefined {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

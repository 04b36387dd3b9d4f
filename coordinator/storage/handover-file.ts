/**
 * @file `handover.json` in a run's folder: what a coordinator that resumes the run must know of the process before it.
 * Only its owner may read it. It has digests in the place of tokens and sessions, so that a copy admits nobody.
 */
import * as z from "zod/mini";

import { decodeText } from "../../shared/decode-text.ts";
import { workerKinds } from "../../shared/protocol/messages.ts";
import { sentenceSchema } from "../../shared/protocol/sentence-schema.ts";
import { runConfigSchema } from "../../shared/run/config.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import type { Handover } from "../run/handover.ts";
import { type CoordinatorEvent, phases } from "../run/view.ts";
import { type Disk, isMissing, type DiskOutcome, readSmall, replaceFile } from "./disk.ts";
import { ofAnyVersion, storedRecord } from "./old-forms.ts";

/** Ten times what 1,000 workers, 100 runs with their curves and 100 events take. */
const bytesMax = 2 ** 24;
/** For its owner alone. */
const privateMode = 0o600;

export type FoundHandover =
  | { readonly found: true; readonly handover: Handover }
  /** Without a reason there is no such file: an earlier version of the program wrote the run. */
  | { readonly found: false; readonly reason: Sentence | undefined };

export async function readHandover(disk: Disk, path: string): Promise<FoundHandover> {
  try {
    const text = decodeText(await readSmall(disk, path, bytesMax));
    const read = handoverSchema.safeParse(JSON.parse(text));
    return read.success
      ? { found: true, handover: read.data }
      : unreadable(path, flawOf(read.error.issues));
  } catch (error) {
    if (isMissing(error)) return { found: false, reason: undefined };
    return unreadable(path, systemReason(error));
  }
}

function unreadable(path: string, reason: Sentence): FoundHandover {
  return { found: false, reason: sentence("handover-unreadable", { path, reason }) };
}

/** Replaces the file atomically. */
export async function writeHandover(
  disk: Disk,
  path: string,
  handover: Handover,
): Promise<DiskOutcome> {
  try {
    const bytes = new TextEncoder().encode(`${JSON.stringify(handover)}\n`);
    await replaceFile(disk, path, bytes, privateMode);
    return { ok: true };
  } catch (error) {
    return { ok: false, reason: sentence("cannot-write", { path, reason: systemReason(error) }) };
  }
}

function flawOf([issue]: readonly { readonly path: readonly PropertyKey[] }[]): Sentence {
  return sentence("handover-field", { field: issue?.path.join(".") ?? "" });
}

const count = z.int().check(z.gte(0));
const digest = z.string().check(z.regex(/^[\da-f]{64}$/u));
const text = z.string().check(z.maxLength(1_000));
/** JSON has no NaN and no ∞, which the losses of a diverging run are: they become `null`. */
const anyNumber = z.pipe(
  z.nullable(z.number()),
  z.transform((value) => value ?? Number.NaN),
);

const scoreSchema = z.strictObject({
  split: z.enum(["validation", "test"]),
  loss: anyNumber,
  metrics: z.record(z.string(), anyNumber),
});

const recordSchema = ofAnyVersion(
  storedRecord,
  z.strictObject({
    number: count,
    id: text,
    title: sentenceSchema,
    phase: z.enum(phases),
    step: count,
    totalSteps: count,
    trainingSeconds: z.number(),
    score: z.nullable(scoreSchema),
    fingerprint: z.nullable(digest),
    sameAs: z.nullable(count),
    disturbances: count,
    curve: z.array(z.tuple([count, z.number(), anyNumber, z.nullable(z.number())])),
    config: z.optional(runConfigSchema),
    epoch: z.optional(z.strictObject({ steps: count, samples: count })),
    evaluations: z.optional(
      z.array(
        z.strictObject({ step: count, loss: anyNumber, metrics: z.record(z.string(), anyNumber) }),
      ),
    ),
  }),
);

const workerSchema = z.strictObject({
  sessionDigest: digest,
  name: text,
  kind: z.enum(workerKinds),
  agent: text,
  threads: z.int().check(z.positive()),
  isBanned: z.boolean(),
});

/** Only that it is an event: this program wrote it, and nothing but the list of events reads it. */
const eventSchema = z.custom<CoordinatorEvent>((event) => {
  return typeof event === "object" && event !== null && "event" in event;
});

const tableSchema = z.strictObject({
  step: count,
  workers: z.array(text),
  samples: z.array(count),
  rows: z.array(
    z.strictObject({
      parameter: count,
      name: sentenceSchema,
      short: sentenceSchema,
      gradients: z.array(z.nullable(z.number())),
      average: anyNumber,
    }),
  ),
});

const handoverSchema: z.ZodMiniType<Handover> = z.strictObject({
  tokens: z.strictObject({
    salt: z.string().check(z.regex(/^[\da-f]{32}$/u)),
    join: z.array(digest),
    admin: z.array(digest),
  }),
  workers: z.array(workerSchema),
  number: count,
  records: z.array(recordSchema),
  log: z.array(z.strictObject({ atMs: z.number(), event: eventSchema })),
  /** A table of another form, such as an earlier version's, is only not shown. */
  promedio: z.union([
    tableSchema,
    z.pipe(
      z.unknown(),
      z.transform(() => null),
    ),
  ]),
});

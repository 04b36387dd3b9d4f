/**
 * @file All messages of the protocol, typed by direction. Each header is decoded as `unknown`, checked here field
 * by field, and only then typed. `README.md` beside this file is the specification in prose.
 */
import * as z from "zod/mini";

import { runConfigSchema } from "../run/config.ts";
import { isAskedBy, roundKindNames, roundKinds, type RoundRow } from "../run/kinds.ts";
import { type Sentence, sentence } from "../words/sentence.ts";
import {
  announcedBytes,
  decodeMessage,
  joined,
  type RawMessage,
  readTensor,
  tensorFragment,
} from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import { type HotHeader, readGradientHeader, readWorkHeader } from "./hot-header.ts";
import {
  agentLengthMax,
  blocksPerWorkMax,
  crewBranchesMax,
  crewDepthMax,
  doorsMax,
  pathLevelsMax,
  protocolVersion,
  threadsMax,
  workerNameLengthMax,
} from "./limits.ts";
import { sentenceSchema } from "./sentence-schema.ts";

// Content security policies without 'unsafe-eval' forbid the validators that zod would otherwise compile.
z.config({ jitless: true });

const text = (lengthMax: number) => z.string().check(z.maxLength(lengthMax));
const reason = sentenceSchema;
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/u));
const pointDigest = z.string().check(z.regex(/^[0-9a-f]{16}$/u));
const identifier = z.string().check(z.regex(/^[\w-]{1,40}$/u));
const index = z.int().check(z.gte(0), z.lte(2 ** 32));
const finite = z.number();
const milliseconds = z.number().check(z.gte(0));
/** The address of a coordinator: `http://host:port`, `https://…`, or a path there, without a trailing slash. */
const door = z.string().check(z.regex(/^https?:\/\/[^\s#?@]{1,300}$/u));
/** `[start, end)` of shards, candidates or test shards. */
const block = z.tuple([index, index]);
const blocks = z.array(block).check(z.minLength(1), z.maxLength(blocksPerWorkMax));

/** The split that is evaluated, which is also the kind of the round. */
const evaluatedSplit = z.enum(roundKindNames.filter((kind) => isAskedBy("evaluate", kind)));

/** A relay below a relay: how many levels below, and how many workers it has in all. */
const branch = z.strictObject({
  depth: z.int().check(z.gte(1), z.lte(crewDepthMax)),
  name: text(workerNameLengthMax),
  workers: index,
});

/** The task that a result answers, echoed from the `work` or `evaluate`. */
const answer = { run: identifier, step: index, block, computeMs: milliseconds };

/** What a worker is: a process, a page, or a relay, behind which others compute. */
export const workerKinds = ["node", "browser", "relay"] as const;
export type WorkerKind = (typeof workerKinds)[number];

export const workerMessageSchema = z.discriminatedUnion("type", [
  /** First message of every socket. Answered by `welcome`, or by `error` and a close. */
  z.strictObject({
    type: z.literal("hello"),
    protocol: z.int(),
    token: text(200),
    name: text(workerNameLengthMax),
    kind: z.enum(workerKinds),
    agent: text(agentLengthMax),
    threads: z.int().check(z.gte(1), z.lte(threadsMax)),
    kernel: sha256,
    /** The session of an earlier `welcome`, to reconnect with the same identity; empty for a new worker. */
    session: z.union([identifier, z.literal("")]),
  }),
  /** The run's dataset is loaded and the self-test is done. Answered by `work`, `evaluate` or `wait`. */
  z.strictObject({
    type: z.literal("ready"),
    run: identifier,
    selfTest: sha256,
    samplesPerSecond: z.number().check(z.gte(0)),
  }),
  /** A block's gradientSum (the tensor). Answers `work` of kind `gradient`, one message per block. */
  z.strictObject({ type: z.literal("gradient"), ...answer, lossSum: finite, correct: index }),
  /** The costs of a block of candidates (the tensor, one value each). Answers `work` of kind `candidates`. */
  z.strictObject({ type: z.literal("costs"), ...answer }),
  /**
   * The sum of the states at which a block of replicas ends (the tensor): parameters and optimizer's tensors. Answers
   * `work` of kind `replica`.
   */
  z.strictObject({ type: z.literal("replica"), ...answer, lossSum: finite, correct: index }),
  /** Loss, hits and the sums of the task's metrics (the tensor) of a block of a split. Answers `evaluate`. */
  z.strictObject({
    type: z.literal("evaluation"),
    ...answer,
    lossSum: finite,
    correct: index,
    split: evaluatedSplit,
  }),
  /**
   * A relay's, right before the `gradient` or `replica` of the same block: a hash of all nodes under it. Answered by
   * `challenge`, or not at all.
   */
  z.strictObject({
    type: z.literal("commitment"),
    run: identifier,
    step: index,
    block,
    below: sha256,
  }),
  /**
   * A relay's: the nodes from a block of its own down to the result of one of its workers. Answers `challenge`; two
   * `reveal` follow.
   */
  z.strictObject({
    type: z.literal("path"),
    run: identifier,
    step: index,
    block,
    leaf: block,
    digests: z.array(sha256).check(z.minLength(3), z.maxLength(3 * pathLevelsMax)),
  }),
  /** A relay's: one of the two children (the tensor) of a node on that path. Answers `challenge`. */
  z.strictObject({
    type: z.literal("reveal"),
    run: identifier,
    step: index,
    block,
    part: block,
    lossSum: finite,
    correct: index,
  }),
  /** A block that could not be computed; it goes to another worker. Answers `work` or `evaluate`. */
  z.strictObject({ type: z.literal("failed"), run: identifier, step: index, block, reason }),
  /** The worker takes no work for a while (hidden tab, battery, or the person said so). Its blocks go to others. */
  z.strictObject({ type: z.literal("pause"), reason }),
  /**
   * A relay's: who is below it. How many in all, and the first relays among them, each before those below itself. Sent when
   * that changes, at most once a second. Not answered.
   */
  z.strictObject({
    type: z.literal("crew"),
    workers: index,
    relays: index,
    branches: z.array(branch).check(z.maxLength(crewBranchesMax)),
  }),
  /** The worker accepts work again. */
  z.strictObject({ type: z.literal("resume") }),
  /** Goodbye: the worker's blocks go to others at once. The worker closes the socket. */
  z.strictObject({ type: z.literal("leave"), reason }),
]);

/** Reads a value; a missing or malformed one becomes `undefined`. */
function leniently<T>(schema: z.ZodMiniType<T>): z.ZodMiniType<T | undefined> {
  // oxlint-disable-next-line promise/valid-params -- no promise: a schema
  return z.catch(z.optional(schema), undefined);
}

export const coordinatorMessageSchema = z.discriminatedUnion("type", [
  /** Answers `hello`. */
  z.strictObject({
    type: z.literal("welcome"),
    protocol: z.int(),
    /** Send it in the next `hello` after a lost connection. */
    session: identifier,
    name: text(workerNameLengthMax),
    kernel: sha256,
  }),
  /** A run to prepare for. Answered by `ready` when the dataset is loaded. */
  z.strictObject({
    type: z.literal("run"),
    run: identifier,
    config: runConfigSchema,
    /** Path of the canonical bytes on the coordinator's own HTTP server. */
    dataset: text(200),
  }),
  /** Blocks to compute at the parameters in the tensor. Answered block by block. */
  z.strictObject({
    type: z.literal("work"),
    run: identifier,
    kind: z.enum(roundKindNames.filter((kind) => isAskedBy("work", kind))),
    step: index,
    blocks,
  }),
  /**
   * Like `work`, in a run in int8: the tensor is what the point has changed by since the last one of this run. Answered
   * block by block; by `pause` and `resume` if that one is not there.
   */
  z.strictObject({
    type: z.literal("update"),
    run: identifier,
    kind: z.enum(roundKindNames.filter((kind) => isAskedBy("work", kind))),
    step: index,
    blocks,
    /** Of the point at which to compute: see `digestOf`. */
    digest: pointDigest,
  }),
  /** Blocks of a split to evaluate at the parameters in the tensor. Answered block by block. */
  z.strictObject({
    type: z.literal("evaluate"),
    run: identifier,
    step: index,
    split: evaluatedSplit,
    blocks,
  }),
  /**
   * Asks a relay that has committed itself for the path to a leaf that was drawn. Answered by `path` and two `reveal`, or
   * by nothing if the relay no longer has the step's values.
   */
  z.strictObject({
    type: z.literal("challenge"),
    run: identifier,
    step: index,
    block,
    leaf: index,
    /** Modulo the number of levels: how deep the node is whose children are revealed. */
    draw: index,
    /** Levels of the path above the receiver's part of it. */
    above: z.int().check(z.gte(0), z.lte(pathLevelsMax)),
  }),
  /**
   * The coordinators that share the run: which lease this one leads under, and where the run may be found if it is lost. Sent
   * after `welcome` and whenever it changes, if there are several.
   */
  z.strictObject({
    type: z.literal("doors"),
    /** Rises with every new leader. */
    term: index,
    urls: z.array(door).check(z.minLength(1), z.maxLength(doorsMax)),
  }),
  /** Nothing to do now, with the reason. */
  z.strictObject({ type: z.literal("wait"), reason }),
  /** The run is over. The socket stays open for the next one. */
  z.strictObject({ type: z.literal("end"), run: identifier, reason, fingerprint: sha256 }),
  /**
   * The last message before the coordinator closes the socket. It is the only one that may have extra fields, and
   * whose reason may be missing or malformed, because a worker of another version must be able to read it.
   */
  z.object({
    type: z.literal("error"),
    code: text(40),
    reason: leniently(reason),
  }),
]);

export type WorkerMessage = z.infer<typeof workerMessageSchema>;
export type CoordinatorMessage = z.infer<typeof coordinatorMessageSchema>;
export type MessageOf<Message extends { type: string }, Type extends Message["type"]> = Extract<
  Message,
  { type: Type }
>;
/** The messages that ask for blocks of a round. */
export type WorkMessage = MessageOf<CoordinatorMessage, RoundRow["ask"] | "update">;
/** The messages that carry the result of a block. */
export type ResultMessage = MessageOf<WorkerMessage, RoundRow["answer"]>;

export interface Decoded<Header> {
  readonly header: Header;
  readonly tensor: Uint8Array;
  /** Bytes of the tensor, if it follows in slices. Absent: the message is whole. */
  readonly coming?: number;
}

/** A message, whole or in the fragments in which it was sent: a tensor that is its own fragment need not be copied. */
type Encoded = Uint8Array | readonly Uint8Array[];

/** @throws ProtocolError `ERR_DECODE`, `ERR_TOO_LARGE`, `ERR_VERSION`, `ERR_HEADER` or `ERR_SHAPE`. */
export function decodeWorkerMessage(message: Encoded): Decoded<WorkerMessage> {
  const hot = readHot(message, readGradientHeader);
  if (hot !== undefined) return hot;
  const raw = decodeMessage(wholeOf(message));
  refuseOtherVersion(raw.header);
  return check(workerMessageSchema, raw);
}

/**
 * Its tensor may follow in slices.
 *
 * @throws ProtocolError `ERR_DECODE`, `ERR_TOO_LARGE`, `ERR_HEADER` or `ERR_SHAPE`.
 */
export function decodeCoordinatorMessage(message: Encoded): Decoded<CoordinatorMessage> {
  const hot = readHot(message, readWorkHeader, sliced);
  return hot ?? check(coordinatorMessageSchema, decodeMessage(wholeOf(message), sliced));
}

const sliced = { maySlice: true };

/** Reads a message with the fast parser of its header; `undefined` if that does not know it. */
function readHot<Header extends { readonly type: string }>(
  message: Encoded,
  readHeader: (bytes: Uint8Array) => HotHeader<Header> | undefined,
  { maySlice = false } = {},
): Decoded<Header> | undefined {
  const fragments = message instanceof Uint8Array ? [message] : message;
  const [first] = fragments;
  const hot = first === undefined ? undefined : readHeader(first);
  if (hot === undefined) return undefined;
  const { header, end } = hot;
  const tensor = tensorFragment(fragments, end);
  if (tensor !== undefined) return checkShape({ header, tensor });
  const bytes = joined(fragments);
  const coming = maySlice ? announcedBytes(bytes, end) : 0;
  if (coming > 0) return checkShape({ header, tensor: bytes.subarray(bytes.length), coming });
  return checkShape({ header, tensor: readTensor(bytes, end) });
}

function wholeOf(message: Encoded): Uint8Array {
  return message instanceof Uint8Array ? message : joined(message);
}

/**
 * Checked before anything else in a `hello` is read, because another version may have other fields and must be told
 * to stay away.
 */
function refuseOtherVersion(header: unknown): void {
  const parsed = helloVersion.safeParse(header);
  if (!parsed.success || parsed.data.protocol === protocolVersion) return;
  const versions = { theirs: parsed.data.protocol, ours: protocolVersion };
  throw new ProtocolError("ERR_VERSION", sentence("version-differs", versions));
}

const helloVersion = z.object({ type: z.literal("hello"), protocol: z.int() });

function check<Message extends { readonly type: string }>(
  schema: z.ZodMiniType<Message>,
  { header, ...tail }: RawMessage,
): Decoded<Message> {
  const parsed = schema.safeParse(header);
  if (!parsed.success) throw new ProtocolError("ERR_HEADER", describe(parsed.error.issues[0]));
  return checkShape({ header: parsed.data, ...tail });
}

function checkShape<Message extends { readonly type: string }>(
  decoded: Decoded<Message>,
): Decoded<Message> {
  const { header, tensor, coming = 0 } = decoded;
  const has = tensor.length > 0 || coming > 0;
  if (typesWithTensor.has(header.type) !== has) {
    const { type } = header;
    throw new ProtocolError(
      "ERR_SHAPE",
      has ? sentence("tensor-unexpected", { type }) : sentence("tensor-missing", { type }),
    );
  }
  return decoded;
}

/** The types that ask for blocks at the parameters in the tensor, and those that carry a block's values in it. */
const typesWithTensor: ReadonlySet<string> = new Set([
  ...Object.values(roundKinds).flatMap(({ ask, answer: type }) => [ask, type]),
  "reveal",
  "update",
]);

/** Names the wrong field. Names of unknown fields are the peer's text, so they are cut. */
function describe(issue: z.core.$ZodIssue | undefined): Sentence {
  if (issue === undefined) return sentence("header-invalid");
  const unknown = issue.code === "unrecognized_keys" ? issue.keys : [];
  if (unknown.length === 0) return sentence("field-invalid", { field: cut(issue.path.join(".")) });
  return sentence("fields-unknown", { fields: cut(unknown.join(", ")) });
}

function cut(names: string): string {
  return names.slice(0, fieldNamesMax);
}

const fieldNamesMax = 200;

/**
 * @file A checkpoint: one committed state of a run as one safetensors file. Pure: values to bytes and back.
 *
 * Tensors, all F32, in PyTorch's names and layout, so that `nn.Sequential(Linear, Sigmoid, …).load_state_dict`
 * accepts what Python's `safetensors.torch.load_file` returns, without the optimizer's tensors:
 *
 * - `0.weight` `[outputs, inputs]`, `0.bias` `[outputs]`, `2.weight` …: the tensors of the model's layers, each named
 *   by its layer's index in the list.
 * - `optimizer.<state>.0.weight` …: each tensor of the optimizer's state, in the same layout.
 *
 * Metadata: `format` is `pt` as in PyTorch's own files; `promedioCheckpoint` is the version of this format; `step`
 * is the number of committed steps; `config`, `progress` and `data` (the meaning of features and targets, and the preprocessing) are
 * JSON; `fingerprint`; and `sha256` is the SHA-256 of
 * the whole file with the 64 digits of this value set to `0`, so that no byte of the file can change unnoticed.
 */
import * as z from "zod/mini";

import { assert } from "../../shared/assert.ts";
import { bytesOf } from "../../shared/bytes.ts";
import { type DataDescription, dataDescriptionSchema } from "../../shared/data/description.ts";
import { FormatError } from "../../shared/format-error.ts";
import { stateNamesOf } from "../../shared/optimizers/optimizer.ts";
import type { RunConfig } from "../../shared/run/config.ts";
import { modelSizes } from "../../shared/run/kinds.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type Tensor,
} from "../../shared/safetensors.ts";
import { quoted, type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { ProgressState } from "../run/progress.ts";
import { sha256OfParts } from "../sha256.ts";
import { ofAnyVersion, renamedTensors, storedConfigSchema, storedProgress } from "./old-forms.ts";
import { fromTorch, torchTensorCount, toTorch } from "./torch-layout.ts";

const version = "3";
/** Configs and progress of these are converted. The tensors of the first may have other names. */
const oldVersions = ["1", "2"];

/** Everything that a run needs to continue bit for bit. */
export interface Checkpoint {
  readonly config: RunConfig;
  /** Committed steps; the next one to compute. */
  readonly step: number;
  /** Shape `[parameterCount]`, in our own layout. */
  readonly parameters: Float32Array;
  /** The optimizer's tensors by name (letters and digits), each of shape `[parameterCount]`. */
  readonly optimizerState: ReadonlyMap<string, Float32Array>;
  readonly progress: ProgressState;
  /** What the model must know of its data to be used without them; absent in files of older versions. */
  readonly data?: DataDescription | undefined;
}

/** A checkpoint that was read, with the fingerprint of its parameters; or the reason why it cannot be used. */
export type DecodedCheckpoint =
  | { readonly ok: true; readonly checkpoint: Checkpoint; readonly fingerprint: string }
  | { readonly ok: false; readonly reason: Sentence };

/** The run's fingerprint: SHA-256 of the parameters' little-endian bytes, lower-case hex. */
export function fingerprintOf(parameters: Float32Array): string {
  return sha256OfParts(bytesOf(parameters));
}

/** Writes a checkpoint; equal states give equal bytes. */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array<ArrayBuffer> {
  const { config, step, parameters, optimizerState, progress, data } = checkpoint;
  const tensors = toTorch(parameters, config.model);
  for (const [state, values] of optimizerState) {
    assert(stateName.test(state), `a state's name has letters and digits only, got ${state}`);
    for (const [name, tensor] of toTorch(values, config.model)) {
      tensors.set(`${statePrefix}${state}.${name}`, tensor);
    }
  }
  const metadata = new Map([
    ["format", "pt"],
    ["promedioCheckpoint", version],
    ["step", String(step)],
    ["config", JSON.stringify(config)],
    ["progress", JSON.stringify(progress, spellNonFinite)],
    ["fingerprint", fingerprintOf(parameters)],
    ["sha256", noDigest],
    ...(data === undefined ? [] : [["data", JSON.stringify(data)] as const]),
  ]);
  const bytes = encodeSafetensors({ metadata, tensors });
  bytes.set(new TextEncoder().encode(sha256OfParts(bytes)), digestOffset(bytes, noDigest));
  return bytes;
}

/**
 * Reads a checkpoint and verifies all of it: every byte against the file's hash, every tensor's name and shape
 * against the config's model, and the parameters against their fingerprint.
 *
 * @param bytes - The whole file. The returned tensors are copies.
 */
export function decodeCheckpoint(bytes: Uint8Array): DecodedCheckpoint {
  try {
    const file = decodeSafetensors(bytes);
    checkDigest(bytes, file.metadata.get("sha256") ?? "");
    const found = file.metadata.get("promedioCheckpoint");
    if (found !== version && !oldVersions.includes(found ?? "")) {
      throw new FormatError(
        sentence("checkpoint-version", { found: found ?? sentence("none"), expected: version }),
      );
    }
    return readCheckpoint(file, found === oldVersions[0]);
  } catch (error) {
    if (error instanceof FormatError) return { ok: false, reason: error.said };
    throw error;
  }
}

const statePrefix = "optimizer.";
const stateName = /^[A-Za-z][A-Za-z0-9]*$/u;
const noDigest = "0".repeat(64);

/**
 * The offset of the digits of the file's hash. `config` cannot contain this text, because quotes are escaped in
 * JSON.
 */
function digestOffset(bytes: Uint8Array, digest: string): number {
  const key = `"sha256":"`;
  const offset = indexIn(bytes, new TextEncoder().encode(key + digest));
  if (offset === -1) throw new FormatError(sentence("checkpoint-without-hash"));
  return offset + key.length;
}

/** Where a text in a file's header begins; -1 if it is not there. Pages have no `Buffer`. */
function indexIn(bytes: Uint8Array, text: Uint8Array): number {
  const [first = 0] = text;
  const isAt = (offset: number) => text.every((byte, i) => bytes[offset + i] === byte);
  for (let at = bytes.indexOf(first); at !== -1; at = bytes.indexOf(first, at + 1)) {
    if (isAt(at)) return at;
  }
  return -1;
}

function checkDigest(bytes: Uint8Array, digest: string): void {
  if (!/^[0-9a-f]{64}$/u.test(digest)) throw new FormatError(sentence("checkpoint-without-hash"));
  const offset = digestOffset(bytes, digest);
  const zeros = new TextEncoder().encode(noDigest);
  const actual = sha256OfParts(
    bytes.subarray(0, offset),
    zeros,
    bytes.subarray(offset + zeros.length),
  );
  if (actual !== digest) throw new FormatError(sentence("checkpoint-changed"));
}

function readCheckpoint(file: Safetensors, isOld: boolean): DecodedCheckpoint {
  const { metadata } = file;
  const config = readJson(metadata, "config", storedConfigSchema);
  const tensors = isOld ? renamedTensors(file.tensors, config.model) : file.tensors;
  const progress = readJson(metadata, "progress", progressSchema);
  const step = readJson(metadata, "step", z.int().check(z.gte(0)));
  const data = metadata.has("data") ? readJson(metadata, "data", dataDescriptionSchema) : undefined;
  const parameters = readTensors("", tensors, config);
  const optimizerState = new Map<string, Float32Array>();
  for (const state of stateNamesIn(tensors)) {
    optimizerState.set(state, readTensors(`${statePrefix}${state}.`, tensors, config));
  }
  const expected = stateNamesOf(config).toSorted().join();
  const found = [...optimizerState.keys()].toSorted().join();
  if (found !== expected) {
    throw new FormatError(
      sentence("checkpoint-state", { found, optimizer: config.optimizer.name, expected }),
    );
  }
  checkSums(progress, config);
  const known = (1 + optimizerState.size) * torchTensorCount(config.model);
  if (tensors.size !== known) {
    throw new FormatError(sentence("checkpoint-tensors", { found: tensors.size, expected: known }));
  }
  const fingerprint = fingerprintOf(parameters);
  if (fingerprint !== metadata.get("fingerprint")) {
    throw new FormatError(sentence("checkpoint-fingerprint", { fingerprint }));
  }
  return {
    ok: true,
    checkpoint: {
      config,
      step,
      parameters,
      optimizerState,
      progress,
      ...(data === undefined ? {} : { data }),
    },
    fingerprint,
  };
}

/** Sums may be absent, because long ones are not kept. */
function checkSums({ evaluation, finalTest }: ProgressState, config: RunConfig): void {
  const { metricCount } = modelSizes(config);
  for (const { sums } of [evaluation, finalTest].filter((one) => one !== null)) {
    if (sums.length === 0 || sums.length === metricCount) continue;
    throw new FormatError(
      sentence("checkpoint-sums", { found: sums.length, expected: metricCount }),
    );
  }
}

function stateNamesIn(tensors: ReadonlyMap<string, Tensor>): Set<string> {
  const names = [...tensors.keys()].filter((name) => name.startsWith(statePrefix));
  return new Set(names.map((name) => name.split(".")[1] ?? ""));
}

function readTensors(
  prefix: string,
  tensors: ReadonlyMap<string, Tensor>,
  { model }: RunConfig,
): Float32Array {
  return fromTorch((name, shape) => {
    const tensor = tensors.get(prefix + name);
    if (!(tensor?.data instanceof Float32Array) || tensor.shape.join() !== shape.join()) {
      throw new FormatError(
        sentence("checkpoint-tensor", { name: prefix + name, shape: shape.join(", ") }),
      );
    }
    return tensor.data;
  }, model);
}

function readJson<T>(
  metadata: ReadonlyMap<string, string>,
  key: string,
  schema: z.ZodMiniType<T>,
): T {
  let value: unknown;
  try {
    value = JSON.parse(metadata.get(key) ?? "");
  } catch {
    throw new FormatError(sentence("checkpoint-not-json", { field: key }));
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const [path, reason] = [issue?.path.join(".") ?? "", quoted(issue?.message ?? "")];
  throw new FormatError(sentence("checkpoint-field", { field: key, path, reason }));
}

/** JSON has neither NaN nor ∞, but the losses of a diverging run do. */
function spellNonFinite(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

const anyNumber = z.union([
  z.number(),
  z.pipe(z.enum(["NaN", "Infinity", "-Infinity"]), z.transform(Number)),
]);

const evaluationSchema = z.strictObject({
  split: z.enum(["validation", "test"]),
  step: z.int(),
  epoch: z.int(),
  loss: anyNumber,
  metrics: z.record(z.string(), anyNumber),
  sums: z.array(anyNumber),
});

const progressSchema: z.ZodMiniType<ProgressState> = ofAnyVersion(
  storedProgress,
  z.strictObject({
    trainingMs: anyNumber,
    epochTotals: z.strictObject({ lossSum: anyNumber, correct: anyNumber, samples: anyNumber }),
    evaluation: z.nullable(evaluationSchema),
    finalTest: z.nullable(evaluationSchema),
    bestLoss: z.nullable(anyNumber),
    best: z.optional(z.strictObject({ evaluation: evaluationSchema, since: z.int() })),
  }),
);

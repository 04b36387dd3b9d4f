/** @file One valid header of every message type, for tests of the codec, of the schemas and of the specification. */
import { protocolVersion } from "../../../../shared/protocol/limits.ts";
import type { CoordinatorMessage, WorkerMessage } from "../../../../shared/protocol/messages.ts";
import { sentence } from "../../../../shared/words/sentence.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const hash = "0123456789abcdef".repeat(4);
const answer = { run: "run-1", step: 7, block: [0, 2] as [number, number], computeMs: 1.5 };

export const sampleWorkerMessages: readonly WorkerMessage[] = [
  {
    type: "hello",
    protocol: protocolVersion,
    token: "secret",
    name: "Ana's laptop",
    kind: "browser",
    agent: "Mozilla/5.0",
    threads: 8,
    kernel: hash,
    session: "",
  },
  { type: "ready", run: "run-1", selfTest: hash, samplesPerSecond: 250_000 },
  { type: "gradient", ...answer, lossSum: 147.3, correct: 5 },
  { type: "costs", ...answer },
  { type: "replica", ...answer, lossSum: 147.3, correct: 5 },
  { type: "evaluation", ...answer, lossSum: 12, correct: 60, split: "validation" },
  { type: "commitment", run: "run-1", step: 7, block: [0, 2], below: hash },
  {
    type: "path",
    run: "run-1",
    step: 7,
    block: [0, 2],
    leaf: [1, 2],
    digests: [hash, hash, hash],
  },
  {
    type: "reveal",
    run: "run-1",
    step: 7,
    block: [0, 2],
    part: [0, 1],
    lossSum: 147.3,
    correct: 5,
  },
  { type: "failed", run: "run-1", step: 7, block: [0, 2], reason: sentence("value-not-finite") },
  { type: "pause", reason: sentence("tab-slowed") },
  { type: "resume" },
  {
    type: "crew",
    workers: 16,
    relays: 2,
    branches: [
      { depth: 1, name: "room-2", workers: 10 },
      { depth: 2, name: "back row", workers: 4 },
    ],
  },
  { type: "leave", reason: sentence("stopped-by-user") },
];

export const sampleCoordinatorMessages: readonly CoordinatorMessage[] = [
  {
    type: "welcome",
    protocol: protocolVersion,
    session: "V1StGXR8_Z5jdHi6B-myT",
    name: "ana 2",
    kernel: hash,
  },
  { type: "run", run: "run-1", config: testConfig({}), dataset: `/data/${hash}` },
  {
    type: "work",
    run: "run-1",
    kind: "gradient",
    step: 7,
    blocks: [
      [0, 2],
      [2, 3],
    ],
  },
  {
    type: "update",
    run: "run-1",
    kind: "gradient",
    step: 8,
    blocks: [[0, 2]],
    digest: "0123456789abcdef",
  },
  { type: "evaluate", run: "run-1", step: 938, split: "test", blocks: [[0, 4]] },
  { type: "challenge", run: "run-1", step: 7, block: [0, 2], leaf: 1, draw: 123_456, above: 0 },
  { type: "wait", reason: sentence("no-run-yet") },
  { type: "end", run: "run-1", reason: sentence("run-finished"), fingerprint: hash },
  { type: "error", code: "ERR_TOKEN", reason: sentence("token-wrong") },
  { type: "doors", term: 7, urls: ["http://10.0.0.7:8080", "https://example.org/promedio"] },
];

const withTensor = new Set([
  "reveal",
  "gradient",
  "costs",
  "replica",
  "evaluation",
  "work",
  "update",
  "evaluate",
]);

/** A tensor of two numbers if the type carries one, else none. */
export function sampleTensorFor(type: string): Uint8Array {
  return new Uint8Array(new Float32Array(withTensor.has(type) ? [1, -2] : []).buffer);
}

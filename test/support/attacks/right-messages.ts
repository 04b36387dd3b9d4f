/** @file One message of every type as an honest worker would send it, about whatever the peer was asked for. */
import { reactions } from "../../../coordinator/workers/worker-states.ts";
import { protocolVersion } from "../../../shared/protocol/limits.ts";
import type { ResultMessage, WorkerMessage } from "../../../shared/protocol/messages.ts";
import { quoted } from "../../../shared/words/sentence.ts";
import { type Message, pack } from "./bad-messages.ts";

export type Type = WorkerMessage["type"];

/** What a peer knows of the coordinator and its run. */
export interface Knowledge {
  readonly token: string;
  /** Hashes of the kernel and of its self-test. */
  readonly kernel: string;
  readonly selfTest: string;
  readonly run: string;
  readonly parameterCount: number;
  readonly classCount: number;
  /** What its answers are about: a block that it holds, or one that nobody asked it for. */
  readonly asked: {
    readonly type?: ResultMessage["type"] | undefined;
    readonly step: number;
    readonly block: readonly [start: number, end: number];
    /** The right answer, if this peer computes. */
    readonly values?: Float32Array | undefined;
  };
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the rows of the table are the types
export const types = Object.keys(reactions) as readonly Type[];

/** What somebody knows who knows nothing. */
export const ignorance: Knowledge = {
  token: "",
  kernel: "",
  selfTest: "",
  run: "",
  parameterCount: 1,
  classCount: 1,
  asked: { step: 0, block: [0, 1] },
};

/** A right message, or one with these fields changed. */
export function rightMessage(
  type: Type,
  knowledge: Knowledge,
  changes: Readonly<Record<string, unknown>> = {},
): Message {
  const { token, kernel, selfTest, run, parameterCount, classCount, asked } = knowledge;
  const { step, block } = asked;
  const about = { name: "mallory", kind: "node", agent: "", threads: 1, kernel, session: "" };
  const answer = { run, step, block, computeMs: 1 };
  const sums = { lossSum: 1, correct: 0 };
  const values = (kind: Type, length: number) =>
    (asked.type === kind ? asked.values : undefined) ?? new Float32Array(length);
  const messages: Readonly<
    Record<Type, () => readonly [fields: Record<string, unknown>, tensor?: Float32Array]>
  > = {
    hello: () => [{ protocol: protocolVersion, token, ...about }],
    ready: () => [{ run, selfTest, samplesPerSecond: 1_000 }],
    gradient: () => [{ ...answer, ...sums }, values("gradient", parameterCount)],
    replica: () => [{ ...answer, ...sums }, values("replica", parameterCount)],
    costs: () => [answer, values("costs", 1)],
    evaluation: () => [
      { ...answer, ...sums, split: "test" },
      values("evaluation", classCount ** 2),
    ],
    commitment: () => [{ run, step, block, below: "0".repeat(64) }],
    path: () => [{ run, step, block, leaf: block, digests: Array(3).fill("0".repeat(64)) }],
    reveal: () => [{ run, step, block, part: block, ...sums }, values("reveal", parameterCount)],
    failed: () => [{ run, step, block, reason: quoted("") }],
    pause: () => [{ reason: quoted("") }],
    crew: () => [{ workers: 3, relays: 1, branches: [] }],
    resume: () => [{}],
    leave: () => [{ reason: quoted("") }],
  };
  const [fields, tensor] = messages[type]();
  return { header: new Map(Object.entries({ type, ...fields, ...changes })), tensor };
}

/** Its bytes. */
export function rightBytes(...of: Parameters<typeof rightMessage>): Buffer {
  const { header, tensor } = rightMessage(...of);
  return pack(header, tensor);
}

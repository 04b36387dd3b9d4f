/**
 * @file Workers that break the rules: a transport that changes an honest worker's messages. Wrong but finite values
 * are only sent in audited runs, because without an audit they are indistinguishable from right ones.
 */
import { encodeMessage, joined } from "../../shared/protocol/codec.ts";
import { decodeWorkerMessage, type WorkerMessage } from "../../shared/protocol/messages.ts";
import { isResult } from "../../shared/protocol/rounds.ts";
import { quoted } from "../../shared/words/sentence.ts";
import type { Transport } from "../../worker/platform.ts";
import type { World } from "../support/sim/sim-world.ts";

/**
 * The messages to send instead of one message.
 *
 * @param mark - 1 … 127, different for each liar, so that no two of them send the same wrong value.
 */
type Lie = (header: WorkerMessage, tensor: Uint8Array, world: World, mark: number) => Uint8Array[];

/** Changes results and passes everything else on. */
function ofResults(lie: Lie): Lie {
  return (header, tensor, world, mark) =>
    isResult(header) ? lie(header, tensor, world, mark) : [encodeMessage(header, tensor)];
}

/** Changes fields of the header to values that are not valid in the protocol. */
function withFields(fields: (header: WorkerMessage, world: World) => object): Lie {
  return (header, tensor, world) => [
    encodeMessage({ ...header, ...fields(header, world) }, tensor),
  ];
}

const lies = {
  /** NaN in float32 and float16. In int8 it is the bytes of no values: one of them alone might be those of wrong ones. */
  "not finite": ofResults((header, tensor) => [
    encodeMessage(header, new Uint8Array(tensor.length).fill(0xff)),
  ]),
  "wrong length": ofResults((header, tensor) => [
    encodeMessage(header, tensor.length > 4 ? tensor.slice(4) : new Uint8Array(8)),
  ]),
  "no tensor": ofResults((header) => [encodeMessage(header)]),
  "wrong block": ofResults(
    withFields((_, world) => ({
      block: world.pick([
        [0, 4_000_000],
        [3, 3],
        [5, 2],
        [1, 3],
      ]),
    })),
  ),
  /** Only steps that are over, also with a delay: a result for another open step would be a wrong value for it. */
  "stale step": ofResults(
    withFields((header) => {
      const step = "step" in header ? header.step : 0;
      return { step: step < 2 ? step : step - 2 };
    }),
  ),
  "impossible hits": ofResults(withFields(() => ({ correct: 1_000_000 }))),
  "other run": ofResults(withFields(() => ({ run: "another" }))),
  "other kind": ofResults((header, tensor) => [
    encodeMessage(
      { ...header, type: header.type === "gradient" ? "evaluation" : "gradient" },
      tensor,
    ),
  ]),
  duplicate: (header, tensor) => {
    const message = encodeMessage(header, tensor);
    return [message, message];
  },
  /** Accepts work and never answers. */
  silent: ofResults(() => []),
  "cannot compute": ofResults((header) => {
    if (!("block" in header)) return [];
    const { run, step, block } = header;
    return [encodeMessage({ type: "failed", run, step, block, reason: quoted("no") })];
  }),
  "boasts of its speed": (header, tensor, world) => {
    const samplesPerSecond = world.pick([0, 1e-9, 1e15]);
    const computeMs = world.pick([0, 1e12]);
    const fields = header.type === "ready" ? { samplesPerSecond } : { computeMs };
    const lied = header.type === "ready" || isResult(header);
    return [encodeMessage(lied ? { ...header, ...fields } : header, tensor)];
  },
  garbage: (header, tensor, world) => {
    const bytes = encodeMessage(header, tensor);
    const at = world.random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 + world.random.below(255));
    const random = Uint8Array.from({ length: world.random.below(300) }, () =>
      world.random.below(256),
    );
    return [world.pick([random, header.type === "hello" ? bytes : bytes.slice(0, at)])];
  },
  "too large": () => [new Uint8Array(2 ** 20)],
  "out of turn": (header, tensor, world) => [
    encodeMessage(header, tensor),
    encodeMessage(
      world.pick<object>([
        { type: "resume" },
        { type: "pause", reason: quoted("") },
        { type: "nonsense" },
        { type: "ready", run: "sim", selfTest: "0".repeat(64), samplesPerSecond: 1 },
      ]),
    ),
  ],
} as const satisfies Record<string, Lie>;

/** Only an audit can find these: the form is right, the content is wrong. */
const valueLies = {
  "changes a value": ofResults((header, tensor, world, mark) => [
    encodeMessage(header, withChangedValue(tensor, world, mark)),
  ]),
  "one unit in the last place": ofResults((header, tensor, world, mark) => [
    encodeMessage(header, withNeighbour(tensor, mark) ?? withChangedValue(tensor, world, mark)),
  ]),
  "changes the loss": ofResults((header, tensor, world, mark) => {
    if (!("lossSum" in header)) {
      return [encodeMessage(header, withChangedValue(tensor, world, mark))];
    }
    return [encodeMessage({ ...header, lossSum: header.lossSum + mark * 2 ** -20 }, tensor)];
  }),
} as const satisfies Record<string, Lie>;

/** One float32 is off by a few units in the last place, or by more in its last byte. */
function withChangedValue(tensor: Uint8Array, world: World, mark: number): Uint8Array {
  const bytes = tensor.slice();
  const at = 4 * world.random.below(bytes.length / 4);
  bytes[at] = (bytes[at] ?? 0) ^ mark;
  return bytes;
}

/**
 * The smallest possible lie: one float32 becomes its neighbour, above or below. The mark selects which, so that two
 * liars never send the same; `undefined` if the tensor is too short for that.
 */
function withNeighbour(tensor: Uint8Array, mark: number): Uint8Array | undefined {
  const words = new Uint32Array(tensor.slice().buffer);
  if (2 * words.length <= markMax) return undefined;
  const at = mark % words.length;
  const word = words[at] ?? 0;
  const isFurther = mark < words.length;
  // Neighbours of a float32 are also neighbours as integers, one further from zero and one nearer to it. Zero has
  // one on either side.
  if (word % signBit === 0) words[at] = isFurther ? 1 : signBit + 1;
  else words[at] = isFurther ? word + 1 : word - 1;
  return new Uint8Array(words.buffer);
}

const signBit = 2 ** 31;

const markMax = 127;

// The keys are the names of lies.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const valueLieNames = Object.keys(valueLies) as (keyof typeof valueLies)[];

export type LieName = keyof typeof lies | keyof typeof valueLies;
// The keys are the names of lies.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
export const lieNames = Object.keys(lies) as (keyof typeof lies)[];

/** How a machine lies. */
export interface MachineLie {
  readonly name: LieName;
  /** Per message. */
  readonly probability: number;
  /** 1 … 127, different for each liar. */
  readonly mark: number;
}

/** A transport that lies now and then. */
export function lyingTransport(
  honest: Transport,
  { name, probability, mark }: MachineLie,
  world: World,
): Transport {
  const tell: Lie = { ...lies, ...valueLies }[name];
  return {
    ...honest,
    send: (head, values = new Uint8Array(0)) => {
      if (!world.chance(probability)) return honest.send(head, values);
      const { header, tensor } = decodeWorkerMessage(joined([head, values]));
      world.note("liar", `${name} in place of ${header.type}`);
      for (const told of tell(header, tensor, world, mark)) honest.send(told);
    },
  };
}

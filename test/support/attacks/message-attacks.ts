/**
 * @file What bad peers send on a worker's socket once it is open, and what must come of it, as a table. Its two
 * readers send the same: `matrix.test.ts` all of it in memory, in every situation, where the outcome is exact, and
 * `npm run fuzz` at random over real sockets.
 */
import { type WorkerState, workerStates } from "../../../coordinator/workers/worker-states.ts";
import { encodeSliceHead } from "../../../shared/protocol/codec.ts";
import type { ProtocolErrorCode } from "../../../shared/protocol/errors.ts";
import {
  messageRate,
  protocolVersion,
  unauthenticatedBytesMax,
} from "../../../shared/protocol/limits.ts";
import type { ResultMessage } from "../../../shared/protocol/messages.ts";
import type { Random } from "../../../shared/random.ts";
import {
  badFields,
  type Change,
  damage,
  type Message,
  oddFields,
  pack,
  randomBytes,
} from "./bad-messages.ts";
import {
  ignorance,
  type Knowledge,
  rightBytes,
  rightMessage,
  type Type,
  types,
} from "./right-messages.ts";

/** The bytes of a binary message, or another frame. */
export type Sent = Buffer | "ping" | "pong" | "text";

/**
 * What must come of it:
 * - a code: the peer is refused with it, at the last thing that it sends and not before;
 * - `refused`: with a code, and the reason names the field;
 * - `by the table`: nothing is wrong with the message, so `worker-states.ts` says what follows;
 * - `offence`: the operator is warned, and the third one ends the socket;
 * - `anything`: nothing outside its own socket.
 */
export type Verdict = ProtocolErrorCode | "refused" | "by the table" | "offence" | "anything";

export interface AttackCase {
  readonly what: string;
  /** The type of the message that decides. */
  readonly type: Type;
  readonly sends: (knowledge: Knowledge) => readonly Sent[];
  readonly verdict: Verdict;
  /** What the operator reads about an offence. */
  readonly reason?: RegExp;
  /** Whether the sender still owes the block that it was asked for. */
  readonly leavesBlock?: boolean;
  /** Index of what ends the socket, if it is not the last; nothing after it is heard. */
  readonly endsAt?: number;
}

/** A row: what peers in these states may try. */
export interface MessageAttack extends MessageAttackOptions {
  readonly name: string;
  readonly states: readonly WorkerState[];
  readonly cases: readonly AttackCase[];
}

interface MessageAttackOptions {
  /** The work that its sender must hold, where that makes a difference. */
  readonly holds?: ResultMessage["type"] | "nothing";
  /** So many cases that a run of the tests may leave some out. */
  readonly isLarge?: boolean;
}

/** Every type of message with each of some changes. */
function changed(changesOf: (right: Message) => readonly Change[], verdict: Verdict): AttackCase[] {
  return types.flatMap((type) =>
    changesOf(rightMessage(type, ignorance)).map(({ what, of }) => ({
      what,
      type,
      verdict,
      sends: (known) => [of(rightMessage(type, known))],
    })),
  );
}

type Fields = Readonly<Record<string, unknown>>;

/** One message of a type, right except for these fields. */
function one(type: Type, what: string, verdict: Verdict, fields: Fields = {}): AttackCase {
  return { what, type, verdict, sends: (known) => [rightBytes(type, known, fields)] };
}

// ── results ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** An answer that is wrong in a way that its form shows: fields, values, or both. */
function wrongAnswer(
  type: ResultMessage["type"],
  what: string,
  reason: RegExp,
  spoil: (
    right: Float32Array,
    asked: Knowledge["asked"],
  ) => { readonly fields?: Fields; readonly values?: Float32Array },
): AttackCase {
  return {
    what,
    type,
    verdict: "offence",
    reason,
    sends(known) {
      const { header, tensor = new Float32Array(0) } = rightMessage(type, known);
      const { fields = {}, values = tensor } = spoil(tensor, known.asked);
      return [pack(new Map([...header, ...Object.entries(fields)]), values)];
    },
  };
}

/** A gradient for another block than the one that it was asked for. */
function elsewhere(
  what: string,
  reason: RegExp,
  place: (asked: Knowledge["asked"]) => Fields,
): AttackCase {
  const wrong = wrongAnswer("gradient", what, reason, (_, asked) => ({ fields: place(asked) }));
  return { ...wrong, leavesBlock: true };
}

/** An answer whose values are not all there, or not all numbers. */
function wrongValues(type: ResultMessage["type"]): AttackCase[] {
  return [
    ...[Number.NaN, Infinity, -Infinity].map((value) =>
      wrongAnswer(type, `${type} with ${value}`, /is NaN or infinite/u, (right) => ({
        values: right.with(0, value),
      })),
    ),
    wrongAnswer(type, `${type} with a value too many`, /of \d+ bytes, expected \d+/u, (right) => ({
      values: Float32Array.of(...right, 0),
    })),
  ];
}

const noBlock = /^.*block \[\d+, \d+\) is not a block of this step/u;

/** Every one of them is an offence. The block goes to somebody else, and no sum is touched. */
export const wrongResults: readonly AttackCase[] = [
  ...wrongValues("gradient"),
  wrongAnswer("gradient", "a value too few", /a gradient of \d+ bytes, expected \d+/u, (right) => ({
    values: right.slice(1),
  })),
  wrongAnswer("gradient", "more correct than samples", /999 correct of \d+ samples/u, () => ({
    fields: { correct: 999 },
  })),
  elsewhere("a block of somebody else", /block \[\d, \d\) was not asked for/u, ({ block }) => ({
    block: block[0] === 0 ? [6, 7] : [0, 1],
  })),
  elsewhere("what is no block", noBlock, () => ({ block: [1, 3] })),
  elsewhere("a block of three", noBlock, () => ({ block: [0, 3] })),
  elsewhere("a block after the last one", noBlock, () => ({ block: [2 ** 31, 2 ** 31 + 1] })),
  elsewhere("a step that has not begun", /step \d+ has not begun yet$/u, ({ step }) => ({
    step: step + 1,
  })),
];

/** A gradient in another form than float32, with its bytes changed. */
function wrongBytes(what: string, reason: RegExp, spoil: (view: DataView) => void): AttackCase {
  return wrongAnswer("gradient", what, reason, (right) => {
    const values = right.slice();
    spoil(new DataView(values.buffer));
    return { values };
  });
}

const notRounded = /values are not rounded to float16/u;
const notBytes = /values are not rounded to int8/u;

/** The same for a run whose gradients are float16, of 83 values: one exponent and one zero at the end. */
export const wrongHalfResults: readonly AttackCase[] = [
  wrongAnswer("gradient", "float32 instead", /of 332 bytes, expected 168$/u, () => ({
    values: new Float32Array(83),
  })),
  ...[0x7c00, 0xfc00, 0x7e00, 0x7c01, 0xffff].map((bits) =>
    wrongBytes(`the float16 ${bits.toString(16)}`, /is NaN or infinite/u, (view) => {
      view.setUint16(4, bits, true);
    }),
  ),
  wrongBytes("an exponent with which a value is infinite", /is NaN or infinite/u, (view) => {
    view.setInt8(166, 127);
  }),
  ...[-128, -127].map((exponent) =>
    wrongBytes(`the exponent ${exponent}`, notRounded, (view) => view.setInt8(166, exponent)),
  ),
  wrongBytes("values half as large as the exponent allows", notRounded, (view) => {
    for (let at = 0; at < 166; at += 2) {
      const bits = view.getUint16(at, true);
      view.setUint16(at, (bits & 0x7fff) < 0x400 ? bits & 0x8000 : bits - 0x400, true);
    }
  }),
  wrongBytes("a byte behind the exponents", notRounded, (view) => view.setUint8(167, 1)),
];

/** The same for int8: the exponent and no zero behind it. */
export const wrongByteResults: readonly AttackCase[] = [
  wrongAnswer("gradient", "float16 instead", /of 168 bytes, expected 84$/u, () => ({
    values: new Float32Array(42),
  })),
  wrongBytes("an exponent with which a value is infinite", /is NaN or infinite/u, (view) => {
    for (let at = 0; at < 83; at++) view.setInt8(at, 127);
    view.setInt8(83, 122);
  }),
  ...[-128, -127, 121, 127].map((exponent) =>
    wrongBytes(`the exponent ${exponent} of small values`, notBytes, (view) => {
      for (let at = 0; at < 83; at++) view.setInt8(at, 1);
      view.setInt8(83, exponent);
    }),
  ),
  wrongBytes("the byte −128", notBytes, (view) => view.setInt8(7, -128)),
  wrongBytes("values half as large as the exponent allows", notBytes, (view) => {
    for (let at = 0; at < 83; at++) view.setInt8(at, view.getInt8(at) >> 1);
  }),
];

/** A run that believed this would end as diverged. */
const falseAlarm: AttackCase = {
  ...one("failed", "a false alarm", "offence"),
  reason: /it could not compute block .*, which can be computed/u,
};

// ── the table ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** Changes of the right token. */
const wrongTokens: readonly ((right: string) => string)[] = [
  () => "",
  (right) => right.slice(1),
  (right) => right.slice(0, -1),
  (right) => `${right.slice(0, -1)}!`,
  (right) => `${right}2`,
  (right) => right.toUpperCase(),
  () => "x".repeat(200),
];

/** Exactly as many as pass, and one more. `hello` was the first. */
function flood(what: string, send: (knowledge: Knowledge) => Sent): AttackCase {
  return {
    what: `${messageRate.burst} ${what}`,
    type: "resume",
    verdict: "ERR_RATE",
    sends: (known) => Array.from({ length: messageRate.burst }, () => send(known)),
  };
}

/** 40 messages, drawn at random. */
function several(what: string, draw: (knowledge: Knowledge) => Buffer): AttackCase {
  const sends = (known: Knowledge) => Array.from({ length: 40 }, () => draw(known));
  return { what, type: "hello", verdict: "anything", sends };
}

/** @param random - Draws messages and their damage. */
export function messageAttacks(random: Random): readonly MessageAttack[] {
  const anyRight = (known: Knowledge) =>
    rightBytes(types[random.below(types.length)] ?? "hello", known);
  const everything = {
    what: "no message, then every right one",
    type: "hello",
    endsAt: 0,
  } as const;
  return [
    row("a wrong field", workerStates, changed(badFields, "refused"), { isLarge: true }),
    row("a field that is odd", workerStates, changed(oddFields, "by the table")),
    row(
      "a right message",
      workerStates,
      types.map((type) => one(type, type, "by the table")),
    ),
    row("no message", workerStates, [
      { what: "a text", type: "hello", verdict: "ERR_DECODE", sends: () => ["text"] },
      {
        ...everything,
        verdict: "ERR_DECODE",
        sends: (known) => [
          Buffer.from([0xc1]),
          ...types.map((type) => rightBytes(type, known)),
          "text",
        ],
      },
    ]),
    row(
      "a wrong token",
      ["new"],
      wrongTokens.map((make) => ({
        what: `the token ${make("Token")}`,
        type: "hello",
        verdict: "ERR_TOKEN",
        sends: (known) => [rightBytes("hello", known, { token: make(known.token) })],
      })),
    ),
    row(
      "another version",
      ["new"],
      [protocolVersion - 1, protocolVersion + 1, 2 ** 31].map((protocol) =>
        one("hello", `version ${protocol}`, "ERR_VERSION", { protocol }),
      ),
    ),
    row("slices, which only a coordinator sends", workerStates, [
      ...[0, 8].map((bytes) => ({
        what: `a slice of ${bytes} bytes`,
        type: "gradient" as const,
        verdict: "ERR_DECODE" as const,
        sends: () => [Buffer.concat([encodeSliceHead(bytes), Buffer.alloc(bytes)])],
      })),
      {
        what: "a gradient that announces its tensor",
        type: "gradient",
        verdict: "ERR_DECODE",
        sends: (known) => {
          const { header } = rightMessage("gradient", known);
          return [Buffer.concat([pack(header), encodeSliceHead(4_000)])];
        },
      },
    ]),
    row("another kernel", ["new"], [one("hello", "kernel", "ERR_KERNEL", { kernel: wrongHash })]),
    row("other bits", ["loading"], [one("ready", "bits", "ERR_KERNEL", { selfTest: wrongHash })]),
    row(
      "a large stranger",
      ["new"],
      [
        {
          what: `${unauthenticatedBytesMax + 1} bytes before hello`,
          type: "hello",
          verdict: "ERR_TOO_LARGE",
          sends: () => [Buffer.alloc(unauthenticatedBytesMax + 1, 0x80)],
        },
      ],
    ),
    row(
      "an impossible speed",
      ["loading"],
      [0, 1e-300, 1e308, 2 ** 53].map((samplesPerSecond) =>
        one("ready", `speed ${samplesPerSecond}`, "by the table", { samplesPerSecond }),
      ),
    ),
    row("a wrong result", ["ready"], [...wrongResults, falseAlarm], { holds: "gradient" }),
    row("a wrong evaluation", ["ready"], wrongValues("evaluation"), { holds: "evaluation" }),
    row("wrong costs", ["ready"], wrongValues("costs"), { holds: "costs" }),
    row(
      "an old result",
      ["ready"],
      [several("one of step 0", (known) => rightBytes("gradient", { ...known, ...firstStep }))],
      { holds: "nothing" },
    ),
    row(
      "a flood",
      ["loading"],
      [
        flood("stale results", (known) => rightBytes("costs", known)),
        flood("pings", () => "ping"),
        flood("pongs that nobody asked for", () => "pong"),
        flood("resumes", (known) => rightBytes("resume", known)),
      ],
    ),
    row(
      "damaged messages",
      workerStates,
      [several("damaged", (known) => damage(anyRight(known), random))],
      { holds: "nothing" },
    ),
    row("any order", workerStates, [several("any order", anyRight)], { holds: "nothing" }),
    row("random bytes", workerStates, [
      several("random bytes", () => randomBytes(random, random.below(200))),
    ]),
  ];
}

const wrongHash = "0".repeat(64);
const firstStep = { asked: ignorance.asked };

function row(
  name: string,
  states: readonly WorkerState[],
  cases: readonly AttackCase[],
  options: MessageAttackOptions = {},
): MessageAttack {
  return { name, states, cases, ...options };
}

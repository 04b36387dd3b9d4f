/**
 * @file What bad peers send on a worker's socket once it is open, and what must come of it, as a table. Its two
 * readers send the same: `matrix.test.ts` all of it in memory, in every situation, where the outcome is exact, and
 * `npm run fuzz` at random over real sockets.
 */
import { type WorkerState, workerStates } from "../../../coordinator/workers/worker-states.ts";
import type { ProtocolErrorCode } from "../../../shared/protocol/errors.ts";
import {
  messageRate,
  protocolVersion,
  unauthenticatedBytesMax,
} from "../../../shared/protocol/limits.ts";
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

export interface MessageAttack {
  readonly name: string;
  /** The states of its sender. */
  readonly states: readonly WorkerState[];
  /** The work that its sender must hold, where that makes a difference. */
  readonly holds?: "gradient" | "nothing";
  /** So many cases that a run of the tests may leave some out. */
  readonly isLarge?: boolean;
  readonly cases: readonly AttackCase[];
}

const everywhere = workerStates;
const fresh = ["new"] as const;
const loading = ["loading"] as const;
const ready = ["ready"] as const;

/** Every type of message with each of some changes. */
function changed(
  changesOf: (sample: Message) => readonly Change[],
  verdictOf: (what: string) => Verdict,
): AttackCase[] {
  return types.flatMap((type) =>
    changesOf(rightMessage(type, ignorance)).map(({ what, of }) => ({
      what,
      type,
      sends: (knowledge) => [of(rightMessage(type, knowledge))],
      verdict: verdictOf(what),
    })),
  );
}

/** One message of a type with fields that depend on what is known. */
function one(
  type: Type,
  what: string,
  verdict: Verdict,
  changes: (knowledge: Knowledge) => Readonly<Record<string, unknown>>,
): AttackCase {
  return { what, type, verdict, sends: (known) => [rightBytes(type, known, changes(known))] };
}

// ── results ─────────────────────────────────────────────────────────────────────────────────────────────────────────

type Answer = { readonly fields: Readonly<Record<string, unknown>>; readonly values: Float32Array };

/** A gradient that is wrong in a way that its form shows. */
function wrongGradient(
  what: string,
  reason: RegExp,
  spoil: (right: Float32Array, knowledge: Knowledge) => Partial<Answer>,
  leavesBlock = false,
): AttackCase {
  return {
    what,
    type: "gradient",
    verdict: "offence",
    reason,
    leavesBlock,
    sends(knowledge) {
      const { header, tensor = new Float32Array(0) } = rightMessage("gradient", knowledge);
      const { fields = {}, values = tensor } = spoil(tensor, knowledge);
      return [pack(new Map([...header, ...Object.entries(fields)]), values)];
    },
  };
}

/** A gradient for another block than the one that it was asked for. */
function elsewhere(
  what: string,
  reason: RegExp,
  place: (asked: Knowledge["asked"]) => Readonly<Record<string, unknown>>,
): AttackCase {
  return wrongGradient(what, reason, (_, { asked }) => ({ fields: place(asked) }), true);
}

/** Every one of them is an offence. The block goes to somebody else, and no sum is touched. */
export const wrongResults: readonly AttackCase[] = [
  ...[Number.NaN, Infinity, -Infinity].map((value) =>
    wrongGradient(`a gradient with ${value}`, /a value is NaN or infinite/u, (right) => ({
      values: right.with(5, value),
    })),
  ),
  wrongGradient(
    "a gradient with a value too few",
    /a gradient of \d+ bytes, expected \d+/u,
    (right) => ({
      values: right.slice(1),
    }),
  ),
  wrongGradient("more correct than there are samples", /999 correct of \d+ samples/u, () => ({
    fields: { correct: 999 },
  })),
  elsewhere(
    "a block of somebody else",
    /block \[\d, \d\) was not asked for/u,
    ({ block: [start] }) => ({
      block: start === 0 ? [6, 7] : [0, 1],
    }),
  ),
  elsewhere("what is no block", /block \[1, 3\) is not a block of this step/u, () => ({
    block: [1, 3],
  })),
  elsewhere("a block of three", /block \[0, 3\) is not a block of this step/u, () => ({
    block: [0, 3],
  })),
  elsewhere("a block after the last one", /is not a block of this step/u, () => ({
    block: [2 ** 31, 2 ** 31 + 1],
  })),
  elsewhere("a step that has not begun", /step \d+ has not begun yet$/u, ({ step }) => ({
    step: step + 1,
  })),
];

/** A run that believed this would end as diverged. */
const falseAlarm: AttackCase = {
  ...one("failed", "a false alarm", "offence", () => ({})),
  reason: /it could not compute block .*, which can be computed/u,
};

// ── the table ───────────────────────────────────────────────────────────────────────────────────────────────────────

const wrongTokens: Readonly<Record<string, (right: string) => string>> = {
  "no token": () => "",
  "a token without its first character": (right) => right.slice(1),
  "a token without its last character": (right) => right.slice(0, -1),
  "a token with another last character": (right) => `${right.slice(0, -1)}!`,
  "a token and one more character": (right) => `${right}2`,
  "the token in capitals": (right) => right.toUpperCase(),
  "a token of 200 characters": () => "x".repeat(200),
};

/** Exactly as many as pass, and one more. `hello` was the first. */
function flood(what: string, send: (knowledge: Knowledge) => Sent): AttackCase {
  return {
    what: `${messageRate.burst} ${what}`,
    type: "resume",
    verdict: "ERR_RATE",
    sends: (known) => Array.from({ length: messageRate.burst }, () => send(known)),
  };
}

const allRight = (knowledge: Knowledge) => types.map((type) => rightBytes(type, knowledge));

/** 40 messages, drawn at random. */
function several(
  what: string,
  random: Random,
  draw: (knowledge: Knowledge, random: Random) => Buffer,
): AttackCase {
  const sends = (known: Knowledge) => Array.from({ length: 40 }, () => draw(known, random));
  return { what, type: "hello", verdict: "anything", sends };
}

const anyRight = (knowledge: Knowledge, random: Random) =>
  rightBytes(types[random.below(types.length)] ?? "hello", knowledge);

/** @param random - Draws the damage. */
export function messageAttacks(random: Random): readonly MessageAttack[] {
  return [
    {
      name: "a wrong field",
      states: everywhere,
      isLarge: true,
      cases: changed(badFields, () => "refused"),
    },
    {
      name: "a right message",
      states: everywhere,
      cases: types.map((type) => one(type, type, "by the table", () => ({}))),
    },
    {
      name: "a field that is odd",
      states: everywhere,
      cases: changed(oddFields, () => "by the table"),
    },
    {
      name: "a wrong token",
      states: fresh,
      cases: Object.entries(wrongTokens).map(([what, make]) =>
        one("hello", what, "ERR_TOKEN", ({ token }) => ({ token: make(token) })),
      ),
    },
    {
      name: "another version",
      states: fresh,
      cases: [protocolVersion - 1, protocolVersion + 1, 2 ** 31].map((protocol) =>
        one("hello", `version ${protocol}`, "ERR_VERSION", () => ({ protocol })),
      ),
    },
    {
      name: "another kernel",
      states: fresh,
      cases: [one("hello", "another kernel", "ERR_KERNEL", () => ({ kernel: "0".repeat(64) }))],
    },
    {
      name: "other arithmetic",
      states: loading,
      cases: [
        one("ready", "another self-test", "ERR_KERNEL", () => ({ selfTest: "0".repeat(64) })),
      ],
    },
    {
      name: "a large stranger",
      states: fresh,
      cases: [
        {
          what: `${unauthenticatedBytesMax + 1} bytes before hello`,
          type: "hello",
          verdict: "ERR_TOO_LARGE",
          sends: () => [Buffer.alloc(unauthenticatedBytesMax + 1, 0x80)],
        },
      ],
    },
    {
      name: "an impossible speed",
      states: loading,
      cases: [0, 1e-300, 1e308, 2 ** 53].map((samplesPerSecond) =>
        one("ready", `${samplesPerSecond} samples per second`, "by the table", () => ({
          samplesPerSecond,
        })),
      ),
    },
    {
      name: "a wrong result",
      states: ready,
      holds: "gradient",
      cases: [...wrongResults, falseAlarm],
    },
    {
      name: "an old result",
      states: ready,
      cases: [
        {
          what: "the result of step 0, 20 times",
          type: "gradient",
          verdict: "anything",
          sends(known) {
            const old = rightBytes("gradient", { ...known, asked: ignorance.asked });
            return Array.from({ length: 20 }, () => old);
          },
        },
      ],
      holds: "nothing",
    },
    {
      name: "a flood",
      states: loading,
      cases: [
        flood("stale results", (known) => rightBytes("costs", known)),
        flood("pings", () => "ping"),
        flood("pongs that nobody asked for", () => "pong"),
        flood("resumes", (known) => rightBytes("resume", known)),
      ],
    },
    {
      name: "no message",
      states: everywhere,
      cases: [
        {
          what: "a text",
          type: "hello",
          verdict: "ERR_DECODE",
          sends: () => ["text"],
        },
        {
          what: "no message, and then every right one",
          type: "hello",
          verdict: "ERR_DECODE",
          sends: (known) => [Buffer.from([0xc1]), ...allRight(known), "text"],
          endsAt: 0,
        },
      ],
    },
    {
      name: "damaged messages",
      states: everywhere,
      holds: "nothing",
      cases: [
        several("damaged messages", random, (known) => damage(anyRight(known, random), random)),
      ],
    },
    {
      name: "right messages in any order",
      states: everywhere,
      holds: "nothing",
      cases: [several("right messages in any order", random, anyRight)],
    },
    {
      name: "random bytes",
      states: everywhere,
      cases: [several("random bytes", random, () => randomBytes(random, random.below(200)))],
    },
  ];
}

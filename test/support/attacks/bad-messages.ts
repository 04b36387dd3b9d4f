/**
 * @file Messages that are wrong in one known way: every type, every field, every kind of wrong value; and valid ones
 * damaged at random places.
 */
import { Packr } from "msgpackr";

import type { Random } from "../../../shared/random.ts";

/** A header as a map, so that it can have any key, even `__proto__`. */
export type Header = ReadonlyMap<string, unknown>;

const packr = new Packr({ useRecords: false, variableMapSize: true });

/** A header followed by a float32 tensor. */
export function pack(header: Header, tensor?: Float32Array): Buffer {
  const head = packr.pack(header);
  if (tensor === undefined) return head;
  const prefix = Buffer.alloc(5);
  prefix[0] = 0xc6;
  prefix.writeUInt32BE(tensor.byteLength, 1);
  return Buffer.concat([
    head,
    prefix,
    Buffer.from(tensor.buffer, tensor.byteOffset, tensor.byteLength),
  ]);
}

/** Values that are wrong for every field of every message, including a missing field. */
const badValues: readonly (readonly [what: string, value: unknown])[] = [
  ["missing", undefined],
  ["null", null],
  ["true", true],
  ["−1", -1],
  ["−0.5", -0.5],
  ["2⁵³", 2 ** 53],
  ["2⁶⁴ − 1", 2n ** 64n - 1n],
  ["10³⁰⁸", 1e308],
  ["NaN", Number.NaN],
  ["∞", Number.POSITIVE_INFINITY],
  ["−∞", Number.NEGATIVE_INFINITY],
  ["an empty list", []],
  ["an empty map", {}],
  ["a list of 2,000 numbers", Array.from({ length: 2_000 }, () => 1)],
  ["5 lists in each other", [[[[[1]]]]]],
  ["1,000 lists in each other", nested(1_000)],
  ["bytes", new Uint8Array([1, 2, 3])],
  ["a text of 3,000 characters", "x".repeat(3_000)],
  ["a control character and half a surrogate", "\u0000\uD800"],
  ["a map with __proto__", new Map([["__proto__", new Map([["isAdmin", true]])]])],
  ["a map with constructor", new Map([["constructor", new Map([["prototype", 1]])]])],
];

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
}

/** A message of a worker. */
export interface Message {
  readonly header: Header;
  readonly tensor?: Float32Array | undefined;
}

/** A way to change a message. */
export interface Change {
  /** For example `gradient.step: NaN`. */
  readonly what: string;
  readonly of: (message: Message) => Buffer;
}

/** Every field of a message with every bad value, and the header with unknown keys. */
export function badFields({ header, tensor }: Message): Change[] {
  const type = String(header.get("type"));
  const bad = changedFields(header, (field, what) => !isAllowed(field, what));
  for (const key of ["__proto__", "constructor", "toString", "", "then", "step2"]) {
    bad.push({
      what: `${type} with ${key}`,
      of: (message) =>
        pack(new Map([...message.header, [key, { polluted: true }]]), message.tensor),
    });
  }
  const swapped = tensor === undefined ? new Float32Array(2) : undefined;
  bad.push({
    what: `${type} with its tensor swapped`,
    of: (message) => pack(message.header, swapped),
  });
  return bad;
}

/** Every field with those bad values that it may have: odd, but no reason to disconnect anybody. */
export function oddFields({ header }: Message): Change[] {
  return [...changedFields(header, isAllowed), ...oddSentences(header)];
}

/** Reasons that no worker of ours gives: from a newer version, without their values, or with odd ones. */
function oddSentences(header: Header): Change[] {
  if (!header.has("reason")) return [];
  const control = { text: "\u0000\u001B[2J" };
  const sentences = [
    { code: "from-the-future", values: { text: "no such luck", depth: 7 } },
    { code: "toString", values: {} },
    { code: "waiting-for-workers", values: {} },
    { code: "step-diverged", values: { step: ["a", 1], reason: { code: "b", values: control } } },
  ];
  return sentences.map((reason) => ({
    what: `${String(header.get("type"))}.reason: the sentence ${reason.code}`,
    of: (message) => pack(new Map([...message.header, ["reason", reason]]), message.tensor),
  }));
}

function changedFields(
  header: Header,
  isWanted: (field: string, what: string) => boolean,
): Change[] {
  const all = [...header.keys()].flatMap((field) =>
    badValues.map(([what, value]) => ({ field, what, value })),
  );
  const wanted = all.filter(({ field, what }) => isWanted(field, what));
  return wanted.map(({ field, what, value }) => ({
    what: `${String(header.get("type"))}.${field}: ${what}`,
    of(message) {
      const changed = new Map(message.header);
      if (what === "missing") changed.delete(field);
      else changed.set(field, value);
      return pack(changed, message.tensor);
    },
  }));
}

/** What some fields may be: a loss below 0 is odd, but it is a number. */
function isAllowed(field: string, what: string): boolean {
  const finite = ["−1", "−0.5", "2⁵³", "10³⁰⁸", "2⁶⁴ − 1"];
  if (field === "branches") return what === "an empty list";
  if (field === "lossSum") return finite.includes(what);
  if (field === "computeMs" || field === "samplesPerSecond") return finite.slice(2).includes(what);
  return (
    ["name", "agent", "token", "dataset", "code"].includes(field) && what.startsWith("a control")
  );
}

/** A message damaged in one place: a bit flipped, cut off, a piece doubled, or random bytes. */
export function damage(message: Buffer, random: Random): Buffer {
  const at = random.below(message.length);
  switch (random.below(5)) {
    case 0: {
      const flipped = Buffer.from(message);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8));
      return flipped;
    }
    case 1:
      return message.subarray(0, at);
    case 2:
      return Buffer.concat([message.subarray(0, at), message.subarray(Math.max(0, at - 16))]);
    case 3:
      return Buffer.concat([message, randomBytes(random, 1 + random.below(32))]);
    default:
      return randomBytes(random, 1 + random.below(400));
  }
}

export function randomBytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

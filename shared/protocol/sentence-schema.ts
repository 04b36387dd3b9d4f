/**
 * @file The wire form of a sentence between a coordinator and its workers. It is strict in form and size, so that a
 * sentence fits into a header, and open in its codes, because a peer may be newer than we are or a different
 * program.
 */
import * as z from "zod/mini";

import { sayInEnglish, quoted, type Sentence, type Value } from "../words/sentence.ts";
import {
  sentenceCodeLengthMax,
  sentenceItemsMax,
  sentenceLengthMax,
  sentenceValuesMax,
} from "./limits.ts";

const code = z.string().check(z.regex(/^[a-z][A-Za-z0-9-]*$/u), z.maxLength(sentenceCodeLengthMax));
const name = z.string().check(z.regex(/^[a-z][a-zA-Z0-9]{0,23}$/u));
/** Lengths are checked in total, not one by one. */
const plain = z.union([z.string(), z.number(), z.boolean()]);
const list = z.array(z.union([z.string(), z.number()])).check(z.maxLength(sentenceItemsMax));

function valuesOf<Kind extends z.ZodMiniType<Value>>(kind: Kind) {
  return z.record(name, kind).check(z.refine(hasFewValues));
}

function hasFewValues(values: object): boolean {
  return Object.keys(values).length <= sentenceValuesMax;
}

/** A reason. It contains no further sentence, so that nothing nests deeper than a header may. */
const innerSentence = z.strictObject({ code, values: valuesOf(z.union([plain, list])) });

export const sentenceSchema: z.ZodMiniType<Sentence> = z
  .strictObject({ code, values: valuesOf(z.union([plain, list, innerSentence])) })
  .check(z.refine((said) => lengthOf(said) <= sentenceLengthMax));

/** The total length of a sentence's texts and their names, in UTF-16 units. */
function lengthOf({ code: ownCode, values }: Sentence): number {
  return Object.entries(values).reduce(
    (sum, [key, value]) => sum + key.length + lengthOfValue(value),
    ownCode.length,
  );
}

function lengthOfValue(value: Value): number {
  if (typeof value === "string") return value.length;
  // A number has at most nine bytes in msgpack.
  if (typeof value !== "object") return 3;
  if ("code" in value) return lengthOf(value);
  return value.reduce<number>((sum, item) => sum + lengthOfValue(item), 0);
}

/**
 * Returns a sentence that every peer accepts: itself or, if it is too large or nests too deep, its English text,
 * cut.
 */
export function fitForWire(said: Sentence): Sentence {
  if (sentenceSchema.safeParse(said).success) return said;
  const most = sentenceLengthMax - "quotedtext".length;
  // Never cut in the middle of a character.
  return quoted(
    sayInEnglish(said)
      .slice(0, most)
      .replace(/\p{Cs}$/u, ""),
  );
}

/**
 * @file A sentence as it travels between a coordinator and its workers: strict in its form and its size, so that it fits a
 * header, and open in its codes, since a peer may be newer than we are or not ours at all.
 */
import * as z from "zod/mini";

import { quoted, say, type Sentence, type Value } from "../words/sentence.ts";
import {
  sentenceCodeLengthMax,
  sentenceItemsMax,
  sentenceLengthMax,
  sentenceValuesMax,
} from "./limits.ts";

const code = z.string().check(z.regex(/^[a-z][A-Za-z0-9-]*$/u), z.maxLength(sentenceCodeLengthMax));
const name = z.string().check(z.regex(/^[a-z][a-zA-Z0-9]{0,23}$/u));
/** Their lengths are counted all together. */
const plain = z.union([z.string(), z.number(), z.boolean()]);
const list = z.array(z.union([z.string(), z.number()])).check(z.maxLength(sentenceItemsMax));

function valuesOf<Kind extends z.ZodMiniType<Value>>(kind: Kind) {
  return z.record(name, kind).check(z.refine(hasFewValues));
}

function hasFewValues(values: object): boolean {
  return Object.keys(values).length <= sentenceValuesMax;
}

/** A reason: it holds no further sentence, so that nothing nests deeper than a header may. */
const innerSentence = z.strictObject({ code, values: valuesOf(z.union([plain, list])) });

export const sentenceSchema: z.ZodMiniType<Sentence> = z
  .strictObject({ code, values: valuesOf(z.union([plain, list, innerSentence])) })
  .check(z.refine((said) => lengthOf(said) <= sentenceLengthMax));

/** UTF-16 units of a sentence's texts and of their names. */
function lengthOf({ code: ownCode, values }: Sentence): number {
  return Object.entries(values).reduce(
    (sum, [key, value]) => sum + key.length + lengthOfValue(value),
    ownCode.length,
  );
}

function lengthOfValue(value: Value): number {
  if (typeof value === "string") return value.length;
  // A number in msgpack has at most nine bytes.
  if (typeof value !== "object") return 3;
  if ("code" in value) return lengthOf(value);
  return value.reduce<number>((sum, item) => sum + lengthOfValue(item), 0);
}

/** A sentence that every peer takes: itself, or what it says in English, cut, where it is too large or nests too deep. */
export function fitForWire(said: Sentence): Sentence {
  if (sentenceSchema.safeParse(said).success) return said;
  const most = sentenceLengthMax - "quotedtext".length;
  // Not half of a character.
  return quoted(
    say("en", said)
      .slice(0, most)
      .replace(/\p{Cs}$/u, ""),
  );
}

/**
 * @file How a text becomes tokens, and tokens a text again. The description is part of the dataset and of every
 * checkpoint, so whoever has a checkpoint can continue a text. The vocabulary is that of the training split only.
 */
import * as z from "zod/mini";

/** A token has at most 16 bits. */
export const tokensMax = 65_536;
/** Longer sequences make attention, which grows with their square, slower than anybody waits for. */
export const contextMax = 4_096;

export const tokenForms = ["char", "byte"] as const;
export type TokenForm = (typeof tokenForms)[number];

/**
 * `byte`: a token is a byte of the text in UTF-8. `char`: a token is the index of a Unicode code point in
 * `vocabulary`, or the number of those for any other one.
 */
export const textSchema = z
  .strictObject({
    kind: z.literal("text"),
    tokens: z.enum(tokenForms),
    /** Of `char`: the different code points, ascending. */
    vocabulary: z.optional(z.string()),
    /** Tokens of a sample. */
    context: z.int().check(z.positive(), z.lte(contextMax)),
  })
  .check(
    z.refine(({ tokens, vocabulary }) => (tokens === "char") === (vocabulary !== undefined), {
      error: "a vocabulary belongs to char, and to nothing else",
    }),
    z.refine(({ vocabulary }) => vocabulary === undefined || isVocabulary(vocabulary), {
      error: "a vocabulary is 1 to 65,535 different code points, ascending",
    }),
  );

export type TextPreprocessing = z.infer<typeof textSchema>;

function isVocabulary(vocabulary: string): boolean {
  let last = -1;
  let count = 0;
  for (const character of vocabulary) {
    const point = character.codePointAt(0) ?? 0;
    const isHalf = point >= 0xd800 && point <= 0xdfff;
    if (isHalf || point <= last) return false;
    last = point;
    count += 1;
  }
  return count >= 1 && count < tokensMax;
}

/** How many different tokens there are. */
export function tokenCount({ tokens, vocabulary }: TextPreprocessing): number {
  return tokens === "byte" ? 256 : Array.from(vocabulary ?? "").length + 1;
}

/** Turns texts into tokens and tokens into texts. */
export interface Tokenizer {
  /** How many different tokens there are. */
  readonly count: number;
  /** The token for what the training text lacks; it is read and never written. `undefined` for bytes. */
  readonly unknown: number | undefined;
  readonly tokensOf: (text: string) => Uint16Array;
  /** What a token is, for people: a character, or a byte's. */
  readonly nameOf: (token: number) => string;
  /** Makes text of tokens one by one. Some bytes give none yet, because a character may take several. */
  readonly writer: () => (token: number) => string;
}

export function tokenizerOf(preprocessing: TextPreprocessing): Tokenizer {
  return preprocessing.vocabulary === undefined
    ? byteTokenizer()
    : charTokenizer(Array.from(preprocessing.vocabulary));
}

/** Shown for a character that the vocabulary lacks, and for bytes that are no character. */
const replacement = "\uFFFD";

function charTokenizer(characters: readonly string[]): Tokenizer {
  const tokens = new Map(characters.map((character, token) => [character, token]));
  const unknown = characters.length;
  const nameOf = (token: number) => characters[token] ?? replacement;
  return {
    count: characters.length + 1,
    unknown,
    tokensOf: (text) => Uint16Array.from(text, (character) => tokens.get(character) ?? unknown),
    nameOf,
    writer: () => nameOf,
  };
}

function byteTokenizer(): Tokenizer {
  return {
    count: 256,
    unknown: undefined,
    tokensOf: (text) => Uint16Array.from(new TextEncoder().encode(text)),
    nameOf: (token) => (token < 128 ? String.fromCharCode(token) : `\\x${token.toString(16)}`),
    writer() {
      const decoder = new TextDecoder();
      return (token) => decoder.decode(Uint8Array.of(token), { stream: true });
    },
  };
}

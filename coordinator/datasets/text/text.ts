/** @file A dataset from a text: its tokens, cut into a part to train on and parts to look at, in the order of the text. */
import { basename, resolve } from "node:path";

import type { DatasetContent } from "../../../shared/data/canonical.ts";
import { createLabels, type Dataset } from "../../../shared/data/dataset.ts";
import {
  type TextPreprocessing,
  tokenCount,
  type TokenForm,
  tokensMax,
} from "../../../shared/data/text/preprocess.ts";
import { visible } from "../../../shared/data/text/visible.ts";
import { type Tokens, tokenSplit, tokensMin } from "../../../shared/data/text/windows.ts";
import { OperatorError } from "../../../shared/operator-error.ts";
import { type DataSettings, textDefaults } from "../../../shared/run/settings/data-settings.ts";
import { type Sentence, sentence } from "../../../shared/words/sentence.ts";
import { encodeArrays, type Loader } from "../loader.ts";
import type { ReadOptions } from "../table/read/file-bytes.ts";
import { visitCodePoints } from "./code-points.ts";
import { readText } from "./text-files.ts";

export const textLoader: Loader = {
  forms: ["text:FILE", "text:DIR"],
  takesPath: true,
  takes: ["tokens", "context", "validation", "test"],
  accepts: (path) => path !== undefined,
  async load(path = "", options) {
    const { tokens = textDefaults.tokens } = options.data ?? {};
    const { paths, bytes } = await readText(path, tokens, options);
    const made = textDataset({ path, files: paths.length, bytes }, options.data ?? {});
    return encodeArrays(path, made, options);
  },
};

interface Text {
  readonly path: string;
  readonly files: number;
  readonly bytes: Uint8Array;
}

/** Tokens of each split, which follow one another in the text. */
interface Parts {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/**
 * Makes a dataset of a text.
 *
 * @param settings - Those that the operator gave.
 * @throws OperatorError if it is too short, or has too many different characters.
 */
export function textDataset(
  text: Text,
  settings: DataSettings,
): { readonly content: DatasetContent; readonly notes: readonly Sentence[] } {
  const { tokens: form, context, validation, test } = { ...textDefaults, ...settings };
  const { path, bytes } = text;
  const length = lengthOf(bytes, form);
  const parts = partsOf(length, { validation, test });
  refuseTooShort(path, parts, { validation, context, length });
  const vocabulary = form === "char" ? vocabularyOf(path, bytes, parts.train) : undefined;
  const preprocessing: TextPreprocessing = {
    kind: "text",
    tokens: form,
    ...(vocabulary === undefined ? {} : { vocabulary }),
    context,
  };
  const tokens = tokensOf(bytes, length, preprocessing);
  const looked = parts.train + parts.validation;
  const split = (from: number, to: number) =>
    tokenSplit(tokens.subarray(from, to), context, from === 0);
  const content: DatasetContent = {
    name: nameOf(path),
    featureShape: [context],
    target: { kind: "tokens", count: tokenCount(preprocessing) },
    preprocessing,
    train: split(0, parts.train),
    ...(validation === 0 ? {} : { validation: split(parts.train, looked) }),
    test: split(looked, length),
  };
  return { content, notes: notesOf(text, { parts, preprocessing, tokens }) };
}

/**
 * Another text as samples of a model, with that model's tokens and all of it in the test split.
 *
 * @throws OperatorError if it can't be read, or is too short for one sample.
 */
export async function textToTest(
  path: string,
  preprocessing: TextPreprocessing,
  read: ReadOptions,
): Promise<Dataset> {
  const { tokens: form, context } = preprocessing;
  const { bytes } = await readText(path, form, read);
  const length = lengthOf(bytes, form);
  refuseTooShort(
    path,
    { train: length, validation: 0, test: length },
    { validation: 0, context, length },
  );
  const tokens = tokensOf(bytes, length, preprocessing);
  return {
    name: nameOf(path),
    sha256: "",
    featureShape: [context],
    featureCount: context,
    target: { kind: "tokens", count: tokenCount(preprocessing) },
    preprocessing,
    train: tokenSplit(tokens, context, true),
    test: tokenSplit(tokens, context, false),
  };
}

function lengthOf(bytes: Uint8Array, form: TokenForm): number {
  if (form === "byte") return bytes.length;
  let length = 0;
  visitCodePoints(bytes, () => (length += 1));
  return length;
}

/** The test split is the end of the text, because what follows must not be known from what was trained on. */
function partsOf(
  length: number,
  shares: { readonly validation: number; readonly test: number },
): Parts {
  const test = Math.round(length * shares.test);
  const validation = Math.round((length - test) * shares.validation);
  return { train: length - test - validation, validation, test };
}

function refuseTooShort(
  path: string,
  parts: Parts,
  given: { readonly validation: number; readonly context: number; readonly length: number },
): void {
  const { context, length } = given;
  for (const split of ["train", "validation", "test"] as const) {
    if (split === "validation" && given.validation === 0) continue;
    const least = tokensMin(context, split === "train");
    if (parts[split] >= least) continue;
    const found = parts[split];
    throw new OperatorError(
      sentence("text-too-short", { path, length, split, found, least, context: String(context) }),
    );
  }
}

const codePoints = 0x110000;

/** The different code points of the first `count`, ascending. */
function vocabularyOf(path: string, bytes: Uint8Array, count: number): string {
  const isThere = new Uint8Array(codePoints);
  let at = 0;
  visitCodePoints(bytes, (point) => {
    if (at++ < count) isThere[point] = 1;
  });
  const found: number[] = [];
  for (let point = 0; point < codePoints; point++) if (isThere[point] === 1) found.push(point);
  if (found.length >= tokensMax) {
    const values = { path, found: found.length, most: tokensMax - 1 };
    throw new OperatorError(sentence("text-too-many-characters", values));
  }
  return found.map((point) => String.fromCodePoint(point)).join("");
}

function tokensOf(bytes: Uint8Array, length: number, preprocessing: TextPreprocessing): Tokens {
  const { vocabulary } = preprocessing;
  if (vocabulary === undefined) return bytes;
  const unknown = tokenCount(preprocessing) - 1;
  const tokenAt = new Uint16Array(codePoints).fill(unknown);
  Array.from(vocabulary).forEach((character, token) => {
    tokenAt[character.codePointAt(0) ?? 0] = token;
  });
  const tokens = createLabels(length, unknown + 1);
  let at = 0;
  visitCodePoints(bytes, (point) => {
    tokens[at++] = tokenAt[point] ?? unknown;
  });
  return tokens;
}

function notesOf(
  { path, files }: Text,
  { parts, preprocessing, tokens }: Made,
): readonly Sentence[] {
  const { train, validation, test } = parts;
  const { context, vocabulary } = preprocessing;
  const cut =
    validation === 0
      ? sentence("text-two-parts", { train, test, context })
      : sentence("text-three-parts", { train, validation, test, context });
  const { length } = tokens;
  if (vocabulary === undefined) {
    const read =
      files === 1
        ? sentence("text-read-bytes", { path, length })
        : sentence("text-files-read-bytes", { path, files, length });
    return [read, cut];
  }
  const characters = Array.from(vocabulary).length;
  const values = { path, length, characters, shown: vocabularyShown(vocabulary) };
  const count = strangersIn(tokens.subarray(train), characters);
  return [
    files === 1
      ? sentence("text-read-chars", values)
      : sentence("text-files-read-chars", { ...values, files }),
    cut,
    ...(count === 0 ? [] : [sentence("text-unknown", { count })]),
  ];
}

interface Made {
  readonly parts: Parts;
  readonly preprocessing: TextPreprocessing;
  readonly tokens: Tokens;
}

function strangersIn(tokens: Tokens, unknown: number): number {
  let count = 0;
  for (const token of tokens) if (token === unknown) count += 1;
  return count;
}

/** Characters of a vocabulary in a line. */
const shownMax = 80;

function vocabularyShown(vocabulary: string): string {
  const characters = Array.from(vocabulary);
  const more = characters.length > shownMax ? " …" : "";
  return `${characters.slice(0, shownMax).map(visible).join("")}${more}`;
}

/** `data/tinyshakespeare.txt.gz` → `tinyshakespeare`. */
function nameOf(path: string): string {
  const name = basename(resolve(path)).replace(/\.gz$/iu, "");
  return name.replace(/\.\w{1,8}$/u, "") || name;
}

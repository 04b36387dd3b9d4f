import { gzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { loadDataset } from "../../../../../coordinator/datasets/loaders.ts";
import { textToTest } from "../../../../../coordinator/datasets/text/text.ts";
import { decodeDataset } from "../../../../../shared/data/canonical.ts";
import type { Dataset, Split } from "../../../../../shared/data/dataset.ts";
import type { DataSettings } from "../../../../../shared/run/settings/data-settings.ts";
import { sayAtTerminal } from "../../../../../shared/words/sentence.ts";
import { memoryDisk } from "../../../../support/sim/memory-disk.ts";

type Files = Readonly<Record<string, string | Uint8Array>>;

async function load(files: Files, data: DataSettings = {}, place = "t.txt") {
  const encoder = new TextEncoder();
  const stored = Object.entries(files).map(
    ([name, text]) => [name, typeof text === "string" ? encoder.encode(text) : text] as const,
  );
  const lines: string[] = [];
  const loaded = await loadDataset(`text:${place}`, {
    disk: memoryDisk(new Map(stored)),
    cache: undefined,
    mnistMirror: undefined,
    data,
    progress: (said) => lines.push(sayAtTerminal(said)),
  });
  return { ...loaded, lines };
}

async function refusal(files: Files, data: DataSettings = {}, place = "t.txt"): Promise<string> {
  const error: unknown = await load(files, data, place).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error ? error.message : "loaded";
}

const tokensIn = ({ features }: Split) => [...features];

/** The text that a dataset's splits hold, one after the other. */
function textIn({ train, validation, test: last, preprocessing }: Dataset): string {
  if (preprocessing?.kind !== "text") throw new Error("not a text");
  const characters = Array.from(preprocessing.vocabulary ?? "");
  const splits = [train, validation, last].filter((split) => split !== undefined);
  return splits
    .flatMap(tokensIn)
    .map((token) => characters[token] ?? "?")
    .join("");
}

const line = "To be, or not to be: that is the question.\n";
const text = line.repeat(10);

describe("a text as a dataset", () => {
  test("keeps its order: the end is the test split, and each split its tokens once", async () => {
    const { dataset, lines } = await load({ "t.txt": text }, { context: 8, validation: 0.25 });
    const { train, validation, test: last, target, preprocessing, featureShape } = dataset;
    // 43 of 430 characters for the test, 97 of the other 387 for validation.
    expect([train, validation, last].map((split) => split?.features.length)).toEqual([290, 97, 43]);
    expect(textIn(dataset)).toBe(text);
    const vocabulary = [...new Set(text.slice(0, 290))].toSorted().join("");
    expect(preprocessing).toEqual({ kind: "text", tokens: "char", vocabulary, context: 8 });
    expect(target).toEqual({ kind: "tokens", count: vocabulary.length + 1 });
    expect(featureShape).toEqual([8]);
    // Training windows move by up to 7 tokens.
    expect([train, validation, last].map((split) => split?.count)).toEqual([35, 12, 5]);
    expect([...train.targets]).toEqual(tokensIn(train).slice(1));
    expect(lines).toEqual([
      `read t.txt: 430 characters, ${vocabulary.length} different ones in the part to train on: \\n ,.:Tabehinoqrstu`,
      "the text in its order: the first 290 tokens to train, 97 to validate, the last 43 to test; each sample is 8 tokens and the one after each of them",
    ]);
  });

  test("comes back from its canonical bytes, in which no token is stored twice", async () => {
    const { bytes, dataset } = await load({ "t.txt": text }, { context: 8 });
    expect(decodeDataset(bytes, dataset)).toEqual(dataset);
    expect(dataset.train.features.buffer).toBe(dataset.train.targets.buffer);
    expect(bytes.length).toBeLessThan(430 + 600);
  });

  test("gives 16-bit tokens to more than 255 characters, whole beyond the first 65,536", async () => {
    const characters = Array.from({ length: 255 }, (_, i) => String.fromCodePoint(0x1f000 + i));
    const many = [...characters, "a"].join("").repeat(4);
    const { dataset } = await load({ "t.txt": many }, { context: 4 });
    expect(dataset.train.features).toBeInstanceOf(Uint16Array);
    expect(dataset.target.count).toBe(257);
    expect(textIn(dataset)).toBe(many);
  });

  test("counts characters after the training part that do not occur in it as unknown", async () => {
    const { dataset, lines } = await load({ "t.txt": `${text}Ω≠Ω${line}` }, { context: 8 });
    const unknown = dataset.target.count - 1;
    expect(tokensIn(dataset.test).filter((token) => token === unknown)).toHaveLength(3);
    expect(tokensIn(dataset.train)).not.toContain(unknown);
    expect(lines.at(-1)).toBe(
      "3 characters after the part to train on do not occur in it, and count as unknown",
    );
  });

  test("as bytes takes anything, and has 256 tokens", async () => {
    const bytes = Uint8Array.from({ length: 600 }, (_, i) => (i * 37) % 256);
    const { dataset, lines } = await load({ "t.txt": bytes }, { tokens: "byte", context: 16 });
    expect([...dataset.train.features, ...dataset.test.features]).toEqual([...bytes]);
    expect(dataset.target).toEqual({ kind: "tokens", count: 256 });
    expect(dataset.preprocessing).toEqual({ kind: "text", tokens: "byte", context: 16 });
    expect(lines[0]).toBe("read t.txt: 600 bytes");
  });

  test("of a folder is its .txt files in the order of their names, packed ones too", async () => {
    const files = { "d/b.txt": line.repeat(5), "d/a.txt.gz": gzipSync(text), "d/c.md": "#" };
    const { dataset, lines } = await load(files, { context: 8 }, "d");
    expect(textIn(dataset)).toBe(text + line.repeat(5));
    expect(dataset.name).toBe("d");
    expect(lines[0]).toMatch(/^read 2 files in d: 645 characters/u);
  });

  test("leaves out byte order marks and reads UTF-16, with the same hash", async () => {
    const context = { context: 8 };
    const { dataset } = await load({ "t.txt": text }, context);
    const marked = await load({ "t.txt": `\uFEFF${text}` }, context);
    const wide = await load({ "t.txt": Buffer.from(`\uFEFF${text}`, "utf16le") }, context);
    expect([marked, wide].map((each) => each.dataset.sha256)).toEqual([
      dataset.sha256,
      dataset.sha256,
    ]);
  });

  test("has a context of 64 and a tenth for the test by default", async () => {
    const { dataset } = await load({ "t.txt": line.repeat(100) });
    expect(dataset.featureShape).toEqual([64]);
    expect(dataset.test.features).toHaveLength(430);
    expect(dataset.validation).toBeUndefined();
  });
});

test("another text for a trained model is all test samples, in the tokens of the model", async () => {
  const { dataset } = await load({ "t.txt": text }, { context: 8 });
  const { preprocessing } = dataset;
  if (preprocessing?.kind !== "text") throw new Error("not a text");
  const other = "not a question: Ω\n".repeat(3);
  const found = await textToTest("o.txt", preprocessing, {
    disk: memoryDisk(new Map([["o.txt", Buffer.from(other)]])),
    progress: () => undefined,
  });
  const characters = [...Array.from(preprocessing.vocabulary ?? ""), "Ω"];
  expect(tokensIn(found.test).map((token) => characters[token])).toEqual(Array.from(other));
  expect(found).toMatchObject({ name: "o", target: dataset.target, featureShape: [8] });
  expect(found.test.count).toBe(6);
});

/** Ends within a character of three bytes. */
const cut = new TextEncoder().encode(`${text}€`).subarray(0, -1);

describe("a text that can't be used is refused in one line", () => {
  const cases: readonly (readonly [string, Files, DataSettings, string, place?: string])[] = [
    ["a missing file", {}, {}, "cannot read t.txt: there is no such file or folder"],
    ["an empty file", { "t.txt": "" }, {}, "t.txt is empty"],
    ["only a byte order mark", { "t.txt": "\uFEFF" }, {}, "t.txt is empty"],
    [
      "a byte that is no UTF-8",
      { "t.txt": Uint8Array.of(...new TextEncoder().encode(text), 0xff, 0x41) },
      {},
      "t.txt is not UTF-8 at byte 430; convert it, or use --tokens byte, which trains on any bytes",
    ],
    ["a cut character", { "t.txt": cut }, {}, "t.txt is not UTF-8 at byte 430; convert it"],
    [
      "an overlong character",
      { "t.txt": Uint8Array.of(0x41, 0xe0, 0x80, 0xaf) },
      {},
      "t.txt is not UTF-8 at byte 1",
    ],
    [
      "half of a surrogate pair",
      { "t.txt": Uint8Array.of(0x41, 0xed, 0xa0, 0x80) },
      {},
      "t.txt is not UTF-8 at byte 1",
    ],
    [
      "a picture",
      { "t.txt": Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0, 1) },
      {},
      "t.txt is not a text; --tokens byte trains on any bytes",
    ],
    [
      "a text shorter than a sample",
      { "t.txt": line },
      { context: 64 },
      "t.txt is too short: 39 of its 43 tokens are for train, which needs 128 with a context of 64; use a longer text or a smaller --context",
    ],
    [
      "a test split shorter than a sample",
      { "t.txt": text },
      { context: 64 },
      "t.txt is too short: 43 of its 430 tokens are for test, which needs 65 with a context of 64",
    ],
    [
      "a folder without texts",
      { "d/a.md": "x", "d/b.csv": "y" },
      {},
      "d has no .txt files; it holds a.md, b.csv",
      "d",
    ],
    [
      "a bad file among good ones",
      { "d/a.txt": text, "d/b.txt": Uint8Array.of(0x41, 0xc0) },
      {},
      "d/b.txt is not UTF-8 at byte 1",
      "d",
    ],
    ["gzip cut short", { "t.txt": gzipSync(text).subarray(0, 40) }, {}, "cannot read t.txt: "],
    [
      "a setting of tables",
      { "t.txt": text },
      { missing: "drop" },
      "--missing drop is not for dataset text",
    ],
  ];
  test.each(
    cases.map(([what, files, data, expected, place]) => ({ what, files, data, expected, place })),
  )("$what", async ({ files, data, expected, place }) => {
    const found = await refusal(files, data, place);
    expect(found.slice(0, expected.length)).toBe(expected);
    expect(found).not.toContain("\n");
  });
});

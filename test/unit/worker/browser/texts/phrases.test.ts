/** @file The join page's phrasebook against the worker's own source. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { Phrasebook } from "../../../../../shared/pages/phrasebook.ts";
import { closeStatus } from "../../../../../shared/protocol/errors.ts";
import { codePhrases, phrases } from "../../../../../worker/browser/texts/phrases.ts";
import { refusalOf } from "../../../../../worker/closure.ts";

const book = new Phrasebook(phrases, codePhrases);
const folder = join(import.meta.dirname, "../../../../../worker");
const files = [
  "connection",
  "worker",
  "closure",
  "fetch-dataset",
  "browser/host",
  "browser/socket",
];

/** Where a socket or the worker is given up, with a sentence. */
const openings =
  /(?:restart\([\w.]+, |new Error\(\s*|crashed\(|close\(1000, |told\("other", |for \$\{seconds\}|reason = )/gu;

test("every sentence with which a worker gives up a connection has its Spanish", () => {
  const sources = files.map((file) => readFileSync(join(folder, `${file}.ts`), "utf8"));
  const sentences = sources.flatMap((source) =>
    [...source.matchAll(openings)].flatMap(({ index, 0: opening }) => {
      const [, text] = /^[`"]([^`"]*)/u.exec(source.slice(index + opening.length)) ?? [];
      return text === undefined ? [] : [text.replaceAll(/\$\{[^}]*\}/gu, "7")];
    }),
  );
  expect(sentences.length).toBeGreaterThan(6);
  // What is wrong with an address, or with two messages, is the program's fault and never shown to a person.
  const shown = sentences.filter((sentence) => !/^(?:no dataset at|7$)/u.test(sentence));
  expect(shown.filter((sentence) => book.translated(sentence) === undefined)).toEqual([]);
});

test("every code for which a worker comes back has its meaning in Spanish; the others have texts of their own", () => {
  // A coordinator that is full has a text too.
  const comesBack = Object.entries(closeStatus).filter(
    ([code, status]) => refusalOf({ status, reason: "" }) === undefined && code !== "ERR_FULL",
  );
  expect(Object.keys(codePhrases).toSorted()).toEqual(comesBack.map(([code]) => code).toSorted());
  expect(book.sentenceIn("es", "ERR_RATE")).toBe("fueron demasiados mensajes (ERR_RATE)");
  expect(book.sentenceIn("en", "ERR_RATE")).toBe("ERR_RATE");
});

/** @file The dashboard's texts, in every language. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { figuresIn } from "../../../../../coordinator/dashboard/charts/figures.ts";
import { texts } from "../../../../../coordinator/dashboard/texts/texts.ts";
const page = readFileSync(
  join(import.meta.dirname, "../../../../../coordinator/dashboard/index.html"),
  "utf8",
);

test("every text of the page is in both dictionaries, and none is empty", () => {
  const keys = Object.keys(texts.en);
  expect(Object.keys(texts.es).toSorted()).toEqual(keys.toSorted());
  for (const language of [texts.en, texts.es]) {
    expect(Object.values(language).filter((text) => text.trim() === "")).toEqual([]);
  }
  const used = [...page.matchAll(/data-(?:text|label)="(\w+)"/gu)].map((match) => match[1]!);
  expect(used.length).toBeGreaterThan(50);
  expect(used.filter((key) => !keys.includes(key))).toEqual([]);
});

function values(text: string): string {
  return (text.match(/\{\w+\}/gu) ?? []).toSorted().join();
}

test("a text and its translation take the same values", () => {
  const es: Readonly<Record<string, string>> = texts.es;
  for (const [key, text] of Object.entries(texts.en)) {
    expect(`${key} ${values(es[key] ?? "")}`).toBe(`${key} ${values(text)}`);
  }
});

test("numbers are written the way their readers write them", () => {
  const [en, es] = [figuresIn("en"), figuresIn("es")];
  expect([en.whole(12_345.6), es.whole(12_345.6)]).toEqual(["12,346", "12.346"]);
  expect([en.percent(0.9512, 2), en.percent(null)]).toEqual(["95.12%", "–"]);
  expect([0.8, 0.975, 0.98123, 1].map((value) => en.shortestPercent(value))).toEqual([
    "80%",
    "97.5%",
    "98.1%",
    "100%",
  ]);
  expect([en.short(0.123_456), en.short(0), en.short(4e-7), en.short(null)]).toEqual([
    "0.1235",
    "0.000",
    "4.00e-7",
    "–",
  ]);
  expect([en.seconds(3.24), en.seconds(250), en.seconds(7_500)]).toEqual([
    "3.2 s",
    "4 min 10 s",
    "2 h 05 min",
  ]);
  expect([en.gradient(0.012_34), en.gradient(-3.1e-6), en.gradient(0)]).toEqual([
    "+0.01234",
    "−3.10e-6",
    "0",
  ]);
  expect([es.gradient(0.012_34), es.short(4e-7), es.shortest(0.05), es.fixed(1.25, 1)]).toEqual([
    "+0,01234",
    "4,00e-7",
    "0,05",
    "1,3",
  ]);
  expect([en.shortest(0.05), en.shortest(1.25e-5), en.shortest(12_345.6)]).toEqual([
    "0.05",
    "1.3e-5",
    "12350",
  ]);
});

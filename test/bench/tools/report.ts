/**
 * @file The results of a bench: figures, each the median of several runs with its range and, if there is one, its
 * bar. Printed line by line as they come, and written to `results/<bench>.json` at the end.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { type Conditions, conditionsNow } from "./conditions.ts";

/** The value that a figure has to reach. */
export type Bar = { readonly atLeast: number } | { readonly below: number };

interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly runs: readonly number[];
  readonly bar?: Bar;
  readonly reached?: boolean;
}

const folder = join(import.meta.dirname, "../results");

export class Report {
  readonly #bench: string;
  readonly #conditions: Conditions = conditionsNow();
  readonly #figures: Figure[] = [];
  readonly #notes: { name: string; text: string }[] = [];
  readonly #absent: { name: string; reason: string }[] = [];

  constructor(bench: string) {
    this.#bench = bench;
    const { machine, node, commit, load } = this.#conditions;
    print(`\n${bench}: ${machine}, Node ${node}, commit ${commit}, load ${load}`);
  }

  /** Notes a figure. Does nothing without runs; the bench has then said why. */
  figure(name: string, unit: string, runs: readonly number[], bar?: Bar): void {
    if (runs.length === 0) return;
    const median = medianOf(runs);
    const reached = bar === undefined ? undefined : reaches(median, bar);
    const verdict = bar === undefined ? {} : { bar, reached: reached === true };
    this.#figures.push({
      name,
      unit,
      median: rounded(median),
      runs: runs.map(rounded),
      ...verdict,
    });
    const range = `${show(Math.min(...runs))} … ${show(Math.max(...runs))}`;
    const columns = [name.padEnd(58), show(median).padStart(10), unit.padEnd(13), range.padEnd(21)];
    print(
      `  ${columns.join(" ")} ${bar === undefined ? "" : sayBar(bar, reached === true)}`.trimEnd(),
    );
  }

  /** Notes a contestant that could not take part. */
  absent(name: string, reason: string): void {
    this.#absent.push({ name, reason });
    print(`  ${name.padEnd(58)}     absent: ${reason}`);
  }

  /** Notes something else that affects the figures. */
  note(name: string, text: string): void {
    this.#notes.push({ name, text });
    print(`  ${name}: ${text}`);
  }

  async write(): Promise<void> {
    await mkdir(folder, { recursive: true });
    const result = {
      ...this.#conditions,
      notes: this.#notes,
      figures: this.#figures,
      absent: this.#absent,
    };
    await writeFile(join(folder, `${this.#bench}.json`), `${JSON.stringify(result, null, 2)}\n`);
  }
}

export function medianOf(runs: readonly number[]): number {
  const sorted = runs.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** Ratios run by run, because only runs side by side can be compared, not two medians from different minutes. */
export function ratios(runs: readonly number[], others: readonly number[]): number[] {
  return runs.slice(0, others.length).map((value, i) => value / (others[i] ?? Number.NaN));
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function reaches(value: number, bar: Bar): boolean {
  return "atLeast" in bar ? value >= bar.atLeast : value < bar.below;
}

function sayBar(bar: Bar, reached: boolean): string {
  const text = "atLeast" in bar ? `≥ ${show(bar.atLeast)}` : `< ${show(bar.below)}`;
  return `${text} ${reached ? "✓" : "✗"}`;
}

/** Three significant digits, with thousands separators. */
function show(value: number): string {
  return rounded(value).toLocaleString("en-US", { maximumSignificantDigits: 15 });
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

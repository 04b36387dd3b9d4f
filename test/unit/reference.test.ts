/**
 * @file Checks REFERENCE.md and BENCHMARKS.md against what they describe: every option with its default, every JSON
 * line with its fields, every bench with the conditions of its last run.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

import { describe, expect, test } from "vitest";
import * as z from "zod/mini";

import { parseCommandLine } from "../../coordinator/cli/parse.ts";
import type { CoordinatorEvent } from "../../coordinator/run/view.ts";
import { codeSpansOf, sectionOf, tableRows } from "../support/fixtures/markdown.ts";

const root = join(import.meta.dirname, "../..");
const reference = readFileSync(join(root, "REFERENCE.md"), "utf8");

describe("REFERENCE.md", () => {
  test.each([
    { command: "start", heading: "Options of `start` and `coordinator`" },
    { command: "coordinator", heading: "Options of `start` and `coordinator`" },
    { command: "summary", heading: "Options of `start` and `coordinator`" },
    {
      command: "compare",
      heading: "Options of `compare`",
      inherited: "Options of `start` and `coordinator`",
    },
    { command: "worker", heading: "Options of `worker`" },
    { command: "relay", heading: "Options of `relay`" },
    { command: "inspect", heading: "Options of `inspect`" },
    { command: "learn", heading: "Options of `learn`" },
    { command: "predict", heading: "Options of `predict`" },
    { command: "evaluate", heading: "Options of `evaluate`" },
    { command: "explain", heading: "Options of `explain`" },
    { command: "export", heading: "Options of `export`" },
  ])("has each option of $command once, with its default", ({ command, heading, inherited }) => {
    const options = optionsOf(command);
    const own = tableRows(sectionOf(reference, heading));
    const isOwn = new Set(own.map(optionIn));
    const isOption = new Set(options.map(({ option }) => option));
    // Of another command's options, those that this one has too and does not describe itself.
    const others = inherited === undefined ? [] : tableRows(sectionOf(reference, inherited));
    const rows = [
      ...own,
      ...others.filter((row) => isOption.has(optionIn(row)) && !isOwn.has(optionIn(row))),
    ];
    const described = rows.map(optionIn);
    expect(new Set(described)).toEqual(new Set(options.map(({ option }) => option)));
    expect(described).toHaveLength(options.length);
    const wrong = options.flatMap(({ option, fallback }) => {
      const [, cell = ""] = rows.find(([first = ""]) => codeSpansOf(first)[0] === option) ?? [];
      return isDefaultIn(cell, fallback) ? [] : [`${option}: ${fallback}, not ${cell}`];
    });
    expect(wrong).toEqual([]);
  });

  test("has each JSON line with all of its fields", () => {
    const rows = tableRows(sectionOf(reference, "JSON lines"));
    const described = rows.map(([event = "", , fields = ""]) => {
      const names = codeSpansOf(fields).filter((name) => !fieldValues.has(name));
      return [codeSpansOf(event)[0], names.length === 0 ? "the same" : names.toSorted()];
    });
    const emitted = Object.entries(eventFields).map(([event, fields]) => {
      return [event, event === "resumed" ? "the same" : Object.keys(fields).toSorted()];
    });
    expect(new Map(described as [string, unknown][])).toEqual(
      new Map(emitted as [string, unknown][]),
    );
  });
});

const conditions = z.object({ commit: z.string(), date: z.string(), load: z.number() });

test("BENCHMARKS.md states for each bench the commit, the date and the load of its last run", () => {
  const page = readFileSync(join(root, "BENCHMARKS.md"), "utf8");
  const stated = tableRows(sectionOf(page, "How it was measured")).map((cells) =>
    cells.map((cell) => cell.replaceAll("`", "")),
  );
  const folder = join(root, "test/bench/results");
  const measured = readdirSync(folder).map((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    const { commit, date, load } = conditions.parse(JSON.parse(text));
    return [basename(file, ".json"), commit, date.slice(0, 10), String(load)];
  });
  expect(stated.toSorted(byName)).toEqual(measured.toSorted(byName));
});

function byName([a = ""]: readonly string[], [b = ""]: readonly string[]): number {
  return a < b ? -1 : 1;
}

type EventName = CoordinatorEvent["event"];
type FieldsOf<Name extends EventName> = Record<
  Exclude<keyof Extract<CoordinatorEvent, { readonly event: Name }>, "event">,
  true
>;

/** The compiler refuses a missing or extra field. */
const eventFields: { readonly [Name in EventName]: FieldsOf<Name> } = {
  listening: { url: true, joinUrl: true, otherJoinUrls: true, dashboardUrl: true },
  started: { run: true, title: true, step: true, totalSteps: true, parameterCount: true },
  resumed: { run: true, title: true, step: true, totalSteps: true, parameterCount: true },
  worker: {
    change: true,
    name: true,
    kind: true,
    threads: true,
    error: true,
    reason: true,
    workers: true,
  },
  data: {
    message: true,
    dataset: true,
    task: true,
    targets: true,
    count: true,
    features: true,
    trainCount: true,
    validationCount: true,
    testCount: true,
  },
  waiting: { reason: true },
  warning: { message: true },
  epoch: {
    epoch: true,
    step: true,
    trainLoss: true,
    trainAccuracy: true,
    testLoss: true,
    testAccuracy: true,
    testMetrics: true,
    validationLoss: true,
    validationMetrics: true,
    samplesPerSecond: true,
    stepsPerSecond: true,
    learningRate: true,
    seconds: true,
    workers: true,
  },
  sample: { step: true, epoch: true, temperature: true, text: true },
  failed: { step: true, reason: true },
  stopped: {
    run: true,
    step: true,
    totalSteps: true,
    checkpoint: true,
    checkpointStep: true,
    resume: true,
  },
  finished: {
    steps: true,
    seconds: true,
    testLoss: true,
    testAccuracy: true,
    isBetterThanGuess: true,
    testMetrics: true,
    validationLoss: true,
    validationMetrics: true,
    samplesPerSecond: true,
    stepsPerSecond: true,
    fingerprint: true,
    checkpoint: true,
  },
};

/** Code in the column of fields that is a value of the preceding field. */
const fieldValues = new Set(["null", "joined", "left", "refused", "node", "browser", "unknown"]);

function optionIn([option = ""]: readonly string[]): string {
  return codeSpansOf(option)[0] ?? "";
}

interface DescribedOption {
  /** As spelled in the help: `--seed <number>`. */
  readonly option: string;
  readonly fallback: string | undefined;
}

/** The options in a command's help, except the help itself. */
function optionsOf(command: string): DescribedOption[] {
  const parsed = parseCommandLine([command, "--help"], {}, () => new Uint8Array(0), "");
  if (parsed.kind !== "print") throw new Error("--help prints");
  // A help text that is too long for its line continues indented on the next one.
  const lines = parsed.text.replaceAll(/\n {10,}/gu, " ").split("\n");
  return lines.flatMap((line) => {
    const [, option, help = ""] = /^ {2}(--\S+(?: [<[]\S+[>\]])?) {2,}(.*)$/u.exec(line) ?? [];
    if (option === undefined) return [];
    return [{ option, fallback: /\(default: (.*)\)$/u.exec(help)?.[1] }];
  });
}

/** A command's own default counts too: `0; 2 (start)` contains both. */
function isDefaultIn(cell: string, fallback: string | undefined): boolean {
  const stated = cell.replaceAll("`", "");
  if (fallback === undefined) return stated === "";
  return stated === fallback || stated.split(/; | with | \(/u).includes(fallback);
}

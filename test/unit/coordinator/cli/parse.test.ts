import { describe, expect, test } from "vitest";

import { commandNames, commands } from "../../../../coordinator/cli/help.ts";
import {
  coordinatorOptions,
  serverOptions,
  variableOf,
} from "../../../../coordinator/cli/options.ts";
import type { CoordinatorOptions } from "../../../../coordinator/options.ts";
import { dataKeys, isDataKey } from "../../../../shared/run/settings/data-settings.ts";
import { flagOf, type OptionTable } from "../../../../shared/run/settings/option.ts";
import { isRunKey, runOptions } from "../../../../shared/run/settings/run-settings.ts";
import { samples } from "./sample-settings.ts";
import { parse, parseCoordinator, printed } from "./support.ts";

const table: OptionTable = serverOptions;
type Sample = readonly [typed: string, read: unknown];
const samplesOf: Readonly<Record<string, readonly [Sample, Sample, Sample]>> = samples;

/** Options that need another one. */
const partners: Readonly<Record<string, readonly string[]>> = {
  tlsCert: ["--tls-key", "k"],
  tlsKey: ["--tls-cert", "c"],
  newLastLayer: ["--init", "m.safetensors"],
};

/** An interval as one would type it. */
function everyText({ every, unit }: CoordinatorOptions["checkpointEvery"]): string {
  return `${every}${{ epochs: "", steps: "steps", minutes: "min" }[unit]}`;
}

/** The parsed value of one option, given together with its partner if it needs one. */
function parsedValue(
  key: string,
  typed: { readonly flag?: string; readonly env?: string; readonly file?: string },
): unknown {
  const partner = partners[key] ?? [];
  const row = table[key];
  const flag = (text: string) =>
    row?.value !== undefined
      ? [flagOf(key), text]
      : [text === "true" ? flagOf(key) : `--no-${flagOf(key).slice(2)}`];
  const { options, run } = parseCoordinator(
    ["coordinator", ...(typed.flag === undefined ? [] : flag(typed.flag)), ...partner],
    {
      environment: typed.env === undefined ? {} : { [variableOf(key)]: typed.env },
      ...(typed.file === undefined ? {} : { file: `${key}: ${JSON.stringify(typed.file)}\n` }),
    },
  );
  if (isRunKey(key)) return run.given[key];
  if (isDataKey(key)) return run.data?.[key];
  if (key === "tlsCert") return options.tls?.cert;
  if (key === "tlsKey") return options.tls?.key;
  if (key === "init") return options.init?.path;
  if (key === "newLastLayer") return options.init?.newLastLayer;
  if (key === "checkpointEvery") return everyText(options.checkpointEvery);
  if (key === "printConfig") return false;
  return Object.entries(options).find(([name]) => name === key)?.[1];
}

describe("every option of the table", () => {
  test.each(Object.keys(table).filter((key) => key !== "printConfig"))(
    "%s is read from its flag, its variable and the run file, in this precedence",
    (key) => {
      const [[one, first], [two, second], [three, third]] = samplesOf[key]!;
      expect(parsedValue(key, { flag: one })).toEqual(first);
      expect(parsedValue(key, { env: two })).toEqual(second);
      expect(parsedValue(key, { file: three })).toEqual(third);
      expect(parsedValue(key, { flag: one, env: two, file: three })).toEqual(first);
      expect(parsedValue(key, { env: two, file: three })).toEqual(second);
      expect(parsedValue(key, { flag: two, file: three })).toEqual(second);
    },
  );

  test("is in the help of start and coordinator, and the help has no other", () => {
    for (const command of commandNames) {
      const lines = printed([command, "--help"]).split("\n");
      const flags = lines.flatMap((line) => /^ {2}(--[\w-]+)/u.exec(line)?.[1] ?? []);
      const known = Object.keys(commands[command].table).map(flagOf);
      expect(flags.toSorted()).toEqual(known.toSorted());
    }
  });

  test("is spelled in one table only, once", () => {
    const all = [...Object.keys(runOptions), ...dataKeys, ...Object.keys(coordinatorOptions)];
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("parseCommandLine", () => {
  test("start differs from coordinator only by its local workers", () => {
    const start = parseCoordinator(["start"]);
    const coordinator = parseCoordinator(["coordinator"]);
    expect(start.options.localWorkers).toBe("auto");
    expect(coordinator.options).toEqual({ ...start.options, localWorkers: 0 });
    expect(start.run).toEqual({ given: {}, data: {}, origins: {} });
  });

  test("--output accepts an activation and a folder, in both orders", () => {
    for (const argv of [
      ["--output", "softmax", "--output", "here"],
      ["--output", "here", "--output=softmax"],
    ]) {
      const { options, run } = parseCoordinator(["coordinator", ...argv]);
      expect(options.runs).toBe("here");
      expect(run.given.outputActivation).toBe("softmax");
    }
  });

  test("--output ./softmax is a folder, and --output-activation leaves --output runs alone", () => {
    expect(parseCoordinator(["start", "--output", "./softmax"]).options.runs).toBe("./softmax");
    const both = parseCoordinator(["start", "--output-activation", "relu", "--output", "runs"]);
    expect(both.options.runs).toBe("runs");
    expect(both.run.given.outputActivation).toBe("relu");
  });

  test("output works in a variable and, as a list, in the run file", () => {
    const environment = { PROMEDIO_OUTPUT: "there" };
    const { options, run } = parseCoordinator(["start"], {
      environment,
      file: "output: [tanh, here]",
    });
    expect(options.runs).toBe("there");
    expect(run.given.outputActivation).toBe("tanh");
  });

  test("the run file may be YAML or JSON, with tabs, and with numbers and lists in its own syntax", () => {
    const yaml = "layers: [784, 16, 10]\nlearningRate: 1e-3\nexit: true\nsteps: none # all\n";
    const json =
      '{\n\t"layers": [784, 16, 10],\n\t"learningRate": 1e-3,\n\t"exit": true, "steps": "none"}';
    for (const file of [yaml, json]) {
      const { options, run } = parseCoordinator(["coordinator"], { file });
      expect(run.given).toEqual({ layers: [784, 16, 10], learningRate: 0.001, steps: null });
      expect(options.exit).toBe(true);
    }
    expect(parseCoordinator(["start"], { file: "" }).run.given).toEqual({});
  });

  test("the layers of a model may have numbers with a decimal point", () => {
    const layers = [
      { kind: "dense", units: 16 },
      { kind: "dropout", rate: 0.25 },
    ];
    const yaml = "model:\n  - { kind: dense, units: 16 }\n  - { kind: dropout, rate: .25 }\n";
    for (const file of [yaml, JSON.stringify({ model: layers })]) {
      const { run } = parseCoordinator(["coordinator"], { file });
      expect(run.given.model).toBe(JSON.stringify(layers));
    }
  });

  test("each value remembers where it comes from, with the line of the run file", () => {
    const { run } = parseCoordinator(["coordinator", "--seed", "3"], {
      environment: { PROMEDIO_EPOCHS: "4" },
      file: "# a run\nloss: cce\n",
    });
    expect(run.origins).toEqual({
      seed: { from: "flag", label: "--seed" },
      epochs: { from: "env", label: "PROMEDIO_EPOCHS" },
      loss: { from: "file", label: "run.yaml line 2: loss" },
    });
  });

  test("a repeated flag's last value counts, and an empty variable sets nothing", () => {
    const { run } = parseCoordinator(["start", "--seed", "1", "--seed", "2"], {
      environment: { PROMEDIO_EPOCHS: "", PROMEDIO_SOMETHING_ELSE: "kept out of it" },
    });
    expect(run.given).toEqual({ seed: 2 });
  });

  test("--resume works without a name, with one, and can be undone", () => {
    expect(parseCoordinator(["start", "--resume"]).options.resume).toBe(true);
    expect(parseCoordinator(["start", "--resume", "--exit"]).options.resume).toBe(true);
    expect(parseCoordinator(["start", "--resume", "abc"]).options.resume).toBe("abc");
    expect(parseCoordinator(["start"], { file: "resume: false" }).options.resume).toBeUndefined();
  });

  test("inspect has a dataset, and the settings that make one of raw data", () => {
    const environment = { PROMEDIO_MISSING: "drop", PROMEDIO_EPOCHS: "9" };
    const argv = ["inspect", "csv:a.csv", "--ignore", "id", "--ignore", "name", "--json"];
    expect(parse(argv, { environment })).toEqual({
      kind: "inspect",
      dataset: "csv:a.csv",
      data: { ignore: ["id", "name"], missing: "drop" },
      origins: {
        ignore: { from: "flag", label: "--ignore" },
        missing: { from: "env", label: "PROMEDIO_MISSING" },
      },
      cache: undefined,
      mnistMirror: undefined,
      json: true,
    });
  });

  test("compare has varied settings, its own defaults, and the commands that repeat it and each of its runs", () => {
    const argv = [
      "compare",
      "--vary",
      "optimizer=sgd,adam",
      "--vary",
      "batch-size=16,64",
      "--seeds",
      "3",
    ];
    const parsed = parse([...argv, "--epochs", "2", "--dataset", "csv:my table.csv"], {
      environment: { PROMEDIO_RATES: "none", PROMEDIO_ADMIN_TOKEN: "not-to-be-seen" },
    });
    if (parsed.kind !== "compare") throw new Error(parsed.kind);
    const { compare, options, run, again, commandOf } = parsed;
    expect(compare).toEqual({
      varied: [
        { key: "optimizer", values: ["sgd", "adam"] },
        { key: "batchSize", values: [16, 64] },
      ],
      seeds: 3,
      searchSeeds: 3,
      rates: null,
      validation: 0.1,
      to: "comparison",
    });
    expect(options).toMatchObject({
      localWorkers: "auto",
      checkpointEvery: { every: 1, unit: "minutes" },
    });
    expect(again).toBe(
      "promedio compare --vary optimizer=sgd,adam,batch-size=16,64 --seeds 3 --dataset 'csv:my table.csv' --epochs 2",
    );
    expect(parse(["compare", "--vary", "optimizer=sgd,adam,batch-size=16,64"])).toMatchObject({
      compare: { varied: compare.varied },
    });
    const given = { ...run.given, optimizer: "sgd", batchSize: 16, seed: 2 } as const;
    const one = commandOf({ given, data: { validation: 0.1 }, origins: {} });
    expect(one).toBe(
      "promedio start --dataset 'csv:my table.csv' --optimizer sgd --batch-size 16 --epochs 2 --seed 2 --validation 0.1 --exit",
    );
  });

  test("a worker has a URL, threads, a name and a token", () => {
    expect(parse(["worker", "host:1"])).toEqual({
      kind: "worker",
      url: "host:1",
      threads: 1,
      log: "text",
      name: undefined,
      joinToken: undefined,
    });
    const environment = { PROMEDIO_THREADS: "3", PROMEDIO_JOIN_TOKEN: "abcdefgh" };
    expect(
      parse(["worker", "host:1", "--threads", "auto", "--name", "Zoë’s"], { environment }),
    ).toEqual({
      kind: "worker",
      url: "host:1",
      threads: "auto",
      log: "text",
      name: "Zoë’s",
      joinToken: "abcdefgh",
    });
  });
});

describe("help", () => {
  test.each([
    [],
    ["--help"],
    ["help"],
    ["start", "-h"],
    ["coordinator", "--help"],
    ["worker", "--help"],
  ])("%s %s is printed and no line is longer than 100 columns", (...argv) => {
    const text = printed(argv);
    expect(text).toContain("Usage: promedio");
    for (const line of text.split("\n")) expect(line).toMatch(/^.{0,100}$/u);
  });

  test("--version prints the version", () => {
    expect(printed(["--version"])).toBe("1.2.3\n");
  });

  test("names the default of an option that depends on the optimizer", () => {
    const text = printed(["start", "--help"]).replaceAll(/\s+/gu, " ");
    expect(text).toMatch(
      /--learning-rate <rate> η, the length of a step \(default: [\d.]+ for sgd/u,
    );
    expect(text).toContain("or 1 with 2 threads for a large model (default: auto)");
  });
});

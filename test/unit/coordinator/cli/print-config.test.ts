import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { coordinatorOptions } from "../../../../coordinator/cli/options.ts";
import { completeRun } from "../../../../shared/run/settings/complete.ts";
import { dataKeys } from "../../../../shared/run/settings/data-settings.ts";
import { optimizerDefaults, scheduleDefaults } from "../../../../shared/run/settings/defaults.ts";
import { flagOf } from "../../../../shared/run/settings/option.ts";
import { resolveRunConfig } from "../../../../shared/run/settings/resolve.ts";
import { resolveResumedRun } from "../../../../shared/run/settings/resume.ts";
import { runOptions, type RunRequest } from "../../../../shared/run/settings/run-settings.ts";
import { cases } from "../../../support/fixtures/effort.ts";
import { samples } from "./sample-settings.ts";
import { parseCoordinator, printed } from "./support.ts";

const optimizerKeys = new Set(Object.values(optimizerDefaults).flatMap(Object.keys));
/** Options that need local steps. */
const replicaKeys = ["replicas", "outerLearningRate", "outerMomentum"];
const scheduleKeys = new Set(Object.values(scheduleDefaults).flatMap(Object.keys));
/** Options that are compatible with any optimizer, schedule and each other. */
const freeKeys = [
  ...Object.keys(runOptions),
  ...dataKeys,
  ...Object.keys(coordinatorOptions),
].filter(
  (key) =>
    !optimizerKeys.has(key) &&
    !scheduleKeys.has(key) &&
    !replicaKeys.includes(key) &&
    ![
      "localSteps",
      "delay",
      "optimizer",
      "schedule",
      "loss",
      "outputActivation",
      "printConfig",
      "json",
    ].includes(key) &&
    !["joinToken", "adminToken", "tlsCert", "tlsKey", "init", "newLastLayer", "cluster"].includes(
      key,
    ),
);

function flagsFor(key: string, pick: number): string[] {
  const typed = Object.entries(samples).find(([name]) => name === key)?.[1][pick]?.[0];
  if (typed === undefined) throw new Error(`no sample for ${key}`);
  if (!["open", "exit", "trustProxy"].includes(key)) return [`${flagOf(key)}=${typed}`];
  return [typed === "true" ? flagOf(key) : `--no-${flagOf(key).slice(2)}`];
}

const some = (keys: readonly string[]) =>
  fc
    .subarray([...keys])
    .chain((chosen) =>
      fc.tuple(...chosen.map((key) => fc.nat(2).map((pick) => flagsFor(key, pick)))),
    );

/** Local steps and options of theirs. */
const withReplicas = some(replicaKeys).map((flags) => [["--local-steps=50"], ...flags]);

/** Any settings that don't contradict each other. */
const commandLine = fc
  .record({
    optimizer: fc.option(fc.constantFrom(...Object.keys(optimizerDefaults)), { nil: undefined }),
    schedule: fc.constantFrom(...Object.keys(scheduleDefaults)),
  })
  .chain(({ optimizer, schedule }) => {
    const gradient = optimizer !== "local-search";
    const owned = Object.keys(
      Object.entries(optimizerDefaults).find(([name]) => name === (optimizer ?? "adam"))?.[1] ?? {},
    );
    const scheduled = Object.keys(
      Object.entries(scheduleDefaults).find(([name]) => name === schedule)?.[1] ?? {},
    );
    const free = freeKeys.filter(
      (key) => gradient || !["weightDecay", "l1", "clipNorm", "freeze"].includes(key),
    );
    return fc
      .tuple(
        some(free),
        some(owned),
        some(gradient ? scheduled : []),
        gradient ? fc.oneof(fc.constant([["--local-steps=none"]]), withReplicas) : fc.constant([]),
      )
      .map((parts) => [
        ...(optimizer === undefined ? [] : [`--optimizer=${optimizer}`]),
        ...(gradient ? [`--schedule=${schedule}`] : []),
        ...parts.flat(2),
      ]);
  });

const givenIn = ({ given }: RunRequest) => given;

/** A number of steps alone decides how many epochs there are, whatever their default would be. */
function determining(run: RunRequest) {
  const { epochs, ...settings } = completeRun(run);
  const isDecided = run.given.epochs === undefined && settings.steps !== null;
  return isDecided ? settings : { epochs, ...settings };
}

describe("--print-config", () => {
  test("printed settings, fed back as a run file, are the same settings, in YAML and in JSON", () => {
    fc.assert(
      fc.property(
        commandLine,
        fc.constantFrom("start", "coordinator"),
        fc.boolean(),
        (argv, command, json) => {
          const all = [command, ...argv, ...(json ? ["--json"] : [])];
          const first = parseCoordinator(all);
          const file = printed([...all, "--print-config"]);
          const second = parseCoordinator([command], { file });
          expect(second.options).toEqual(first.options);
          expect(second.run.data).toEqual(first.run.data);
          // A resumed run has no defaults to print, because its settings are the checkpoint's.
          const whole = first.options.resume === undefined ? determining : givenIn;
          expect(whole(second.run)).toEqual(whole(first.run));
          expect(
            printed([command, "--print-config"], { file }).replaceAll(
              / # .*|"\w+": "(flag|file|default)"/gu,
              "",
            ),
          ).toBe(file.replaceAll(/ # .*|"\w+": "(flag|file|default)"/gu, ""));
        },
      ),
      { numRuns: cases(100) },
    );
  });

  test.each([["--epochs=3"], ["--local-steps=1"], ["--model=resnet"], ["--steps=9"], ["--seed=2"]])(
    "prints a file with which few samples are trained as without it: %s",
    (given) => {
      const facts = {
        name: "few",
        sha256: "a".repeat(64),
        featureCount: 784,
        featureShape: [28, 28],
        target: { kind: "classes", count: 10 },
        // Fewer than a batch by default, and than the replicas by default.
        trainCount: 7,
        testCount: 5,
        isTable: given !== "--model=resnet",
      } as const;
      const all = ["start", given];
      const first = resolveRunConfig(parseCoordinator(all).run, facts);
      for (const form of [[], ["--json"]]) {
        const file = printed([...all, ...form, "--print-config"]);
        const { run } = parseCoordinator(["start"], { file });
        expect(resolveRunConfig(run, facts)).toEqual(first);
        expect(resolveResumedRun(run, first, facts).config).toEqual(first);
      }
    },
  );

  test("says where each value comes from", () => {
    const text = printed(["start", "--epochs", "3", "--print-config"], {
      environment: { PROMEDIO_SEED: "2" },
      file: "batchSize: full\n",
    });
    expect(text).toMatch(/^epochs: 3 +# flag$/mu);
    expect(text).toMatch(/^seed: 2 +# env$/mu);
    expect(text).toMatch(/^batchSize: full +# file$/mu);
    expect(text).toMatch(/^# learningRate: 0.01 +# default$/mu);
  });

  test("works from a flag, a variable and the run file, as YAML and with --json as JSON", () => {
    const flag = printed(["start", "--print-config"]);
    expect(printed(["start"], { environment: { PROMEDIO_PRINT_CONFIG: "true" } })).toBe(flag);
    expect(printed(["start"], { file: "printConfig: true" })).toBe(flag);
    const json: Record<string, unknown> = JSON.parse(
      printed(["start", "--print-config", "--json"]),
    );
    expect(json["$defaults"]).toMatchObject({ batchSize: 64, layers: "auto", clipNorm: "none" });
    expect(json).toMatchObject({ json: true });
    expect(json["$from"]).toMatchObject({ batchSize: "default", json: "flag" });
  });

  test("names a token's source and never shows it", () => {
    const argv = ["start", "--join-token", "abcdefgh", "--print-config"];
    expect(printed(argv)).toContain("# joinToken: not shown (flag)\n");
    expect(printed(argv) + printed([...argv, "--json"])).not.toContain("abcdefgh");
  });

  test("for a resumed run it shows only what was given: the rest is in the checkpoint", () => {
    const text = printed(["start", "--resume", "--epochs", "9", "--print-config"]);
    expect(text).toMatch(/^epochs: 9 /mu);
    expect(text).toMatch(/^resume: true /mu);
    expect(text).not.toContain("learningRate");
  });

  test("700 steps alone print no epochs, because those would end the run earlier", () => {
    const text = printed(["start", "--steps", "700", "--print-config"]);
    expect(text).toMatch(/^steps: 700 /mu);
    expect(text).not.toMatch(/^epochs/mu);
  });
});

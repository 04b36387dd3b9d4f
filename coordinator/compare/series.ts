/** @file The runs of a comparison, one after the other: starts or continues each in the folder, and notes how it ended. */
import { join } from "node:path";

import { known } from "../../shared/assert.ts";
import type { RunRequest } from "../../shared/run/settings/run-settings.ts";
import { sayAtTerminal } from "../../shared/words/sentence.ts";
import type { Console } from "../console/types.ts";
import type { CompareCommand } from "../options.ts";
import { type PreparedRun, prepareRun, type SetupWorld } from "../run-setup.ts";
import { scoreOf } from "../run/measures/scores.ts";
import type { CurrentRun } from "../runs.ts";
import type { Series } from "../series.ts";
import { configName } from "../storage/run-folder.ts";
import type { CompareConsole } from "./console.ts";
import type { ComparisonFolder } from "./folder.ts";
import { costOf } from "./plan/cost.ts";
import { nextTrial, type Trial, trialsLeft } from "./plan/next-trial.ts";
import { originsOf, type Plan } from "./plan/plan.ts";
import { rateAt } from "./plan/rates.ts";
import type { Row } from "./plan/rows.ts";
import { runNameOf } from "./plan/run-name.ts";
import type { Headline } from "./plan/summary.ts";
import { writeReports } from "./reports.ts";

export interface ComparisonOptions {
  readonly command: CompareCommand;
  readonly plan: Plan;
  readonly folder: ComparisonFolder;
  readonly console: CompareConsole;
  /** The data that all of its runs have. */
  readonly loaded: NonNullable<SetupWorld["loaded"]>;
  readonly headline: Headline;
}

export class ComparisonSeries implements Series {
  readonly console: Console;
  readonly #options: ComparisonOptions;

  constructor(options: ComparisonOptions) {
    this.console = options.console;
    this.#options = options;
  }

  /** The folder of its runs. */
  get runs(): string {
    return this.#options.folder.runs;
  }

  get again(): string {
    return this.#options.command.again;
  }

  get isComplete(): boolean {
    return this.next === undefined;
  }

  /** The run in progress, or the one to begin. */
  get next(): Trial | undefined {
    return nextTrial(this.#options.plan, this.#options.folder.rows);
  }

  async ended(current: CurrentRun, fingerprint: string): Promise<void> {
    const trial = this.next;
    const { folder, console } = this.#options;
    // A run that a dashboard has started in between is not ours.
    const isOurs =
      current.prepared.folder.path === join(folder.runs, trial ? runNameOf(trial) : "");
    if (trial === undefined || !isOurs) return;
    const row = this.#rowOf(trial, current, fingerprint);
    await folder.add(row);
    await folder.tidy(row.run);
    console.ended(trial, row);
    if (this.isComplete) await this.complete();
  }

  /** Writes what came out, into the folder and on the console. */
  async complete(): Promise<void> {
    const { plan, folder, headline, console, loaded } = this.#options;
    const dataset = loaded.dataset.dataset.name;
    const { lines, results } = await writeReports(
      { plan, rows: folder.rows, headline, dataset },
      folder,
    );
    console.complete(lines, results);
  }

  /** Continues the run if it was begun before. */
  async prepareNext(world: SetupWorld): Promise<PreparedRun> {
    const trial = known(this.next, "a comparison that is not complete has a next run");
    const { command, folder, loaded } = this.#options;
    const name = runNameOf(trial);
    const path = join(folder.runs, name);
    const isBegun = (await world.disk.stat(join(path, configName))) !== undefined;
    const options = { ...command.options, runs: folder.runs };
    const own = { ...world, loaded };
    if (!isBegun) return await prepareRun({ ...options, name }, this.requestOf(trial), own);
    const again = { ...options, name: undefined, init: undefined, resume: path };
    return await prepareRun(again, { given: {}, origins: {} }, own);
  }

  /** The request of a run. */
  requestOf({ variant, exponent, seed }: Trial): RunRequest {
    const { command, loaded } = this.#options;
    const { search, given } = variant;
    const rate = search === null || exponent === null ? {} : { [search.key]: rateAt(exponent) };
    return {
      given: { ...given, ...rate, seed },
      data: loaded.data,
      origins: { ...command.run.origins, ...originsOf(command.compare.varied) },
    };
  }

  #rowOf(trial: Trial, { run, prepared }: CurrentRun, fingerprint: string): Row {
    const { config, plan, step, outcome, progress } = run;
    const cost = (steps: number) => costOf(config, plan, steps);
    const { evaluation, test } = progress;
    return {
      variant: trial.variant.label,
      exponent: trial.exponent,
      seed: trial.seed,
      run: prepared.folder.id,
      outcome: outcome?.kind === "failed" ? "diverged" : "finished",
      reason: outcome?.kind === "failed" ? sayAtTerminal(outcome.reason) : null,
      steps: step,
      validation: scoreWithout(scoreOf(evaluation)),
      test: scoreWithout(scoreOf(test)),
      ...cost(step),
      seconds: progress.trainingMs / 1000,
      fingerprint,
      curve: progress.testCurve.map(({ step: at, loss }) => [cost(at).gradients, loss]),
      command: this.#options.command.commandOf(this.requestOf(trial)),
    };
  }
}

function scoreWithout(score: ReturnType<typeof scoreOf>): Row["validation"] {
  return score === null ? null : { loss: score.loss, metrics: score.metrics };
}

/** How many runs are finished, and how many are left at least. */
export function countOf(plan: Plan, rows: readonly Row[]): { done: number; left: number } {
  return { done: rows.length, left: trialsLeft(plan, rows) };
}

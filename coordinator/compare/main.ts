/** @file `promedio compare`: trains the variants of a run on whatever workers there are, and compares them. Wiring. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";

import { instantiateKernel } from "../../shared/kernels/kernel.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import type { DataSettings } from "../../shared/run/settings/data-settings.ts";
import { runDefaults } from "../../shared/run/settings/defaults.ts";
import { valueText } from "../../shared/run/settings/readers.ts";
import { resolveRunConfig } from "../../shared/run/settings/resolve.ts";
import { taskOf } from "../../shared/tasks/task.ts";
import { tasks } from "../../shared/tasks/tasks.ts";
import { hasCode, type Sentence, sentence } from "../../shared/words/sentence.ts";
import { jobControl } from "../console/job-control.ts";
import { chooseMode } from "../console/mode.ts";
import { absoluteName, loadDataset } from "../datasets/loaders.ts";
import { interruptedCode } from "../exit-code.ts";
import { runPrepared } from "../main.ts";
import type { CompareCommand } from "../options.ts";
import type { ProgramWorld } from "../program-world.ts";
import { newRunId } from "../run-id.ts";
import { factsOf, type SetupWorld } from "../run-setup.ts";
import { nodeDisk } from "../storage/disk.ts";
import { claimRunFolder } from "../storage/run-lock.ts";
import { CompareConsole } from "./console.ts";
import { ComparisonFolder, type Shared } from "./folder.ts";
import { nextTrial } from "./plan/next-trial.ts";
import { type Plan, planComparison } from "./plan/plan.ts";
import { ComparisonSeries, countOf } from "./series.ts";

/**
 * Runs a comparison, or what is left of it.
 *
 * @returns The exit code: 0 if it is complete, 130 if it was interrupted, 1 if a run could not be prepared or noted.
 * @throws OperatorError before anything listens.
 */
export async function runCompare(command: CompareCommand, world: ProgramWorld): Promise<number> {
  const begun = await Promise.race([begin(command, world), world.signals.ended]);
  if (typeof begun === "string") return interruptedCode;
  const { series, kernelBytes, release } = begun;
  try {
    if (series.isComplete) {
      await series.complete();
      return 0;
    }
    const prepared = await series.prepareNext({
      kernel: instantiateKernel(kernelBytes),
      disk: nodeDisk,
      claim: claimRunFolder,
      newRunId,
      progress: world.tell,
    });
    const { run } = command;
    // Those of dashboards are there too.
    const options = { ...command.options, runs: series.runs };
    const coordinator = { options, run, resumeWith: () => command.again };
    return await runPrepared(coordinator, world, { kernelBytes, prepared, series });
  } finally {
    release();
  }
}

async function begin(command: CompareCommand, world: ProgramWorld) {
  const plan = planComparison(command.run, command.compare);
  const kernelBytes = await readFile(join(world.build, "kernel.wasm"));
  const loaded = await load(command, world.tell);
  const facts = factsOf(loaded.dataset);
  const folder = new ComparisonFolder(nodeDisk, command.compare.to);
  const { headline } = tasks[taskOf(facts.target).kind];
  const console = createConsole(plan, folder, command, world);
  const series = new ComparisonSeries({ command, plan, folder, console, loaded, headline });
  // Every mistake in a variant is found before the first one is trained.
  for (const variant of plan.variants) {
    const exponent = variant.search?.first[0] ?? null;
    resolveRunConfig(series.requestOf({ variant, exponent, seed: plan.seeds[0] ?? 1 }), facts);
  }
  await folder.create();
  const release = await claimRunFolder(folder.path);
  await folder.open(sharedOf(command, loaded, instantiateKernel(kernelBytes).id));
  const count = folder.rows.length;
  if (count > 0 && !series.isComplete) {
    const said = sentence("comparison-continues", { folder: folder.path, count });
    world.tell(said);
  }
  return { series, kernelBytes, release };
}

function createConsole(
  plan: Plan,
  folder: ComparisonFolder,
  { options: { json } }: CompareCommand,
  { output, env }: ProgramWorld,
): CompareConsole {
  const isForeground = jobControl.isForeground();
  const { mode, color } = chooseMode({ json, isTTY: output.isTTY, isForeground, env });
  const state = () => ({
    trial: nextTrial(plan, folder.rows),
    count: countOf(plan, folder.rows),
  });
  return new CompareConsole({ output, mode, color, now: () => performance.now(), state });
}

type Loaded = NonNullable<SetupWorld["loaded"]>;

/** Loads the data, with a validation split: the rates are chosen by it. */
async function load(
  { options, run, compare: { validation } }: CompareCommand,
  progress: (said: Sentence) => void,
): Promise<Loaded> {
  const source = absoluteName(run.given.dataset ?? runDefaults.dataset);
  const { origins, data: given = {} } = run;
  const open = async (data: DataSettings) => {
    const dataset = await loadDataset(source, {
      ...options,
      disk: nodeDisk,
      progress,
      data,
      origins,
    });
    return { dataset, source, data };
  };
  const loaded = await open({ validation, ...given }).catch(async (error: unknown) => {
    const hasSplit = error instanceof OperatorError && hasCode(error.said, "split-there");
    if (!hasSplit || given.validation !== undefined) throw error;
    return await open(given);
  });
  const { name, validation: split } = loaded.dataset.dataset;
  if ((split?.count ?? 0) > 0) return loaded;
  throw new OperatorError(sentence("comparison-needs-validation", { dataset: name }));
}

/** Rows that differ in any of this would not compare. */
function sharedOf(
  { run, options }: CompareCommand,
  { dataset, data }: Loaded,
  kernel: string,
): Shared {
  const { seed: _, ...given } = run.given;
  const init = options.init && { init: options.init.path };
  const settings = { ...given, ...data, ...init };
  const texts = Object.entries(settings).map(([key, value]) => [key, valueText(value)]);
  return { ...Object.fromEntries(texts), dataset: dataset.dataset.sha256, kernel };
}

/**
 * @file From what the operator asked for to everything a run needs: dataset, run config, folder and parameters, for a
 * new run or for one that goes on. Every mistake that can be known before the first step is found here.
 */
import * as z from "zod/mini";

import type { Kernel } from "../shared/kernels/kernel.ts";
import { initialParameters } from "../shared/model/initialize.ts";
import { OperatorError } from "../shared/operator-error.ts";
import { type RunConfig, runConfigSchema } from "../shared/run/config.ts";
import { planRun, type RunPlan } from "../shared/run/plan.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { runDefaults } from "./cli/defaults.ts";
import type { CoordinatorOptions, RunRequest } from "./cli/options.ts";
import { type DatasetFacts, resolveRunConfig } from "./cli/resolve.ts";
import { resolveResumedRun, resumedDataset } from "./cli/resume.ts";
import { datasetSource } from "./cli/values.ts";
import { type LoadedDataset, loadDataset } from "./datasets/load.ts";
import type { Disk } from "./disk.ts";
import { ParameterStore } from "./parameter-store.ts";
import { createRun, findRun, type RunFolder } from "./run-folder.ts";

export interface PreparedRun {
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly dataset: LoadedDataset;
  readonly store: ParameterStore;
  readonly folder: RunFolder;
  /** Where an earlier process stopped; `undefined` for a run that begins. */
  readonly resume: Pick<Checkpoint, "step" | "progress"> | undefined;
  /** Lines that the operator should see. */
  readonly notes: readonly string[];
}

export interface SetupWorld {
  readonly kernel: Kernel;
  readonly disk: Disk;
  /** Makes up a name for a run. */
  readonly newRunId: () => string;
  /** Downloads and drawing take a while: one short line now and then. */
  readonly progress: (line: string) => void;
}

/** @throws OperatorError for everything that can't be: one line that says what, which value and what to do. */
export async function prepareRun(
  options: CoordinatorOptions,
  request: RunRequest,
  world: SetupWorld,
): Promise<PreparedRun> {
  const { resume } = options;
  return resume === undefined
    ? await prepareNewRun(options, request, world)
    : await prepareResumedRun({ ...options, resume }, request, world);
}

async function prepareNewRun(
  options: CoordinatorOptions,
  request: RunRequest,
  { kernel, disk, newRunId, progress }: SetupWorld,
): Promise<PreparedRun> {
  const source = datasetSource(request.given.dataset ?? runDefaults.dataset);
  const dataset = await loadDataset(source, { ...options, disk, progress });
  const config = resolveRunConfig(request, factsOf(dataset));
  const plan = planRun(config, factsOf(dataset));
  const created = await createRun(disk, options.runs, options.name ?? newRunId(), { config });
  if (!created.found) throw new OperatorError(created.reason);
  const store = createStore(kernel, config, plan);
  return { config, plan, dataset, store, folder: created.folder, resume: undefined, notes: [] };
}

async function prepareResumedRun(
  options: CoordinatorOptions & { readonly resume: true | string },
  request: RunRequest,
  { kernel, disk, progress }: SetupWorld,
): Promise<PreparedRun> {
  const wanted = options.resume === true ? undefined : options.resume;
  const run = await findRun(disk, options.runs, wanted);
  if (!run.found) throw new OperatorError(run.reason);
  const { folder } = run;
  const saved = await readSaved(folder, wanted);
  const source = resumedDataset(request, saved.config);
  const dataset = await loadDataset(source, { ...options, disk, progress });
  const { config, warning } = resolveResumedRun(request, saved.config, factsOf(dataset));
  const plan = planRun(config, factsOf(dataset));
  const store = createStore(kernel, config, plan);
  const { checkpoint } = saved;
  if (checkpoint !== undefined) {
    const { step, parameters, optimizerState: state } = checkpoint;
    store.restore({ step, parameters, state });
  }
  const trimmed = await folder.metrics.trim(checkpoint?.step ?? 0);
  const notes = [...saved.notes];
  if (warning !== undefined) notes.push(warning);
  if (!trimmed.ok) notes.push(trimmed.reason);
  return { config, plan, dataset, store, folder, resume: checkpoint, notes };
}

interface Saved {
  readonly config: RunConfig;
  readonly checkpoint: Checkpoint | undefined;
  readonly notes: readonly string[];
}

/** The newest whole checkpoint, or, for a run that never wrote one, its config: it begins again. */
async function readSaved(folder: RunFolder, wanted: string | undefined): Promise<Saved> {
  const file = wanted?.endsWith(".safetensors") === true ? wanted : undefined;
  const found = await folder.latestCheckpoint(file);
  if (found.found) {
    const { checkpoint, notes } = found;
    return { config: checkpoint.config, checkpoint, notes };
  }
  if (file !== undefined) throw new OperatorError(`${found.notes[0] ?? found.reason}`);
  const config = await readConfig(folder);
  const notes = [...found.notes, `${found.reason}: run ${folder.id} begins again at step 0`];
  return { config, checkpoint: undefined, notes };
}

const setupSchema = z.object({ config: runConfigSchema });

async function readConfig(folder: RunFolder): Promise<RunConfig> {
  const read = await folder.readSetup();
  if (!read.ok) throw new OperatorError(read.reason);
  const parsed = setupSchema.safeParse(read.setup);
  if (parsed.success) return parsed.data.config;
  const where = parsed.error.issues[0]?.path.join(".") ?? "";
  throw new OperatorError(`${folder.path}/config.json is not a run's: ${where} is not valid`);
}

function createStore(kernel: Kernel, config: RunConfig, plan: RunPlan): ParameterStore {
  const parameters = initialParameters(config.model, config.seed);
  return new ParameterStore({ kernel, config, plan, parameters });
}

function factsOf({ dataset }: LoadedDataset): DatasetFacts {
  const { name, sha256, featureCount, classCount, train, test } = dataset;
  return {
    name,
    sha256,
    featureCount,
    classCount,
    trainCount: train.count,
    testCount: test.count,
  };
}

/**
 * @file From the operator's request to everything a run needs: dataset, run config, folder and parameters, for a
 * new or a resumed run. Every mistake that can be known before the first step is found here.
 */
import * as z from "zod/mini";

import { shown } from "../shared/error-text.ts";
import type { Kernel } from "../shared/kernels/kernel.ts";
import { shorthandOf } from "../shared/model/dense-model.ts";
import { modelTitle } from "../shared/model/title.ts";
import { OperatorError } from "../shared/operator-error.ts";
import type { RunConfig } from "../shared/run/config.ts";
import type { RunPlan } from "../shared/run/plan.ts";
import {
  dataKeys,
  dataOptions,
  type DataRequest,
  type DataSettings,
  sameDataSettings,
} from "../shared/run/settings/data-settings.ts";
import { runDefaults } from "../shared/run/settings/defaults.ts";
import type { Given } from "../shared/run/settings/option.ts";
import { readSettings } from "../shared/run/settings/read-settings.ts";
import { valueText } from "../shared/run/settings/readers.ts";
import { type DatasetFacts, resolveRunConfig } from "../shared/run/settings/resolve.ts";
import { refuseUnfit, resolveResumedRun } from "../shared/run/settings/resume.ts";
import type { RunRequest } from "../shared/run/settings/run-settings.ts";
import { settingName } from "../shared/run/settings/run-settings.ts";
import { type Sentence, sentence } from "../shared/words/sentence.ts";
import type { LoadedDataset } from "./datasets/loader.ts";
import { absoluteName, datasetReader, loadDataset, resumedDataset } from "./datasets/loaders.ts";
import type { CoordinatorOptions } from "./options.ts";
import { createStore, type StoreOptions } from "./run/create-run.ts";
import type { Handover } from "./run/handover.ts";
import type { ParameterStore } from "./run/parameter-store.ts";
import type { EpochRecord } from "./run/progress.ts";
import type { Checkpoint } from "./storage/checkpoint.ts";
import type { Disk } from "./storage/disk.ts";
import { storedConfigSchema } from "./storage/old-forms.ts";
import { createRunFolder, findRunFolder, type RunFolder } from "./storage/run-folder.ts";

export interface PreparedRun {
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly dataset: LoadedDataset;
  /** The name by which the operator chose it, and its settings: together they load it again. */
  readonly source: string;
  readonly data: DataSettings;
  readonly store: ParameterStore;
  readonly folder: RunFolder;
  /** Where an earlier process stopped; `undefined` for a new run. */
  readonly resume: ResumePoint | undefined;
  /** What the process before this one handed over; `undefined` for a new run. */
  readonly handover: Handover | undefined;
  /** The epochs before the state from which the run continues. */
  readonly epochs: readonly EpochRecord[];
  /** Lines for the operator. */
  readonly notes: readonly Sentence[];
}

/** The state from which a run continues, and its file. */
export type ResumePoint = Pick<Checkpoint, "step" | "progress"> & { readonly path: string };

export interface SetupWorld {
  readonly kernel: Kernel;
  readonly disk: Disk;
  /** Invents a name for a run. */
  readonly newRunId: () => string;
  /** Receives one short line now and then, because downloading and drawing take a while. */
  readonly progress: (said: Sentence) => void;
  /** Keeps other processes out of a run's folder, given its path. Throws OperatorError if one is in it. */
  readonly claim?: (folder: string) => Promise<void>;
  /** A dataset that is already in memory, and the name by which it was loaded. */
  readonly loaded?: Pick<PreparedRun, "dataset" | "source" | "data"> | undefined;
}

/** @throws OperatorError for anything impossible: one line that says what, which value and what to do. */
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
  { kernel, disk, newRunId, progress, loaded, claim }: SetupWorld,
): Promise<PreparedRun> {
  const source = absoluteName(request.given.dataset ?? runDefaults.dataset);
  const { data = {}, origins } = request;
  const dataset =
    loaded?.source === source && sameDataSettings(loaded.data, data)
      ? loaded.dataset
      : await loadDataset(source, { ...options, disk, progress, data, origins });
  const config = resolveRunConfig(request, factsOf(dataset));
  const setup = { config, dataset: source, ...storedData(data) };
  const store = storeInMemory({ kernel, config, dataset: dataset.dataset });
  const created = await createRunFolder(disk, options.runs, options.name ?? newRunId(), setup);
  if (!created.found) throw new OperatorError(created.reason);
  const { folder } = created;
  await claim?.(folder.path);
  const { plan } = store;
  const nothing = { resume: undefined, handover: undefined, epochs: [], notes: [] };
  return { config, plan, dataset, source, data, store, folder, ...nothing };
}

async function prepareResumedRun(
  options: CoordinatorOptions & { readonly resume: true | string },
  request: RunRequest,
  { kernel, disk, progress, claim }: SetupWorld,
): Promise<PreparedRun> {
  const wanted = options.resume === true ? undefined : options.resume;
  const run = await findRunFolder(disk, options.runs, wanted);
  if (!run.found) throw new OperatorError(run.reason);
  const { folder } = run;
  await claim?.(folder.path);
  const saved = await readSaved(folder, wanted);
  const named = request.given.dataset ?? saved.dataset;
  const source = absoluteName(resumedDataset(named, saved.config.dataset.name));
  const data = { ...saved.data?.values, ...request.data };
  const origins = { ...saved.data?.origins, ...request.origins };
  const dataset = await loadDataset(source, { ...options, disk, progress, data, origins });
  const { config, warning } = resolveResumedRun(request, saved.config, factsOf(dataset));
  refuseUnfit(saved.config, factsOf(dataset), saved.path);
  const { checkpoint } = saved;
  const from = checkpoint && { ...checkpoint, state: checkpoint.optimizerState };
  const store = storeInMemory({ kernel, config, dataset: dataset.dataset, from });
  const trimmed = await folder.metrics.trim(recordedStep(checkpoint));
  const notes = [...saved.notes];
  if (warning !== undefined) notes.push(warning);
  if (!trimmed.ok) notes.push(trimmed.reason);
  const epochs = await folder.metrics.read().catch(() => []);
  const found = await folder.readHandover();
  if (!found.found && found.reason !== undefined) notes.push(found.reason);
  const handover = found.found ? found.handover : undefined;
  const resume = checkpoint && { ...checkpoint, path: saved.path };
  const before = { resume, handover, epochs, notes };
  return { config, plan: store.plan, dataset, source, data, store, folder, ...before };
}

/** The contents of a run's `config.json`. */
interface Setup {
  readonly config: RunConfig;
  /** As the operator spelled it, but with an absolute path, so that a resumed run finds it from any folder. */
  readonly dataset: string;
  /** How its data become a dataset. */
  readonly data: DataRequest;
}

/** The given settings as texts, which read like those of a command line. Absent if there are none. */
function storedData(data: DataSettings): { readonly data?: Readonly<Record<string, string>> } {
  const given = dataKeys.filter((key) => data[key] !== undefined);
  if (given.length === 0) return {};
  return { data: Object.fromEntries(given.map((key) => [key, valueText(data[key] ?? null)])) };
}

/** @throws OperatorError for a value that no command line accepts. */
function readStoredData(path: string, stored: Readonly<Record<string, string>>): DataRequest {
  const given = Object.entries(stored).map(([key, value]): [string, Given] => {
    const label = `${path}: ${key}`;
    return [key, { texts: [value], origin: { from: "file", label } }];
  });
  return readSettings(dataOptions, [new Map(given)]);
}

/**
 * The step up to which a checkpoint's metrics are recorded. An epoch's line is written after its evaluation. So if
 * a run was stopped between the two, its checkpoint is followed by that line once more.
 */
function recordedStep(checkpoint: Checkpoint | undefined): number {
  if (checkpoint === undefined) return 0;
  const { step, progress } = checkpoint;
  return progress.evaluation?.step === step ? step : step - 1;
}

interface Saved {
  /** Path of the file that contains the config. */
  readonly path: string;
  readonly config: RunConfig;
  readonly dataset: string | undefined;
  readonly data: DataRequest | undefined;
  readonly checkpoint: Checkpoint | undefined;
  readonly notes: readonly Sentence[];
}

/**
 * The newest undamaged checkpoint or, for a run that never wrote one, its config; then it starts from the
 * beginning.
 */
async function readSaved(folder: RunFolder, wanted: string | undefined): Promise<Saved> {
  const file = wanted?.endsWith(".safetensors") === true ? wanted : undefined;
  const found = await folder.latestCheckpoint(file);
  const setup = await readSetup(folder);
  if (found.found) {
    const { path, checkpoint, notes } = found;
    const { dataset, data } = setup.ok ? setup.setup : {};
    return { path, config: checkpoint.config, dataset, data, checkpoint, notes };
  }
  if (file !== undefined) throw new OperatorError(found.notes[0] ?? found.reason);
  // Starting from the beginning would discard what a disk with a temporary failure still has.
  if (found.isUncertain) {
    const why = found.notes[0] ?? found.reason;
    throw new OperatorError(sentence("resume-uncertain", { reason: why }));
  }
  if (!setup.ok) throw new OperatorError(setup.reason);
  const begins = sentence("run-begins-again", { reason: found.reason, run: folder.id });
  const notes = [...found.notes, begins];
  return { ...setup.setup, path: folder.setupPath, checkpoint: undefined, notes };
}

const setupSchema = z.object({
  config: storedConfigSchema,
  dataset: z.string(),
  data: z.optional(z.partialRecord(z.enum(dataKeys), z.string())),
});

async function readSetup(
  folder: RunFolder,
): Promise<
  { readonly ok: true; readonly setup: Setup } | { readonly ok: false; readonly reason: Sentence }
> {
  const read = await folder.readSetup();
  if (!read.ok) return read;
  const parsed = setupSchema.safeParse(read.setup);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join(".") || "it";
    return {
      ok: false,
      reason: sentence("setup-invalid", { path: folder.setupPath, field: where }),
    };
  }
  const { config, dataset, data: texts = {} } = parsed.data;
  if (datasetReader.read(dataset) !== undefined) {
    const data = readStoredData(folder.setupPath, texts);
    return { ok: true, setup: { config, dataset, data } };
  }
  return {
    ok: false,
    reason: sentence("setup-dataset-invalid", {
      path: folder.setupPath,
      expects: datasetReader.expects,
      given: shown(dataset),
    }),
  };
}

/**
 * @throws OperatorError if the machine has too little memory. Dashboards ask for models too, and must not end the
 *   program.
 */
function storeInMemory(options: StoreOptions): ParameterStore {
  try {
    return createStore(options);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const { model } = options.config;
    const value = shorthandOf(model)?.widths.join() ?? modelTitle(model);
    const setting = sentence("setting-with-value", { setting: settingName("layers"), value });
    throw new OperatorError(sentence("no-memory-for-layers", { setting }));
  }
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

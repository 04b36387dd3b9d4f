/**
 * @file From the operator's request to everything a run needs: dataset, run config, folder and parameters, for a
 * new or a resumed run. Every mistake that can be known before the first step is found here.
 */
import type { Dataset } from "../shared/data/dataset.ts";
import { describeData } from "../shared/data/description.ts";
import type { Kernel } from "../shared/kernels/kernel.ts";
import { OutOfMemoryError } from "../shared/kernels/memory.ts";
import { shorthandOf } from "../shared/model/dense-model.ts";
import { initialParameters } from "../shared/model/initialize.ts";
import { modelTitle } from "../shared/model/title.ts";
import { OperatorError } from "../shared/operator-error.ts";
import { classWeightsMax, type RunConfig } from "../shared/run/config.ts";
import { countsOf, type RunPlan } from "../shared/run/plan.ts";
import { costOf, isLarge, largeRun, slowShards, tooLarge } from "../shared/run/settings/cost.ts";
import { textSettings } from "../shared/run/settings/data-recipe.ts";
import {
  type DataRequest,
  type DataSettings,
  sameDataSettings,
} from "../shared/run/settings/data-settings.ts";
import { runDefaults } from "../shared/run/settings/defaults.ts";
import { type DatasetFacts, resolveRunConfig } from "../shared/run/settings/resolve.ts";
import { refuseUnfit, resolveResumedRun } from "../shared/run/settings/resume.ts";
import type { RunRequest } from "../shared/run/settings/run-settings.ts";
import { settingName } from "../shared/run/settings/run-settings.ts";
import { type Sentence, sentence } from "../shared/words/sentence.ts";
import type { LoadedDataset } from "./datasets/loader.ts";
import { absoluteName, loadDataset, resumedDataset, withMovedHint } from "./datasets/loaders.ts";
import { shelvable } from "./datasets/shelved.ts";
import type { CoordinatorOptions } from "./options.ts";
import { createStore, type StoreOptions } from "./run/create-run.ts";
import type { Handover } from "./run/handover.ts";
import type { ParameterStore } from "./run/parameter-store.ts";
import { type EpochRecord, Progress } from "./run/progress.ts";
import { type Checkpoint, fingerprintOf } from "./storage/checkpoint.ts";
import type { Disk, DiskOutcome } from "./storage/disk.ts";
import { findRun } from "./storage/find-run.ts";
import { readInitFile } from "./storage/init-file.ts";
import { createRunFolder, readCheckpoint, type RunFolder } from "./storage/run-folder.ts";
import { readSetup, type Setup, setupOf } from "./stored-setup.ts";

export interface PreparedRun {
  readonly config: RunConfig;
  readonly plan: RunPlan;
  readonly dataset: LoadedDataset;
  /** The name by which the operator chose it, and its settings: together they load it again. */
  readonly source: string;
  readonly data: DataSettings;
  readonly store: ParameterStore;
  readonly folder: RunFolder;
  /** Lets other processes into the folder. Nothing may be written there afterwards. */
  readonly release: (() => void) | undefined;
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
  /** Of this machine; absent: not known. */
  readonly memoryBytes?: number;
  readonly disk: Disk;
  /** Invents a name for a run. */
  readonly newRunId: () => string;
  /** Receives one short line now and then, because downloading and drawing take a while. */
  readonly progress: (said: Sentence) => void;
  /**
   * Keeps other processes out of a run's folder, given its path, until the returned function is called. Throws
   * OperatorError if one is in it.
   */
  readonly claim?: (folder: string) => Promise<() => void>;
  /** Frees what nobody refers to any longer, soon. Absent: the runtime decides when. */
  readonly collectGarbage?: (() => void) | undefined;
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
  world: SetupWorld,
): Promise<PreparedRun> {
  const { kernel, disk, newRunId, progress, claim, memoryBytes } = world;
  const source = absoluteName(request.given.dataset ?? runDefaults.dataset);
  const { origins } = request;
  const data = dataSettingsOf(request);
  const dataset = await datasetOf({ source, data }, world, () => {
    return loadDataset(source, { ...options, disk, progress, data, origins });
  });
  const { config, initial } = await initialized(
    resolveRunConfig(request, factsOf(dataset)),
    options.init,
    disk,
  );
  const cost = costOf(config, dataset.dataset);
  const impossible = tooLarge(cost, memoryBytes);
  if (impossible !== undefined) throw new OperatorError(impossible);
  const large = largeRun(cost);
  if (large !== undefined && isLarge(cost) && request.asksFirst === true) {
    throw new OperatorError(sentence("large-run-question", { cost: large }));
  }
  for (const said of [large, slowShards(cost)]) if (said !== undefined) progress(said);
  const setup = setupOf({ config, source, data });
  const store = storeInMemory({ kernel, config, dataset: dataset.dataset, initial });
  const created = await createRunFolder(disk, options.runs, options.name ?? newRunId(), setup);
  if (!created.found) throw new OperatorError(created.reason);
  const { folder } = created;
  const release = await claim?.(folder.path);
  if (initial !== undefined) await writeStart(folder, store, dataset);
  const { plan } = store;
  const nothing = { resume: undefined, handover: undefined, epochs: [], notes: [] };
  return { config, plan, dataset, source, data, store, folder, release, ...nothing };
}

/** How the data of a new run become a dataset. */
export function dataSettingsOf(request: RunRequest): DataSettings {
  const isText = request.given.dataset?.startsWith("text:") === true;
  return isText ? textSettings(request) : (request.data ?? {});
}

/** The config and the initial parameters of a run that begins with those of a file, if it does. */
async function initialized(
  config: RunConfig,
  file: CoordinatorOptions["init"],
  disk: Disk,
): Promise<{ readonly config: RunConfig; readonly initial?: Float32Array }> {
  if (file === undefined) return { config };
  const drawn = initialParameters(config.model, config.seed, config.initWeights);
  const initial = await readInitFile(disk, file, config.model, drawn);
  return { config: { ...config, init: { fingerprint: fingerprintOf(initial) } }, initial };
}

/** Writes a checkpoint of step 0, so that a resumed run does not need the file that it began with. */
async function writeStart(
  folder: RunFolder,
  { config, step, parameters, state }: ParameterStore,
  { dataset }: LoadedDataset,
): Promise<void> {
  const written = await folder.writeCheckpoint({
    config,
    step,
    parameters,
    optimizerState: state,
    progress: new Progress().state,
    data: describeData(dataset),
  });
  if (!written.ok) throw new OperatorError(written.reason);
}

async function prepareResumedRun(
  options: CoordinatorOptions & { readonly resume: true | string },
  request: RunRequest,
  world: SetupWorld,
): Promise<PreparedRun> {
  const { disk, claim } = world;
  const wanted = options.resume === true ? undefined : options.resume;
  const found = await findRun(disk, options.runs, wanted);
  if (found.kind === "none") throw new OperatorError(found.reason);
  if (found.kind === "file") return await prepareFromFile(found.path, options, request, world);
  const { folder, file } = found;
  const release = await claim?.(folder.path);
  const { saved, setup } = await readSaved(folder, file);
  const restored = await restore(saved, options, request, world);
  const { checkpoint, path } = saved;
  const trimmed = await folder.metrics.trim(recordedStep(checkpoint));
  const kept = await keepPlaceOfData(folder, setup, restored);
  const epochs = await folder.metrics.read().catch(() => []);
  const handedOver = await folder.readHandover();
  const handover = handedOver.found ? handedOver.handover : undefined;
  const notes = [...found.notes, ...saved.notes, ...restored.notes];
  if (!trimmed.ok) notes.push(trimmed.reason);
  if (!kept.ok) notes.push(kept.reason);
  if (!handedOver.found && handedOver.reason !== undefined) notes.push(handedOver.reason);
  const resume = checkpoint && { ...checkpoint, path };
  return { ...restored, folder, release, resume, handover, epochs, notes };
}

/** The next process finds the data where this one found them, even if they have moved or `config.json` was lost. */
async function keepPlaceOfData(
  folder: RunFolder,
  setup: Setup | undefined,
  { config, source, data }: Restored,
): Promise<DiskOutcome> {
  if (setup?.dataset === source && sameDataSettings(setup.data.values, data)) return { ok: true };
  return await folder.writeSetup(setupOf({ config: setup?.config ?? config, source, data }));
}

/** A checkpoint alone becomes the first one of a new run, so that its own file stays as it is. */
async function prepareFromFile(
  path: string,
  options: CoordinatorOptions,
  request: RunRequest,
  world: SetupWorld,
): Promise<PreparedRun> {
  const { disk, newRunId, claim } = world;
  const read = await readCheckpoint(disk, path);
  if (!read.ok) throw new OperatorError(read.reason);
  const { checkpoint } = read;
  const { config } = checkpoint;
  const saved = { path, config, dataset: undefined, data: undefined, checkpoint, notes: [] };
  const restored = await restore(saved, options, request, world);
  const setup = setupOf(restored);
  const created = await createRunFolder(disk, options.runs, options.name ?? newRunId(), setup);
  if (!created.found) throw new OperatorError(created.reason);
  const { folder } = created;
  const release = await claim?.(folder.path);
  const written = await folder.writeCheckpoint(checkpoint);
  if (!written.ok) throw new OperatorError(written.reason);
  const resume = { ...checkpoint, path: written.path };
  return { ...restored, folder, release, resume, handover: undefined, epochs: [] };
}

/** The dataset, which is loaded unless it is already there. */
async function datasetOf(
  { source, data }: Pick<PreparedRun, "source" | "data">,
  { loaded, collectGarbage }: SetupWorld,
  load: () => Promise<LoadedDataset>,
): Promise<LoadedDataset> {
  const isSame = loaded?.source === source && sameDataSettings(loaded.data, data);
  if (isSame) return shelvable(loaded.dataset, collectGarbage);
  const dataset = shelvable(await load(), collectGarbage);
  // Files, and what was unpacked from them: as much as the dataset and more.
  collectGarbage?.();
  return dataset;
}

type Restored = Omit<PreparedRun, "folder" | "release" | "resume" | "handover" | "epochs">;

/** Opens the data of a saved run, and puts its parameters in memory. */
async function restore(
  saved: Saved,
  options: CoordinatorOptions,
  request: RunRequest,
  world: SetupWorld,
): Promise<Restored> {
  const { kernel, disk, progress, loaded } = world;
  const { checkpoint } = saved;
  const isNamed = request.given.dataset !== undefined;
  const named = request.given.dataset ?? saved.dataset;
  const inHand = loaded?.source === named ? named : undefined;
  const source = inHand ?? absoluteName(resumedDataset(named, saved.config.dataset.name));
  const data = { ...saved.data?.values, ...request.data };
  const origins = { ...saved.data?.origins, ...request.origins };
  const load = async () => {
    return await loadDataset(source, { ...options, disk, progress, data, origins }).catch(
      (error: unknown) => {
        if (isNamed || !(error instanceof OperatorError)) throw error;
        throw new OperatorError(withMovedHint(source, error.said));
      },
    );
  };
  const dataset = await datasetOf({ source, data }, world, load);
  const { config, warning } = resolveResumedRun(request, saved.config, factsOf(dataset));
  refuseUnfit(saved.config, factsOf(dataset), saved.path);
  if (checkpoint === undefined && config.init !== null) {
    throw new OperatorError(sentence("init-lost", { path: saved.path }));
  }
  const from = checkpoint && { ...checkpoint, state: checkpoint.optimizerState };
  const store = storeInMemory({ kernel, config, dataset: dataset.dataset, from });
  const notes = warning === undefined ? [] : [warning];
  return { config, plan: store.plan, dataset, source, data, store, notes };
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
 *
 * @param file - The path of the only checkpoint that will do.
 */
async function readSaved(
  folder: RunFolder,
  file: string | undefined,
): Promise<{ readonly saved: Saved; readonly setup: Setup | undefined }> {
  const found = await folder.latestCheckpoint(file);
  const read = await readSetup(folder);
  const setup = read.ok ? read.setup : undefined;
  if (found.found) {
    const { path, checkpoint, notes } = found;
    const { dataset, data } = setup ?? {};
    return { saved: { path, config: checkpoint.config, dataset, data, checkpoint, notes }, setup };
  }
  if (file !== undefined) throw new OperatorError(found.notes[0] ?? found.reason);
  // Starting from the beginning would discard what a disk with a temporary failure still has.
  if (found.isUncertain) {
    const why = found.notes[0] ?? found.reason;
    throw new OperatorError(sentence("resume-uncertain", { reason: why }));
  }
  if (!read.ok) throw new OperatorError(read.reason);
  const begins = sentence("run-begins-again", { reason: found.reason, run: folder.id });
  const notes = [...found.notes, begins];
  const saved = { ...read.setup, path: folder.setupPath, checkpoint: undefined, notes };
  return { saved, setup };
}

/**
 * @throws OperatorError if the machine has too little memory. Dashboards ask for models too, and must not end the
 *   program.
 */
function storeInMemory(options: StoreOptions): ParameterStore {
  try {
    return createStore(options);
  } catch (error) {
    if (!(error instanceof OutOfMemoryError || error instanceof RangeError)) throw error;
    const { model } = options.config;
    const value = shorthandOf(model)?.widths.join() ?? modelTitle(model);
    const setting = sentence("setting-with-value", { setting: settingName("layers"), value });
    throw new OperatorError(sentence("no-memory-for-layers", { setting }));
  }
}

export function factsOf({ dataset }: LoadedDataset): DatasetFacts {
  const { name, sha256, featureCount, featureShape, target, preprocessing } = dataset;
  return {
    isTable: preprocessing?.kind === "table",
    name,
    sha256,
    featureCount,
    featureShape,
    target,
    classCounts: classCountsOf(dataset),
    ...countsOf(dataset),
  };
}

/** Training samples of each class. */
function classCountsOf({ target, train }: Dataset): readonly number[] | undefined {
  if (target.kind !== "classes" || target.count > classWeightsMax) return undefined;
  const counts = Array.from({ length: target.count }, () => 0);
  for (const label of train.targets) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

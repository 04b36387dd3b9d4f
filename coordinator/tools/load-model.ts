/** @file Opens the trained model that the operator names, and the dataset to look at it with. */
import { basename, dirname, join } from "node:path";

import { OperatorError } from "../../shared/operator-error.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import type { LoadedDataset } from "../datasets/loader.ts";
import { absoluteName, loadDataset, resumedDataset } from "../datasets/loaders.ts";
import type { TrainedModel } from "../export/trained-model.ts";
import { decodeCheckpoint } from "../storage/checkpoint.ts";
import type { Disk } from "../storage/disk.ts";
import { findRun } from "../storage/find-run.ts";
import type { RunFolder } from "../storage/run-folder.ts";
import { readSetup } from "../stored-setup.ts";

/** A model and the file that it came from. */
export interface OpenedModel extends TrainedModel {
  readonly path: string;
  /** The folder of its run; `undefined` for a checkpoint that was moved out of it. */
  readonly folder: RunFolder | undefined;
}

/**
 * @param wanted - A checkpoint's path, or a run's name or folder; `undefined`: the latest run. Of a run, its newest
 *   undamaged checkpoint.
 * @param runs - The folder of all runs.
 * @throws OperatorError if there is no such model, or it is damaged.
 */
export async function openModel(
  disk: Disk,
  wanted: string | undefined,
  runs: string,
): Promise<OpenedModel> {
  const run = await findRun(disk, runs, wanted);
  if (run.kind === "none") throw new OperatorError(run.reason);
  if (run.kind === "file") return await openFile(disk, run.path);
  const found = await run.folder.latestCheckpoint(run.file);
  if (!found.found) throw new OperatorError(found.notes[0] ?? found.reason);
  const { path, checkpoint, fingerprint } = found;
  return { ...checkpoint, path, fingerprint, folder: run.folder };
}

/** Opens a checkpoint that belongs to no run's folder. */
async function openFile(disk: Disk, path: string): Promise<OpenedModel> {
  let bytes: Uint8Array;
  try {
    bytes = await disk.readFile(path);
  } catch (error) {
    const why = { path, reason: systemReason(error) };
    throw new OperatorError(sentence("checkpoint-unreadable", why), { cause: error });
  }
  const decoded = decodeCheckpoint(bytes);
  if (!decoded.ok) {
    throw new OperatorError(sentence("checkpoint-damaged", { path, reason: decoded.reason }));
  }
  const { checkpoint, fingerprint } = decoded;
  return { ...checkpoint, path, fingerprint, folder: undefined };
}

/** Which dataset, and where it is kept. */
export interface DataRequest {
  /** `undefined`: the dataset of the model's run. */
  readonly dataset?: string;
  readonly cache?: string;
}

/**
 * Loads the dataset to look at a model with.
 *
 * @throws OperatorError if it can't be loaded, or it is not known which one the model was trained on.
 */
export async function openData(
  disk: Disk,
  { folder, config }: OpenedModel,
  { dataset, cache }: DataRequest,
): Promise<LoadedDataset> {
  const setup = dataset === undefined && folder !== undefined ? await readSetup(folder) : undefined;
  const saved = setup?.ok === true ? setup.setup : undefined;
  const source = absoluteName(resumedDataset(dataset ?? saved?.dataset, config.dataset.name));
  return await loadDataset(source, {
    disk,
    cache,
    mnistMirror: undefined,
    data: saved?.data.values,
    origins: saved?.data.origins,
    progress: () => {},
  });
}

/** Where a file made from a model goes by default: beside it, named like its run and step. */
export function pathBeside({ path, folder, step }: OpenedModel, extension: string): string {
  const name = folder === undefined ? basename(path, ".safetensors") : `${folder.id}-step-${step}`;
  return join(folder?.path ?? dirname(path), name + extension);
}

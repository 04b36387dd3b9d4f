/** @file Opens the trained model that the operator names, and the dataset to look at it with. */
import { basename, dirname, join } from "node:path";

import { type Dataset, targetForm } from "../../shared/data/dataset.ts";
import { sizeOf } from "../../shared/model/layer-kind.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import { absoluteName, loadDataset, resumedDataset } from "../datasets/loaders.ts";
import type { ReadOptions } from "../datasets/table/read/file-bytes.ts";
import { failAt } from "../datasets/table/read/source.ts";
import { textToTest } from "../datasets/text/text.ts";
import type { TrainedModel } from "../export/trained-model.ts";
import { decodeCheckpoint } from "../storage/checkpoint.ts";
import type { Disk } from "../storage/disk.ts";
import { findRun } from "../storage/find-run.ts";
import type { RunFolder } from "../storage/run-folder.ts";
import { readSetup } from "../stored-setup.ts";
import { openSamples, targetsOf } from "./raw-samples.ts";

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

/** These commands print their answer and nothing else. */
const progress = () => undefined;

/** Which dataset, and where it is kept. */
export interface DataRequest {
  /** `undefined`: the dataset of the model's run. */
  readonly dataset?: string;
  readonly cache?: string;
}

/**
 * Loads the dataset to look at a model with. Of a table or a text that is not the run's own, everything is test samples,
 * and their features are computed by the model's preprocessing: means, categories or characters of other data would
 * mean something else to it.
 *
 * @throws OperatorError if it can't be loaded, or it is not known which one the model was trained on.
 */
export async function openData(
  disk: Disk,
  model: OpenedModel,
  { dataset, cache }: DataRequest,
): Promise<Dataset> {
  const { folder, config } = model;
  const setup = folder === undefined ? undefined : await readSetup(folder);
  const saved = setup?.ok === true ? setup.setup : undefined;
  const source = absoluteName(resumedDataset(dataset ?? saved?.dataset, config.dataset.name));
  const isOwn = source === saved?.dataset;
  const { preprocessing } = model.data ?? {};
  if (!isOwn && preprocessing?.kind === "text" && source.startsWith("text:")) {
    return await textToTest(source.slice("text:".length), preprocessing, { disk, progress });
  }
  const path = /^(?:csv|tsv|jsonl|parquet):(.+)$/u.exec(source)?.[1];
  if (!isOwn && path !== undefined) return await openTestTable(path, model, { disk, progress });
  const own = isOwn ? { data: saved?.data.values, origins: saved?.data.origins } : {};
  const loaded = await loadDataset(source, {
    disk,
    cache,
    mnistMirror: undefined,
    ...own,
    progress,
  });
  return loaded.dataset;
}

async function openTestTable(
  path: string,
  { data, config }: OpenedModel,
  read: ReadOptions,
): Promise<Dataset> {
  const featureCount = sizeOf(config.model.inputShape);
  const samples = await openSamples(path, { data, featureCount }, read);
  if (data === undefined || data.preprocessing?.kind !== "table") {
    throw new OperatorError(sentence("model-without-targets", { path }));
  }
  const { target, preprocessing } = data;
  const features: number[] = [];
  const targets: number[] = [];
  for await (const batch of samples.batches()) {
    for (const sample of batch) {
      const known = targetsOf(sample.targets, target, samples.source.decimal);
      if (known === undefined) {
        const columns = preprocessing.targets;
        failAt(samples.source, sample.place, sentence("row-lacks-target", { columns }));
      }
      for (const value of sample.features) features.push(value);
      targets.push(...known);
    }
  }
  const { type, perSample } = targetForm(target);
  const test = {
    count: targets.length / perSample,
    features: Float32Array.from(features),
    targets: type.from(targets),
  };
  if (test.count === 0) throw new OperatorError(sentence("table-no-rows", { path }));
  const shape = { featureShape: data.features.shape, featureCount };
  return { name: basename(path), sha256: "", ...shape, target, train: test, test };
}

/** Where a file made from a model goes by default: beside it, named like its run and step. */
export function pathBeside({ path, folder, step }: OpenedModel, extension: string): string {
  const name = folder === undefined ? basename(path, ".safetensors") : `${folder.id}-step-${step}`;
  return join(folder?.path ?? dirname(path), name + extension);
}

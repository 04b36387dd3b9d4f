/** @file The dataset of a bench that trains in its own process. */
import { loadDataset } from "../../../coordinator/datasets/loaders.ts";
import { nodeDisk } from "../../../coordinator/storage/disk.ts";
import type { DataSettings } from "../../../shared/run/settings/data-settings.ts";
import { datasetArguments } from "./trainer.ts";

export type Loaded = Awaited<ReturnType<typeof loadDataset>>;

/** @param name - As for `--dataset`; MNIST by default, or the digits where it is absent. */
export async function loadForBench(
  name = datasetArguments[1] ?? "digits",
  data: DataSettings = {},
): Promise<Loaded> {
  return await loadDataset(name, {
    disk: nodeDisk,
    cache: undefined,
    mnistMirror: undefined,
    data,
    progress: () => {},
  });
}

/** @file A temporary folder of pictures, loaded as `images:`. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { loadDataset } from "../../../../../coordinator/datasets/loaders.ts";
import { nodeDisk } from "../../../../../coordinator/storage/disk.ts";
import type { Dataset } from "../../../../../shared/data/dataset.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import type { DataSettings } from "../../../../../shared/run/settings/data-settings.ts";
import { sayAtTerminal } from "../../../../../shared/words/sentence.ts";
import { png } from "./made-pictures.ts";

/** Contents by path within the folder. */
export type Files = Readonly<Record<string, Uint8Array>>;

export class ImageFolder {
  readonly path: string;
  /** What the last load said, with `DIR` for the folder. */
  notes: string[] = [];

  /** Beside the pictures, not among them. */
  get cache(): string {
    return `${this.path}-cache`;
  }

  static async create(): Promise<ImageFolder> {
    return new ImageFolder(await mkdtemp(join(tmpdir(), "promedio-images-")));
  }

  private constructor(path: string) {
    this.path = path;
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true });
    await rm(this.cache, { recursive: true, force: true });
  }

  async write(files: Files): Promise<void> {
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(this.path, name)), { recursive: true });
      await writeFile(join(this.path, name), bytes);
    }
  }

  /** Writes the files and loads the folder, or a place in it. */
  async load(files: Files, data: DataSettings = {}, place = this.path): Promise<Dataset> {
    await this.write(files);
    this.notes = [];
    const loaded = await loadDataset(`images:${place}`, {
      disk: nodeDisk,
      cache: this.cache,
      mnistMirror: undefined,
      data,
      progress: (said) => void this.notes.push(this.#shortened(sayAtTerminal(said))),
    });
    return loaded.dataset;
  }

  /** The one line with which a load is refused. */
  async refusal(files: Files, data: DataSettings = {}, place = this.path): Promise<string> {
    const error: unknown = await this.load(files, data, place).then(
      () => new Error("it was read"),
      (reason: unknown) => reason,
    );
    if (!(error instanceof OperatorError)) throw error;
    if (error.message.includes("\n")) throw new Error("more than one line");
    return this.#shortened(error.message);
  }

  #shortened(text: string): string {
    return text.replaceAll(this.path, "DIR");
  }
}

/** A grey picture of 3 × 2 whose first pixel tells it from others. */
export const grey = (first: number) =>
  png([
    [first, 50, 100],
    [150, 200, 250],
  ]);

/** 2 training and 2 test pictures of 2 classes. */
export const four = {
  "train/cat/a.png": grey(1),
  "train/dog/b.png": grey(2),
  "test/cat/c.png": grey(3),
  "test/dog/d.png": grey(4),
};

/** What tells one such dataset from another. */
export const plain = (dataset: Dataset) => ({
  names: dataset.target.names,
  shape: dataset.featureShape,
  train: [...dataset.train.features],
  trainTargets: [...dataset.train.targets],
  test: [...dataset.test.features],
});

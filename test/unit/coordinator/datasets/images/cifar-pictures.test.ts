/** CIFAR-10 as 60,000 JPEG files, of which a small part is read. Skipped where the archive is absent. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { loadDataset } from "../../../../../coordinator/datasets/loaders.ts";
import { nodeDisk } from "../../../../../coordinator/storage/disk.ts";
import { sayAtTerminal } from "../../../../../shared/words/sentence.ts";
import { maker } from "./made-pictures.ts";

const archive = new URL("../../../../../../shared/data/images/cifar10-jpeg.tar.xz", import.meta.url)
  .pathname;
const isThere = existsSync(archive) && (await maker()) !== undefined;
if (!existsSync(archive)) process.stdout.write(`skipped: ${archive} is not there\n`);

describe.skipIf(!isThere)("CIFAR-10 as pictures", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "promedio-cifar-"));
    const parts = ["train/*/000*.jpg", "test/*/0000.jpg"];
    await promisify(execFile)("tar", ["-xJf", archive, "-C", folder, "--wildcards", ...parts]);
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true }));

  test("10 classes of 10 training pictures and 1 test picture, 32 × 32 in colour", async () => {
    const notes: string[] = [];
    const { dataset } = await loadDataset(`images:${folder}`, {
      disk: nodeDisk,
      cache: undefined,
      mnistMirror: undefined,
      progress: (said) => void notes.push(sayAtTerminal(said)),
    });
    expect(dataset).toMatchObject({
      featureShape: [32, 32, 3],
      target: {
        names: "airplane automobile bird cat deer dog frog horse ship truck".split(" "),
      },
      train: { count: 100 },
      test: { count: 10, targets: Uint8Array.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) },
    });
    expect(notes).toEqual(["110 pictures of 32 × 32, in colour"]);
    // Photographs use the whole range.
    const values = new Set(dataset.train.features);
    expect([values.has(0), values.has(255), values.size > 250]).toEqual([true, true, true]);
  });
});

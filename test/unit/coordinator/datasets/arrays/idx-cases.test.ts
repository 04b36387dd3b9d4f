/** Every IDX folder that the collection of cases makes, where it and a Python with numpy are there. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { loadDataset } from "../../../../../coordinator/datasets/loaders.ts";
import { nodeDisk } from "../../../../../coordinator/storage/disk.ts";
import { OperatorError } from "../../../../../shared/operator-error.ts";
import { sayAtTerminal, type Sentence } from "../../../../../shared/words/sentence.ts";

const program = new URL("../../../../../../shared/cases/make-idx.py", import.meta.url).pathname;
const python = ["/usr/bin/python3", "python3"].find((path) => {
  return spawnSync(path, ["-c", "import numpy"]).status === 0;
});
const isThere = existsSync(program) && python !== undefined;
if (!isThere) process.stdout.write(`skipped: ${program}, or a Python with numpy, is not there\n`);

const line = (pattern: RegExp): unknown => expect.stringMatching(pattern);
const digits = { classes: 10, shape: [28, 28], notes: [] as unknown[] };
const cases: Readonly<Record<string, object>> = {
  plain: digits,
  emnistnames: { classes: 26, shape: [28, 28], notes: [line(/labels go from 1 to 26/u)] },
  from1: { ...digits, notes: [line(/labels go from 1 to 10/u)] },
  oneclass: {
    refusal: line(/^\S+: every label is 0; classification needs at least two classes[^\n]*$/u),
  },
  notsquare: { classes: 5, shape: [16, 25], notes: [] },
  rect20x30: { classes: 5, shape: [20, 30], notes: [] },
  rgb: { classes: 5, shape: [32, 32, 3], notes: [] },
  chw: { classes: 5, shape: [32, 32, 3], notes: [] },
  one: { classes: 2, shape: [1], notes: [] },
  tab4: { classes: 3, shape: [4], notes: [] },
  tab9: { classes: 3, shape: [9], notes: [] },
  c62: { classes: 62, shape: [28, 28], notes: [] },
  int32: { ...digits, notes: [line(/whole numbers from 0 to 189 are read as bytes/u)] },
  c300: { classes: 300, shape: [4, 4], notes: [] },
  gzname: digits,
  concat: digits,
  kaggle: digits,
  kagglesub: digits,
};

describe.skipIf(!isThere)("the cases of make-idx.py", () => {
  let parent = "";
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), "promedio-cases-"));
  });
  afterAll(() => rm(parent, { recursive: true }));

  /** A dataset in short, or the line with which it is refused. */
  async function load(name: string) {
    // The program adds to what is in the folder.
    const folder = await mkdtemp(join(parent, name));
    expect(spawnSync(python ?? "", [program, name, folder]).status).toBe(0);
    const notes: string[] = [];
    const progress = (said: Sentence) => void notes.push(sayAtTerminal(said));
    const options = { disk: nodeDisk, cache: undefined, mnistMirror: undefined, progress };
    try {
      const { dataset } = await loadDataset(`idx:${folder}`, options);
      const { sha256, target, featureShape: shape } = dataset;
      return { sha256, outcome: { classes: target.count, shape, notes } };
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      return { sha256: "", outcome: { refusal: error.message } };
    }
  }

  test.each(Object.entries(cases))("%s", async (name, wanted) => {
    expect((await load(name)).outcome).toEqual(wanted);
  });

  test("names, packing and type make no difference: 5 of them are the dataset of the plain one", async () => {
    const { sha256 } = await load("plain");
    for (const name of ["int32", "gzname", "concat", "kaggle", "kagglesub"]) {
      expect([name, (await load(name)).sha256]).toEqual([name, sha256]);
    }
  });
});

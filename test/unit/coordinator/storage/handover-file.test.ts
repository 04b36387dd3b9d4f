/** @file What one coordinator process hands over to the next, and what becomes of it on a disk that fails. */
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, test } from "vitest";

import type { Handover } from "../../../../coordinator/run/handover.ts";
import type { CoordinatorEvent } from "../../../../coordinator/run/view.ts";
import { nodeDisk } from "../../../../coordinator/storage/disk.ts";
import { readHandover, writeHandover } from "../../../../coordinator/storage/handover-file.ts";
import { HandoverKeeper } from "../../../../coordinator/storage/handover-keeper.ts";
import { RunFolder } from "../../../../coordinator/storage/run-folder.ts";
import { sayAtTerminal, sentence } from "../../../../shared/words/sentence.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const digest = "a".repeat(64);
const handover: Handover = {
  tokens: { salt: "0".repeat(32), join: [digest], admin: [digest, "b".repeat(64)] },
  workers: [
    {
      sessionDigest: digest,
      name: "ana",
      kind: "browser",
      agent: "Firefox",
      threads: 4,
      isBanned: true,
    },
  ],
  number: 3,
  records: [
    {
      number: 2,
      id: "earlier",
      title: sentence("run-finished"),
      phase: "failed",
      step: 7,
      totalSteps: 9,
      trainingSeconds: 1.5,
      score: null,
      fingerprint: digest,
      sameAs: null,
      disturbances: 1,
      curve: [[7, 1.5, 2.25, null]],
      config: testConfig({ layers: [12, 5, 3] }),
      epoch: { steps: 4, samples: 70 },
      evaluations: [{ step: 4, loss: 2.5, metrics: { accuracy: 0.5 } }],
    },
  ],
  log: [{ atMs: 12, event: { event: "warning", message: sentence("run-finished") } }],
  promedio: {
    step: 6,
    workers: ["ana"],
    samples: [0],
    rows: [
      {
        parameter: 5,
        name: sentence("bias-name", { layer: 1, neuron: 2 }),
        short: sentence("short-bias-name", { layer: 1, neuron: 2 }),
        gradients: [null],
        average: 1,
      },
    ],
  },
};

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "promedio-handover-"));
  path = join(folder, "handover.json");
});
afterEach(() => rm(folder, { recursive: true }));

describe("handover.json", () => {
  test("gives back what was written, to its owner alone", async () => {
    expect(await writeHandover(nodeDisk, path, handover)).toEqual({ ok: true });
    expect(await readHandover(nodeDisk, path)).toEqual({ found: true, handover });
    const { mode } = await stat(path);
    expect((mode & 0o077) === 0 || process.platform === "win32").toBe(true);
  });

  test("gives back the losses of a diverged run, which JSON cannot hold, as NaN", async () => {
    const [record] = handover.records;
    const records = [{ ...record!, curve: [[7, 1.5, Infinity, null] as const] }];
    await writeHandover(nodeDisk, path, { ...handover, records });
    const found = await readHandover(nodeDisk, path);
    expect(found.found && found.handover.records[0]?.curve).toEqual([[7, 1.5, Number.NaN, null]]);
  });

  test("without the names of its table, as an earlier version wrote it, admits everybody and shows no table", async () => {
    const [row] = handover.promedio!.rows;
    const rows = [{ parameter: row!.parameter, gradients: row!.gradients, average: row!.average }];
    const old = { ...handover, promedio: { step: 6, workers: ["ana"], rows } };
    await writeFile(path, JSON.stringify(old));
    const found = await readHandover(nodeDisk, path);
    expect(found).toEqual({ found: true, handover: { ...handover, promedio: null } });
  });

  test("is silently absent from a run of an earlier version", async () => {
    expect(await readHandover(nodeDisk, path)).toEqual({ found: false, reason: undefined });
  });

  test.each([
    ["no JSON", "{", /Expected property name|JSON/u],
    [
      "a field of another type",
      JSON.stringify({ ...handover, number: "3" }),
      /number is not valid/u,
    ],
    ["a field too many", JSON.stringify({ ...handover, more: 1 }), /is not valid/u],
    ["16 MB and one byte", " ".repeat(2 ** 24 + 1), /at most 16,777,216/u],
  ])("is passed over, in one line, when it is %s", async (_what, text, reason) => {
    await writeFile(path, text);
    const found = await readHandover(nodeDisk, path);
    const said = found.found || found.reason === undefined ? "" : sayAtTerminal(found.reason);
    expect(said).toMatch(reason);
    expect(said).toContain(`${path} can't be read`);
    expect(said).not.toContain("\n");
  });
});

/** A keeper with a clock that a test moves, over a folder that may refuse to be written. */
function openKeeper() {
  const events: CoordinatorEvent[] = [];
  let timers: (() => void)[] = [];
  let written = 0;
  let isFull = false;
  const disk: typeof nodeDisk = {
    ...nodeDisk,
    writeFile: async (to, bytes, mode) => {
      if (isFull) throw Object.assign(new Error("ENOSPC: no space"), { code: "ENOSPC" });
      await nodeDisk.writeFile(to, bytes, mode);
    },
    // The last part of a write: the folder may be removed after it.
    syncDirectory: async (place) => {
      await nodeDisk.syncDirectory(place);
      written += 1;
    },
  };
  const keeper = new HandoverKeeper({
    folder: () => new RunFolder(disk, folder),
    handover: () => handover,
    report: (event) => events.push(event),
    after(_delayMs, callback) {
      timers.push(callback);
      return () => (timers = timers.filter((other) => other !== callback));
    },
  });
  return {
    keeper,
    events,
    due: () => timers.length,
    writes: () => written,
    fill: (full: boolean) => (isFull = full),
    pass: () => {
      for (const callback of timers.splice(0)) callback();
    },
  };
}

describe("the keeper", () => {
  test("writes once for 100 changes within a pause", async () => {
    const { keeper, due, pass, writes } = openKeeper();
    for (let i = 0; i < 100; i++) keeper.changed();
    expect([due(), writes()]).toEqual([1, 0]);
    pass();
    await expect.poll(writes).toBe(1);
    expect(due()).toBe(0);
  });

  test("writes at once when it is told to, and has nothing left to write then", async () => {
    const { keeper, due, writes } = openKeeper();
    keeper.changed();
    await keeper.save();
    expect([due(), writes()]).toEqual([0, 1]);
  });

  test("warns once of a disk that is full, until it has worked again", async () => {
    const { keeper, events, fill } = openKeeper();
    fill(true);
    await keeper.save();
    await keeper.save();
    expect(events.map(({ event }) => event)).toEqual(["warning"]);
    fill(false);
    await keeper.save();
    fill(true);
    await keeper.save();
    expect(events.length).toBe(2);
  });
});

/** @file Liars are found, honest workers are never disconnected, and the fingerprint is right either way. */
import { describe, expect, test } from "vitest";

import { Audit } from "../../../../coordinator/audit/audit.ts";
import { openRound } from "../../../../coordinator/dispatch/round.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import { workersMax } from "../../../../shared/protocol/limits.ts";
import { Random } from "../../../../shared/random.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import { lies, oneUnitInTheLastPlace } from "../../../support/attacks/lies.ts";
import { cases } from "../../../support/fixtures/effort.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import {
  DirectRun,
  type DirectRunOptions,
  type Told,
} from "../../../support/trainers/direct-run.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";

const wasm = await loadKernelWasm();
const createKernel = () => instantiateKernel(wasm);
const dataset = tinyDataset();

function config(changes: Partial<RunConfig> = {}): RunConfig {
  const base = testConfig({ layers: [12, 5, 3], batchSize: 20, shardSize: 3 });
  return { ...base, epochs: 3, ...changes };
}

const localSearch = { name: "local-search", candidates: 6, sigma: 0.05 } as const;
const sequential = (changes: Partial<RunConfig> = {}) =>
  fingerprintOf(trainSequentially(config(changes), dataset).parameters);
const expected = sequential();

function start(options: Partial<DirectRunOptions>): DirectRun {
  return new DirectRun({ config: config(), dataset, createKernel, workers: 3, ...options });
}

function fingerprint(direct: DirectRun): string {
  return fingerprintOf(direct.store.parameters);
}

/** Only this worker lies, every time. */
function liar(id: string, lie: (result: Told) => Told) {
  return (workerId: string, result: Told): Told => (workerId === id ? lie(result) : result);
}

/** A lie that no rounding hides. */
function twice({ message, tensor }: Told): Told {
  const values = new Float32Array(tensor.slice().buffer).map((value) => 2 * value);
  return { message, tensor: new Uint8Array(values.buffer) };
}

/** Takes the newest job, so that the worker asked last answers first. */
const newestFirst = (count: number) => count - 1;

describe("honest workers", () => {
  test.each(["none", "sample", "quorum"] as const)(
    "1, 2, 3 and 5 of them under %s give the sequential trainer's bits, and none is disconnected",
    (audit) => {
      for (const workers of [1, 2, 3, 5]) {
        const direct = start({ audit, workers });
        expect(direct.finish().kind).toBe("finished");
        expect(direct.expelled).toEqual([]);
        expect(fingerprint(direct)).toBe(expected);
      }
    },
  );

  test.each(["sample", "quorum"] as const)("so do 3 under %s in a local search", (audit) => {
    const direct = start({ audit, config: config({ optimizer: localSearch }) });
    direct.finish();
    expect(direct.expelled).toEqual([]);
    expect(fingerprint(direct)).toBe(sequential({ optimizer: localSearch }));
  });

  test("a run that diverges under quorum ends with that reason, and nobody is blamed", () => {
    const direct = start({
      audit: "quorum",
      config: config({
        optimizer: { name: "sgd", learningRate: 1e38 },
        loss: { name: "mse", reduction: "mean" },
        model: denseModel({ widths: [12, 5, 3], activation: "linear", output: "linear" }),
      }),
    });
    expect(direct.finish()).toMatchObject({ kind: "failed" });
    expect(direct.expelled).toEqual([]);
  });
});

describe("quorum", () => {
  test("has every block computed by two workers", () => {
    const told = new Map<string, Set<string>>();
    const direct = start({
      audit: "quorum",
      tell: (workerId, result) => {
        const { type, step, block } = result.message;
        const key = `${type} ${step} ${block.join()}`;
        told.set(key, (told.get(key) ?? new Set()).add(workerId));
        return result;
      },
    });
    direct.finish();
    expect([...told.values()].map(({ size }) => size)).toEqual(Array(told.size).fill(2));
  });

  for (const [name, lie] of Object.entries(lies)) {
    test.each([
      ["oldest", undefined],
      ["newest", newestFirst],
    ] as const)(`finds ${name}, the %s answer first`, (_, choose) => {
      for (const workers of [2, 3, 5]) {
        const tell = liar("w2", lie);
        const direct = start({ audit: "quorum", workers, tell, ...(choose && { choose }) });
        direct.finish();
        expect(direct.expelled).toMatchObject([{ workerId: "w2" }]);
        expect(direct.expelled[0]!.reason).toMatch(
          /^block \[\d+, \d+\) of step 0 differs from the recomputed one$/u,
        );
        expect(fingerprint(direct)).toBe(expected);
      }
    });
  }

  test.each(["gradient", "evaluation"])("finds one lie in the first %s of epoch 1", (type) => {
    let hasLied = false;
    const direct = start({
      audit: "quorum",
      tell: (workerId, result) => {
        if (hasLied || workerId !== "w3" || result.message.type !== type) return result;
        hasLied = true;
        return oneUnitInTheLastPlace(result, 7);
      },
    });
    direct.finish();
    expect(hasLied).toBe(true);
    expect(direct.expelled).toMatchObject([{ workerId: "w3" }]);
    expect(fingerprint(direct)).toBe(expected);
  });

  test("finds a lie about a candidate's cost", () => {
    const optimizer = localSearch;
    const tell = liar("w1", oneUnitInTheLastPlace);
    const direct = start({ audit: "quorum", config: config({ optimizer }), tell });
    direct.finish();
    expect(direct.expelled).toMatchObject([{ workerId: "w1" }]);
    expect(fingerprint(direct)).toBe(sequential({ optimizer }));
  });

  test("a liar that is alone is found by the referee, and the run waits for others", () => {
    const tell = liar("w1", oneUnitInTheLastPlace);
    const direct = start({ audit: "quorum", workers: 1, tell });
    while (direct.work());
    expect(direct.expelled).toMatchObject([{ workerId: "w1" }]);
    expect(direct.run.step).toBe(0);
    expect(inEnglish(direct.run.waitingFor(0))).toBe("waiting for 1 more worker");
    direct.join("w2");
    direct.finish();
    expect(direct.expelled).toHaveLength(1);
    expect(fingerprint(direct)).toBe(expected);
  });

  test("a liar that answers first and leaves is named when the second answers", () => {
    const tell = liar("w1", oneUnitInTheLastPlace);
    const direct = start({ audit: "quorum", workers: 2, tell });
    direct.work();
    direct.leave("w1");
    direct.finish();
    expect(direct.expelled).toMatchObject([{ workerId: "w1" }]);
    expect(fingerprint(direct)).toBe(expected);
  });

  test("a second worker that leaves between the opinions is replaced by another, or by the referee", () => {
    for (const workers of [2, 3]) {
      const direct = start({ audit: "quorum", workers });
      direct.work();
      direct.leave("w2");
      direct.finish();
      expect(direct.expelled).toEqual([]);
      expect(fingerprint(direct)).toBe(expected);
    }
  });

  test("4 liars of 5 that never agree are all found, and the honest one finishes alone", () => {
    const direct = start({
      audit: "quorum",
      workers: 5,
      tell: (workerId, result) => {
        const number = Number(workerId.slice(1));
        return number === 3 ? result : oneUnitInTheLastPlace(result, number);
      },
    });
    direct.finish();
    const ids = direct.expelled.map(({ workerId }) => workerId);
    expect(ids.toSorted()).toEqual(["w1", "w2", "w4", "w5"]);
    expect(fingerprint(direct)).toBe(expected);
  });

  test("random orders, joins and leaves with liars among them disconnect no honest worker", () => {
    for (let seed = 0; seed < cases(60); seed++) {
      const random = new Random(seed);
      const liesOf = (workerId: string) => Number(workerId.slice(1)) % 3 === seed % 3;
      const direct = start({
        audit: "quorum",
        workers: 3,
        choose: (count) => random.below(count),
        tell: (workerId, result) => {
          const isLie = liesOf(workerId) && random.below(3) === 0;
          return isLie ? oneUnitInTheLastPlace(result, Number(workerId.slice(1))) : result;
        },
      });
      liveOn(direct, random, seed);
      expect(direct.expelled.every(({ workerId }) => liesOf(workerId))).toBe(true);
      expect(fingerprint(direct), `seed ${seed}`).toBe(expected);
    }
  });

  test("never lets two of one subnet confirm each other's lie while one of another subnet is connected, however late", () => {
    const direct = start({
      audit: "quorum",
      workers: 3,
      subnetOf: (workerId) => (workerId === "w3" ? "elsewhere" : "here"),
      // The honest worker does nothing until the others are gone.
      choose: (_, workerIds) => {
        const isAlone = workerIds.every((workerId) => workerId === "w3");
        if (isAlone && direct.expelled.length === 2) return 0;
        return workerIds.findIndex((workerId) => workerId !== "w3");
      },
      tell: (workerId, result) => (workerId === "w3" ? result : oneUnitInTheLastPlace(result)),
    });
    for (let waits = 0; direct.outcome === undefined;) {
      if (direct.work()) continue;
      direct.wait(60_000);
      expect(waits++).toBeLessThan(10);
    }
    expect(direct.expelled.map(({ workerId }) => workerId).toSorted()).toEqual(["w1", "w2"]);
    expect(fingerprint(direct)).toBe(expected);
  });
});

/** Works in any order while workers join and leave, until the run is over. */
function liveOn(direct: DirectRun, random: Random, seed: number): void {
  const present = new Set(["w1", "w2", "w3"]);
  let next = 4;
  let idle = 0;
  while (direct.outcome === undefined) {
    for (const { workerId } of direct.expelled) present.delete(workerId);
    const dice = random.below(10);
    if (present.size === 0 || (dice === 0 && present.size < 6)) {
      present.add(`w${next}`);
      direct.join(`w${next++}`);
    } else if (dice === 1) {
      const leaver = [...present][random.below(present.size)]!;
      present.delete(leaver);
      direct.leave(leaver);
    } else if (!direct.work() && ++idle > 1_000) throw new Error(`seed ${seed} hangs`);
  }
}

describe("sample", () => {
  test("finds a worker that lies from its first result on, before any of it is committed", () => {
    for (const lie of Object.values(lies)) {
      const direct = start({ audit: "sample", tell: liar("w2", lie) });
      direct.finish();
      expect(direct.expelled).toMatchObject([{ workerId: "w2" }]);
      expect(fingerprint(direct)).toBe(expected);
    }
  });

  test("computes a round again if an earlier lie of it may be in the sums", () => {
    // With batches of one shard per block: the 11th and later results are sometimes accepted, until one is drawn.
    let caught = 0;
    for (let auditSeed = 0; auditSeed < 20; auditSeed++) {
      let count = 0;
      const direct = start({
        audit: "sample",
        auditSeed,
        workers: 2,
        config: config({ epochs: 30 }),
        tell: (workerId, result) =>
          workerId === "w2" && ++count > 10 ? oneUnitInTheLastPlace(result) : result,
      });
      direct.finish();
      expect(direct.expelled.every(({ workerId }) => workerId === "w2")).toBe(true);
      caught += direct.expelled.length;
    }
    // About 110 more results each: the probability of getting away with all of them is 0.1 %.
    expect(caught).toBeGreaterThanOrEqual(19);
  });

  test("leaves no trace of an accepted lie in the round in which a later one is found", () => {
    // Ten shards for two workers: the second one's share is two blocks of the tree.
    const changes = { shardSize: 2 };
    let shown = 0;
    for (let auditSeed = 0; auditSeed < 200 && shown < 3; auditSeed++) {
      let count = 0;
      const steps = new Set<number>();
      let told = 0;
      const direct = start({
        audit: "sample",
        auditSeed,
        workers: 2,
        config: config(changes),
        tell(workerId, result) {
          if (workerId !== "w2" || ++count <= 10 || result.message.type !== "gradient")
            return result;
          steps.add(result.message.step);
          told += 1;
          return twice(result);
        },
      });
      while (direct.outcome === undefined && steps.size < 2) direct.work();
      // Several lies in one round, of which only the last was found: the others were in its sums.
      if (steps.size !== 1 || told < 2) continue;
      shown += 1;
      expect(fingerprint(direct)).toBe(sequential(changes));
    }
    expect(shown).toBe(3);
  });

  test("recomputes the first 10 results, then each with probability 1/n, at least 2 %: measured on 4,000 workers", () => {
    const drawn = new Float64Array(101);
    const { examine, recomputed } = auditOfOneBlock();
    const workers = 4_000;
    for (let worker = 0; worker < workers; worker++) {
      for (let n = 1; n <= 100; n++) {
        const before = recomputed();
        if (examine(`w${worker}`) !== undefined) throw new Error("nobody lies here");
        drawn[n]! += recomputed() - before;
      }
    }
    for (let n = 1; n <= 10; n++) expect(drawn[n]).toBe(workers);
    for (let n = 11; n <= 100; n++) {
      const probability = Math.max(1 / n, 0.02);
      const deviation = Math.sqrt(workers * probability * (1 - probability));
      // 4.5 standard deviations: with a correct schedule, one in 150,000 draws is outside.
      expect(Math.abs(drawn[n]! - workers * probability)).toBeLessThan(4.5 * deviation);
    }
  });

  test("recomputes nothing of a worker in the coordinator's own process", () => {
    const { examine, recomputed } = auditOfOneBlock();
    for (let n = 1; n <= 100; n++) examine("inside", true);
    expect(recomputed()).toBe(0);
    examine("outside");
    expect(recomputed()).toBe(1);
  });

  test(`remembers ${2 * workersMax} workers; after one more, the one unheard of for longest counts as new again`, () => {
    const { examine, recomputed } = auditOfOneBlock();
    const drawnOf = (workerId: string) => {
      const before = recomputed();
      for (let n = 0; n < 10; n++) examine(workerId);
      return recomputed() - before;
    };
    const drawn = [2 * workersMax - 1, 2 * workersMax].map((others) => {
      for (let n = 0; n < 1_000; n++) examine("old hand");
      for (let i = 0; i < others; i++) examine(`${others} ${i}`);
      return drawnOf("old hand");
    });
    expect(drawn[0]).toBeLessThan(5);
    expect(drawn[1]).toBe(10);
  });
});

/** An audit by samples of a block that everybody answers truthfully, and how often it was recomputed. */
function auditOfOneBlock() {
  let recomputed = 0;
  const values = new Uint8Array(4);
  const referee = {
    prepare: () => undefined,
    compute: () => {
      recomputed += 1;
      return { lossSum: 0, correct: 0, values };
    },
  };
  const audit = new Audit({ policy: "sample", referee, random: new Random(7) });
  const identity = { kind: "gradient", step: 0, leafCount: 1, openedMs: 0 } as const;
  const round = openRound({ ...identity, tensor: new Uint8Array(4) });
  audit.begin(round);
  const block = { start: 0, end: 1 };
  const answer = { block, samples: 1, values: new Uint8Array(4), lossSum: 0, correct: 0 };
  const examine = (id: string, isInside = false) =>
    audit.examine(round, { id, isInside }, answer, () => true);
  return { examine, recomputed: () => recomputed };
}

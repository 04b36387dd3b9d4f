/**
 * @file A late block is also given to another worker. The first answer counts. The second one is dropped, but it is
 * compared first: two different results of one unit can't both be true.
 */
import assert from "node:assert/strict";

import { describe, expect, test } from "vitest";

import type { AuditPolicy } from "../../../../coordinator/audit/audit-policy.ts";
import { Referee } from "../../../../coordinator/audit/referee.ts";
import { SpeedEstimate } from "../../../../coordinator/dispatch/speed.ts";
import { createRun, createStore } from "../../../../coordinator/run/create-run.ts";
import type { TrainingRun } from "../../../../coordinator/run/training-run.ts";
import { known } from "../../../../shared/assert.ts";
import { createEngine } from "../../../../shared/engine/engine.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import type { WorkMessage } from "../../../../shared/protocol/messages.ts";
import { answerFor, blockOf, isWork, kindAsked } from "../../../../shared/protocol/rounds.ts";
import { sayAtTerminal } from "../../../../shared/words/sentence.ts";
import { floatsOf } from "../../../support/fixtures/kernel-twins.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";

const dataset = tinyDataset();
// Two leaves per batch: one per worker.
const config = testConfig({ layers: [12, 5, 3], batchSize: 20, shardSize: 10, epochs: 9 });

interface Job {
  readonly workerId: string;
  readonly header: WorkMessage;
  readonly tensor: Uint8Array;
}

/** Two workers, of which the second answers only on request. */
class Stage {
  readonly run: TrainingRun;
  readonly doubts: string[] = [];
  readonly expelled: string[] = [];
  /** How often the referee was asked. */
  recomputed = 0;
  nowMs = 0;
  #jobs: Job[] = [];
  readonly #engine = createEngine({ kernel: createPlainKernel(), config, dataset });

  constructor(policy: AuditPolicy) {
    const kernel = createPlainKernel();
    const store = createStore({ kernel, config, dataset });
    const referee = new Referee({ kernel, config, dataset });
    const counted = {
      prepare: () => referee.prepare(),
      compute: (...given: Parameters<Referee["compute"]>) => {
        this.recomputed += 1;
        return referee.compute(...given);
      },
    };
    this.run = createRun({
      id: "run",
      store,
      dataset,
      minWorkers: 2,
      audit: { policy, seeds: [1] },
      referee: counted,
      workers: {
        send: (workerId, header, tensor) => {
          if (!isWork(header)) return true;
          this.#jobs.push({ workerId, header, tensor });
          return true;
        },
        expel: (workerId) => void this.expelled.push(workerId),
      },
      output: {
        wantsSnapshot: () => false,
        save: () => undefined,
        report: () => undefined,
        end: () => undefined,
      },
    });
    for (const id of ["ana", "bea"]) {
      this.run.workerReady({ id, name: id, subnet: id, speed: new SpeedEstimate(1000) }, 0);
    }
  }

  hasWork(workerId: string): boolean {
    return this.#jobs.some((job) => job.workerId === workerId);
  }

  /** The oldest job of a worker. */
  take(workerId: string): Job {
    const job = known(
      this.#jobs.find((each) => each.workerId === workerId),
      "it has something to do",
    );
    this.#jobs = this.#jobs.filter((each) => each !== job);
    return job;
  }

  /** @param from - The first of its blocks about which it lies. */
  answer({ workerId, header, tensor }: Job, lie = 0, from = 0): string {
    const { run, step, blocks } = header;
    const kind = kindAsked(header);
    this.#engine.setParameters(tensor);
    const outcomes = blocks.map(blockOf).map((block, index) => {
      const result = this.#engine.compute({ kind, step, block });
      const told = floatsOf(result.values);
      if (index >= from) told[0] = (told[0] ?? 0) + lie;
      const message = answerFor({ run, kind, step, block, computeMs: 1 }, result);
      const bytes = new Uint8Array(told.buffer);
      const outcome = this.run.result(workerId, message, bytes, this.nowMs);
      if ("doubt" in outcome && outcome.doubt !== undefined)
        this.doubts.push(sayAtTerminal(outcome.doubt));
      return outcome.kind;
    });
    return outcomes.join();
  }

  /** Both answer everything for this many steps. @returns How many blocks that were. */
  train(steps: number): number {
    const end = this.run.step + steps;
    let blocks = 0;
    while (this.run.step < end) {
      const job = known(this.#jobs.shift(), "somebody has something to do");
      this.nowMs += 1;
      this.answer(job);
      blocks += job.header.blocks.length;
    }
    return blocks;
  }

  /** Bea is late with her block, so Ana gets it too. */
  letBeaBeLate(): { readonly late: Job; readonly backup: Job } {
    const late = this.take("bea");
    this.answer(this.take("ana"));
    this.nowMs += 60_000;
    this.run.tick(this.nowMs);
    const backup = this.take("ana");
    assert.deepEqual(backup.header.blocks, late.header.blocks);
    return { late, backup };
  }
}

/** Bea says nothing, so Ana and the referee compute everything until the step is over. */
function withoutBea(): { readonly stage: Stage; readonly late: Job } {
  const stage = new Stage("quorum");
  const late = stage.take("bea");
  for (let tries = 0; stage.run.step === 0 && tries < 10; tries++) {
    while (stage.run.step === 0 && stage.hasWork("ana")) stage.answer(stage.take("ana"));
    stage.nowMs += 60_000;
    stage.run.tick(stage.nowMs);
  }
  expect(stage.run.step).toBe(1);
  return { stage, late };
}

describe("a late duplicate", () => {
  test("that is equal and arrives after its round is dropped silently", () => {
    const stage = new Stage("none");
    const { late, backup } = stage.letBeaBeLate();
    expect(stage.answer(backup)).toBe("counted");
    expect([stage.run.step, stage.answer(late)]).toEqual([1, "stale"]);
    expect(stage.doubts).toEqual([]);
  });

  test("that differs after its round is dropped, and both are named", () => {
    const stage = new Stage("none");
    const { late, backup } = stage.letBeaBeLate();
    stage.answer(backup);
    expect(stage.answer(late, 1e-3)).toBe("stale");
    expect(stage.doubts).toEqual([
      expect.stringMatching(
        /^ana and bea sent different results for block \[[01], [12]\) of step 0: /u,
      ),
    ]);
  });

  test("that differs under sample causes the next results of both to be recomputed", () => {
    const stage = new Stage("sample");
    // The first ten results of each are recomputed, then about one in fifty.
    stage.train(16);
    const { late, backup } = stage.letBeaBeLate();
    stage.answer(backup);
    const before = stage.recomputed;
    stage.answer(late, 1e-3);
    expect(stage.doubts).toHaveLength(1);
    const blocks = stage.train(4);
    expect(stage.recomputed - before).toBe(blocks);
  });

  test("that differs under quorum after its round expels its worker, as the answer that counted was confirmed", () => {
    const { stage, late } = withoutBea();
    expect(stage.answer(late, 1e-3)).toBe("mismatch,stale");
    expect(stage.expelled).toEqual(["bea"]);
  });

  test("that differs under quorum expels its worker even if its first late answer was right", () => {
    const { stage, late } = withoutBea();
    expect(stage.answer(late, 1e-3, 1)).toBe("stale,mismatch");
    expect(stage.expelled).toEqual(["bea"]);
  });

  test("that is equal under quorum after its round is dropped silently", () => {
    const { stage, late } = withoutBea();
    expect(stage.answer(late)).toBe("stale,stale");
    expect([stage.expelled, stage.doubts]).toEqual([[], []]);
  });
});

/**
 * @file How many workers a round uses on a link that they share, with the real plans, estimates and bytes of a run, on a
 * computed link: never slower than 0.9 times the best fixed number.
 */
import { expect, test } from "vitest";

import type { Share } from "../../../../coordinator/dispatch/assignment.ts";
import { Crew } from "../../../../coordinator/dispatch/crew.ts";
import { RoundWidths } from "../../../../coordinator/dispatch/round-widths.ts";
import { openRound } from "../../../../coordinator/dispatch/round.ts";
import { SpeedEstimate } from "../../../../coordinator/dispatch/speed.ts";
import { known } from "../../../../shared/assert.ts";
import { Random } from "../../../../shared/random.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import {
  layoutOfPoint,
  layoutOfResult,
  type ModelSizes,
  modelSizes,
  type RoundKind,
  roundKinds,
  trainingKind,
} from "../../../../shared/run/kinds.ts";
import { planRun } from "../../../../shared/run/plan.ts";
import type { Block } from "../../../../shared/run/tree.ts";
import { tensorBytes, type WireName } from "../../../../shared/run/wire.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { type LinkedShare, roundOn } from "../../../support/links/shared-link.ts";

const megabit = 125;
/** Rounds until the estimate has settled, and of the measurement. */
const settling = 150;
const measured = 100;
const fixedRounds = 20;
const connectedMost = 8;
const connected = [1, 2, 4, connectedMost];
const partMin = 0.9;
/** Either way, of each computation. */
const noise = 0.1;
/** With the headers of a message and of its packets. */
const sentBytes = (bytes: number) => 60 + bytes * 1.04;

interface Place {
  readonly megabits: number;
  readonly wire: WireName;
  /** Batches of an exchange; 1 is a run without local steps. */
  readonly batches: number;
  /** Connected. */
  readonly workers: number;
  /** Microseconds of a sample. */
  readonly sampleUs: number;
  /** All workers' together; `Infinity` if each has its own. */
  readonly cores: number;
}

function configOf({ wire, batches }: Omit<Place, "workers">): RunConfig {
  const localSteps =
    batches === 1 ? null : { steps: batches, replicas: 8, outerLearningRate: 1, outerMomentum: 0 };
  const decay = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const optimizer = { name: "adam", learningRate: 0.01, ...decay } as const;
  return testConfig({ wire, localSteps, shardSize: 8, optimizer });
}

/** A run's rounds on a link: plans, bytes and estimates are those of the program. */
class LinkedRun {
  readonly #config: RunConfig;
  readonly #kind: RoundKind;
  readonly #leafCount: number;
  readonly #tensor: Uint8Array;
  readonly #sizes: ModelSizes;
  readonly #place: Place;
  readonly #crew = new Crew();
  readonly #widths: RoundWidths;
  readonly #random = new Random(7);
  readonly #samplesOf: (block: Block) => number;
  #nowMs = 0;

  constructor(place: Place) {
    const config = configOf(place);
    const plan = planRun(config, { trainCount: 64 * place.batches * 8, testCount: 64 });
    this.#config = config;
    this.#place = place;
    this.#kind = trainingKind(config);
    const { leafCount, samplesOf } = roundKinds[this.#kind];
    this.#leafCount = leafCount(0, config, plan);
    this.#samplesOf = (block) => samplesOf(block, 0, config, plan);
    this.#sizes = modelSizes(config);
    this.#tensor = new Uint8Array(tensorBytes(layoutOfPoint(this.#kind, config, this.#sizes)));
    this.#widths = new RoundWidths(config);
    for (let i = 0; i < place.workers; i++) {
      const speed = new SpeedEstimate(1e6 / place.sampleUs);
      this.#crew.add({ id: `w${i}`, name: `w${i}`, subnet: "", speed });
    }
  }

  /** @param isFixed - Whether all workers are used. @returns Milliseconds of a round, on average. */
  roundMs(rounds: number, isFixed: boolean): number {
    const sinceMs = this.#nowMs;
    for (let i = 0; i < rounds; i++) {
      this.#round(isFixed ? new RoundWidths(this.#config) : this.#widths);
    }
    return (this.#nowMs - sinceMs) / rounds;
  }

  #round(widths: RoundWidths): void {
    const openedMs = this.#nowMs;
    const [kind, leafCount, tensor] = [this.#kind, this.#leafCount, this.#tensor];
    const round = openRound({ kind, step: 0, leafCount, tensor, openedMs });
    const workers = this.#crew.available();
    const leafSamples = this.#samplesOf({ start: 0, end: 1 });
    const { shares } = widths.plan(
      round,
      { workers, leafSamples, isTwice: false, isShown: false },
      openedMs,
    );
    const { megabits, cores } = this.#place;
    const link = { bytesPerMs: megabits * megabit, latencyMs: 0.5, cores };
    const times = roundOn(
      link,
      shares.map((share) => this.#linked(share)),
    );
    this.#nowMs += Math.max(...times.map(({ elapsedMs }) => elapsedMs));
    for (const [i, { workerId, blocks }] of shares.entries()) {
      const samples = blocks.reduce((sum, block) => sum + this.#samplesOf(block), 0);
      const time = known(times[i], "a share");
      round.holdings.assign(workerId, blocks, samples, openedMs);
      for (const block of blocks) {
        round.holdings.answer(workerId, block, time.computeMs / blocks.length);
      }
      this.#crew.get(workerId)?.speed.observe({ ...time, samples });
    }
    widths.close(round, this.#nowMs);
    if (widths.isNarrow(round)) return;

    for (const { id, speed } of workers) {
      if (!round.holdings.byWorker.has(id)) speed.rest(this.#nowMs - openedMs, leafSamples);
    }
  }

  #linked({ blocks }: Share): LinkedShare {
    const config = this.#config;
    return {
      askBytes: sentBytes(this.#tensor.length),
      blocks: blocks.map((block) => {
        const layout = layoutOfResult(this.#kind, block, config, this.#sizes);
        const noisy = 1 + noise * (2 * this.#random.uniform() - 1);
        return {
          computeMs: (this.#samplesOf(block) * this.#place.sampleUs * noisy) / 1000,
          answerBytes: sentBytes(tensorBytes(layout)),
        };
      }),
    };
  }
}

/** Milliseconds of a round of 1, 2 … 8 workers, which all take part. */
function fixedMs(link: Omit<Place, "workers">): number[] {
  return Array.from({ length: connectedMost }, (_, i) =>
    new LinkedRun({ ...link, workers: i + 1 }).roundMs(fixedRounds, true),
  );
}

const links = [10, 30, 100].flatMap((megabits) =>
  (["float32", "float16"] as const).flatMap((wire) =>
    [1, 10, 50, 100].flatMap((batches) =>
      [1, 30].flatMap((sampleUs) =>
        [2, Infinity].map((cores) => ({ megabits, wire, batches, sampleUs, cores })),
      ),
    ),
  ),
);

test(`runs of 1, 2, 4 and 8 workers on ${links.length} links have at least ${partMin} times the speed of the best fixed number of workers`, () => {
  const slow = links.flatMap((link) => {
    const fixed = fixedMs(link);
    return connected.flatMap((workers) => {
      const run = new LinkedRun({ ...link, workers });
      run.roundMs(settling, false);
      const part = Math.min(...fixed.slice(0, workers)) / run.roundMs(measured, false);
      return part < partMin ? [{ ...link, workers, part }] : [];
    });
  });
  expect(slow).toEqual([]);
});

/**
 * @file Assignment with a straggler among four workers, in virtual time: each worker is a machine whose socket and
 * computing are delays. The tests measure the cost of waiting, beyond the machines' own speed.
 */
import { describe, expect, test } from "vitest";

import type { CrewWorker } from "../../../../coordinator/dispatch/crew.ts";
import { Dispatch } from "../../../../coordinator/dispatch/dispatch.ts";
import { closed, openRound, type OpenRound } from "../../../../coordinator/dispatch/round.ts";
import { SpeedEstimate } from "../../../../coordinator/dispatch/speed.ts";
import { known } from "../../../../shared/assert.ts";
import { blocksPerWorkMax } from "../../../../shared/protocol/limits.ts";
import type { ResultMessage } from "../../../../shared/protocol/messages.ts";
import type { Block } from "../../../../shared/run/tree.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

const leafCount = 64;
const shardSize = 32;
const config = testConfig({ batchSize: leafCount * shardSize, shardSize, epochs: 1e6 });
const plan = {
  trainCount: 2048,
  validationCount: 0,
  testCount: 32,
  stepsPerEpoch: 1,
  totalSteps: 1e6,
};
/** Per leaf, for each healthy worker: 64 leaves on four workers take 16 ms. */
const leafMs = 1;
const latencyMs = 0.2;
const tickMs = 10;

/** Four machines and the time. */
class Room {
  nowMs = 0;
  rounds = 0;
  /** Slowness of "d" relative to a healthy worker. */
  slowness = 1;
  /** Until then, "d" is stopped. */
  stoppedUntilMs = 0;
  /** Total samples given to "d". */
  givenToStraggler = 0;
  readonly #dispatch: Dispatch;
  #round: OpenRound | undefined;
  #isDone = new Set<number>();
  #jobs = new Map<string, { step: number; blocks: Block[]; endMs: number }>();

  constructor() {
    this.#dispatch = new Dispatch({
      run: "r",
      config,
      plan,
      isTwice: false,
      isKnown: ({ start }) => this.#isDone.has(start),
      send: (workerId, header) => {
        if (header.type !== "work") throw new Error(`${header.type} was sent`);
        this.#take(workerId, header.step, header.blocks);
        return true;
      },
    });
    for (const id of ["a", "b", "c", "d"]) {
      const speed = new SpeedEstimate(shardSize * 1_000);
      this.#dispatch.crew.add({ id, name: id, subnet: "", speed });
    }
  }

  get isStragglerLate(): boolean {
    return this.#worker("d").late;
  }

  runUntil(endMs: number): void {
    this.#openIfNone();
    let nextTickMs = this.nowMs + tickMs;
    while (this.nowMs < endMs) {
      const next = this.#nextAnswer();
      if (next !== undefined && next.atMs <= nextTickMs) {
        this.nowMs = Math.max(this.nowMs, next.atMs);
        this.#answer(next.workerId);
      } else {
        this.nowMs = nextTickMs;
        nextTickMs += tickMs;
        this.#dispatch.tick(known(this.#round, "an open round"), this.nowMs);
      }
    }
  }

  /** A worker drops its work for an older step, like the real one. */
  #take(workerId: string, step: number, pairs: readonly (readonly [number, number])[]): void {
    const blocks = pairs.map(([start, end]) => ({ start, end }));
    const job = this.#jobs.get(workerId);
    const queued = job?.step === step ? job.blocks : [];
    const beginMs = queued.length > 0 ? known(job, "a job").endMs : this.nowMs + latencyMs;
    const first = known(queued[0] ?? blocks[0], "a block");
    const endMs = queued.length > 0 ? beginMs : beginMs + this.#costMs(workerId, first);
    this.#jobs.set(workerId, { step, blocks: [...queued, ...blocks], endMs });
    if (workerId !== "d") return;
    for (const { start, end } of blocks) this.givenToStraggler += (end - start) * shardSize;
  }

  #costMs(workerId: string, { start, end }: Block): number {
    return (end - start) * leafMs * (workerId === "d" ? this.slowness : 1);
  }

  #nextAnswer(): { workerId: string; atMs: number } | undefined {
    let next: { workerId: string; atMs: number } | undefined;
    for (const [workerId, { endMs }] of this.#jobs) {
      const atMs = workerId === "d" ? Math.max(endMs, this.stoppedUntilMs) : endMs;
      if (next === undefined || atMs < next.atMs) next = { workerId, atMs };
    }
    return next;
  }

  #answer(workerId: string): void {
    const { step, blocks, endMs } = known(this.#jobs.get(workerId), "a job");
    const [block, ...rest] = blocks;
    const { start, end } = known(block, "a block");
    const computeMs = this.#costMs(workerId, { start, end });
    if (rest.length === 0) this.#jobs.delete(workerId);
    else {
      const nextMs = Math.max(endMs, this.nowMs) + this.#costMs(workerId, known(rest[0], "one"));
      this.#jobs.set(workerId, { step, blocks: rest, endMs: nextMs });
    }
    this.#receive(workerId, {
      type: "gradient",
      run: "r",
      step,
      block: [start, end],
      computeMs,
      lossSum: 0,
      correct: 0,
    });
  }

  /** The part of `TrainingRun.result` that matters here. */
  #receive(workerId: string, message: ResultMessage): void {
    const worker = this.#worker(workerId);
    const round = known(this.#round, "an open round");
    if (message.step !== round.step) {
      this.#dispatch.overtaken(worker, message, this.nowMs);
      this.#dispatch.reassign(round, this.nowMs);
      return;
    }
    const [start, end] = message.block;
    const answered = { block: { start, end }, computeMs: message.computeMs };
    const offence = this.#dispatch.answered(round, worker, answered, this.nowMs);
    if (offence !== undefined) throw new Error(`${workerId}: ${offence.reason.code}`);
    for (let leaf = start; leaf < end; leaf++) this.#isDone.add(leaf);
    if (this.#isDone.size < leafCount) return;
    this.rounds += 1;
    this.#round = undefined;
    this.#dispatch.close(closed(round), this.nowMs);
    this.#openIfNone();
  }

  #openIfNone(): void {
    if (this.#round !== undefined) return;
    this.#isDone = new Set();
    this.#round = gradientRound(this.rounds, this.nowMs);
    this.#dispatch.handOutAll(this.#round, this.nowMs);
  }

  #worker(id: string): CrewWorker {
    return known(this.#dispatch.crew.get(id), id);
  }
}

function gradientRound(step: number, nowMs: number, leaves = leafCount): OpenRound {
  const tensor = new Uint8Array(0);
  return openRound({ kind: "gradient", step, leafCount: leaves, openedMs: nowMs, tensor });
}

/** Rounds in the next so many seconds. */
function roundsIn(room: Room, seconds: number): number {
  const before = room.rounds;
  room.runUntil(room.nowMs + 1_000 * seconds);
  return room.rounds - before;
}

describe("a run that people watch step by step", () => {
  test.each([true, false])("gives a leaf to each of 5 workers, however slow: %s", (isShown) => {
    const taken = new Set<string>();
    const dispatch = new Dispatch({
      run: "r",
      config,
      plan,
      isTwice: false,
      isShown: () => isShown,
      isKnown: () => false,
      send: (workerId) => {
        taken.add(workerId);
        return true;
      },
    });
    for (const [i, elapsedMs] of [3, 4, 300, 900, 2_500].entries()) {
      const speed = new SpeedEstimate(shardSize * 1_000);
      speed.observe({ elapsedMs, computeMs: 1, samples: shardSize });
      dispatch.crew.add({ id: `${i}`, name: `${i}`, subnet: "", speed });
    }
    dispatch.handOutAll(gradientRound(0, 0, 5), 0);
    expect(taken.size).toBe(isShown ? 5 : 2);
  });
});

describe("a crowd that joins, claims to be a million times as fast, takes and leaves", () => {
  test("gets part of the first round, and nothing of what it leaves behind", () => {
    const taken = new Map<string, Block[]>();
    const dispatch = new Dispatch({
      run: "r",
      config,
      plan,
      isTwice: false,
      isKnown: () => false,
      send: (workerId, header) => {
        if (header.type !== "work") throw new Error(`${header.type} was sent`);
        const blocks = header.blocks.map(([start, end]) => ({ start, end }));
        taken.set(workerId, [...(taken.get(workerId) ?? []), ...blocks]);
        return true;
      },
    });
    const honest = new SpeedEstimate(shardSize * 1_000);
    honest.observe({ elapsedMs: 17, computeMs: 16, samples: 16 * shardSize });
    dispatch.crew.add({ id: "honest", name: "honest", subnet: "", speed: honest });
    const join = (id: string) => {
      const speed = new SpeedEstimate(shardSize * 1e9);
      dispatch.crew.add({ id, name: id, subnet: "", speed });
    };
    for (let i = 0; i < 10; i++) join(`early ${i}`);
    const round = gradientRound(0, 0);
    dispatch.handOutAll(round, 0);
    expect(leavesOf(taken.get("honest"))).toBeGreaterThan(leafCount / 20);
    for (let i = 0; i < 10; i++) {
      join(`late ${i}`);
      dispatch.crew.remove(`early ${i}`);
      round.holdings.release(`early ${i}`);
      dispatch.reassign(round, i);
    }
    expect([...taken.keys()].filter((id) => id.startsWith("late"))).toEqual([]);
    expect(leavesOf(taken.get("honest"))).toBe(leafCount);
  });
});

test(`${2 * blocksPerWorkMax - 28} blocks for one worker go out as one message of ${blocksPerWorkMax} and one of the rest`, () => {
  const sizes: number[] = [];
  const blocks = 2 * blocksPerWorkMax - 28;
  const dispatch = new Dispatch({
    run: "r",
    config: testConfig({ batchSize: 2 * blocks, shardSize: 1 }),
    plan: { ...plan, trainCount: 2 * blocks },
    isTwice: false,
    // Every other leaf is known: no two missing leaves are siblings.
    isKnown: ({ start }) => start % 2 === 1,
    send: (_, header) => sizes.push("blocks" in header ? header.blocks.length : 0) > 0,
  });
  const speed = new SpeedEstimate(shardSize * 1_000);
  dispatch.crew.add({ id: "a", name: "a", subnet: "", speed });
  dispatch.reassign(gradientRound(0, 0, 2 * blocks), 0);
  expect(sizes).toEqual([blocksPerWorkMax, blocks - blocksPerWorkMax]);
});

function leavesOf(blocks: readonly Block[] = []): number {
  return blocks.reduce((sum, { start, end }) => sum + end - start, 0);
}

describe("4 workers", () => {
  test("do 60 rounds of 16 ms per second if all are healthy", () => {
    expect(roundsIn(new Room(), 5) / 5).toBeGreaterThan(60);
  });

  test("of which one is stopped for 5 s: 5 % below what 3 can do at most, and all four afterwards", () => {
    const room = new Room();
    const healthy = roundsIn(room, 5);
    room.stoppedUntilMs = room.nowMs + 5_000;
    const stopped = roundsIn(room, 5);
    expect(stopped).toBeGreaterThan(0.95 * (3 / 4) * healthy);
    roundsIn(room, 1);
    expect(roundsIn(room, 5)).toBeGreaterThan(0.97 * healthy);
  });

  test("of which one becomes 10 times slower: 15 % below what 3.1 can do in the first second, then 5 % at most", () => {
    const room = new Room();
    const healthy = roundsIn(room, 5) / 5;
    room.slowness = 10;
    expect(roundsIn(room, 1)).toBeGreaterThan(0.85 * (3.1 / 4) * healthy);
    expect(roundsIn(room, 5) / 5).toBeGreaterThan(0.95 * (3.1 / 4) * healthy);
    room.slowness = 1;
    roundsIn(room, 1);
    expect(roundsIn(room, 5) / 5).toBeGreaterThan(0.97 * healthy);
  });

  test("of which one is slow and late gets less, and is not left out: a tenth of another's share", () => {
    const room = new Room();
    room.slowness = 10;
    roundsIn(room, 3);
    room.givenToStraggler = 0;
    const rounds = roundsIn(room, 10);
    const part = room.givenToStraggler / (rounds * leafCount * shardSize);
    expect(part).toBeGreaterThan(0.5 * (0.1 / 3.1));
    expect(part).toBeLessThan(1.5 * (0.1 / 3.1));
    expect(room.isStragglerLate).toBe(false);
  });
});

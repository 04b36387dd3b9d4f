/**
 * @file Results that no honest worker sends: each is refused without touching a sum, its block goes to another
 * worker, and a worker that continues is disconnected. The run still has the bits of the sequential trainer.
 */
import { describe, expect, test } from "vitest";

import type { SpeedEstimate } from "../../../../coordinator/dispatch/speed.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { known } from "../../../../shared/assert.ts";
import { closeStatus } from "../../../../shared/protocol/errors.ts";
import { refusalLines } from "../../../../shared/protocol/limits.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { quoted, sentence } from "../../../../shared/words/sentence.ts";
import {
  wrongByteResults,
  wrongHalfResults,
  wrongResults,
} from "../../../../test/support/attacks/message-attacks.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import {
  type Answer,
  expectedFingerprint,
  type Peer,
  Stage,
  stageConfig,
} from "../run/stage-fixture.ts";

const config = stageConfig(3);
const expected = expectedFingerprint(config);
const halfConfig = { ...config, wire: "float16" } as const;
const byteConfig = { ...config, wire: "int8" } as const;
const wrongInAllForms = [
  ...wrongResults.map((attack) => ({ ...attack, of: config })),
  ...wrongHalfResults.map((attack) => ({ ...attack, of: halfConfig })),
  ...wrongByteResults.map((attack) => ({ ...attack, of: byteConfig })),
];

/** A coordinator, an honest worker and one that will not be. */
function createStage(of: RunConfig = config) {
  const stage = new Stage({ config: of, minWorkers: 2 });
  const { run, store } = stage.start();
  const mallory = stage.join("mallory");
  const honest = stage.join("honest");
  mallory.getReady();
  honest.getReady();
  const { coordinator, clock, events } = stage;
  return {
    stage,
    coordinator,
    run,
    store,
    clock,
    events,
    mallory,
    honest,
    warnings: () => stage.warnings,
  };
}

/** Lets both work until one of them has a gradient to send. */
function nextGradientOf(worker: Peer, other: Peer): Answer {
  for (let tries = 0; tries < 100; tries++) {
    const answer = worker.nextGradient();
    if (answer !== undefined) return answer;
    worker.answerAll();
    other.answerAll();
  }
  throw new Error("it gets no work");
}

describe("a worker that sends", () => {
  test.each(wrongInAllForms)(
    "$what in $of.wire is refused, another computes its block, and the third time it is disconnected",
    (attack) => {
      const { stage, run, store, mallory, honest, warnings } = createStage(attack.of);
      for (let time = 1; time <= 3; time++) {
        const right = nextGradientOf(mallory, honest);
        const { step } = run;
        for (const what of attack.sends(stage.knowledgeOf(right))) mallory.deliver(what);
        expect(run.step).toBe(step);
        expect(warnings()).toHaveLength(Math.min(time, 2));
        // A block that it has not answered is still its own.
        if (attack.leavesBlock === true) mallory.tell(right);
      }
      expect(warnings()[0]).toMatch(attack.reason ?? "");
      expect(mallory.status).toBe(closeStatus.ERR_OFFENCES);
      expect(inEnglish(mallory.heard.at(-1))).toMatchObject({
        type: "error",
        code: "ERR_OFFENCES",
        reason: expect.stringMatching(attack.reason ?? /./u),
      });
      while (honest.answerAll());
      expect(run.outcome?.kind).toBe("finished");
      expect(fingerprintOf(store.parameters)).toBe(
        attack.of === config ? expected : expectedFingerprint(attack.of),
      );
    },
  );

  test("every answer twice is disconnected at the third, and nothing is added twice", () => {
    const { run, store, mallory, honest, warnings } = createStage();
    for (let time = 1; time <= 3; time++) {
      const right = nextGradientOf(mallory, honest);
      mallory.tell(right);
      mallory.tell(right);
    }
    expect(warnings()).toEqual(Array.from({ length: 2 }, () => expect.stringMatching(/before$/u)));
    expect(mallory.status).toBe(closeStatus.ERR_OFFENCES);
    while (honest.answerAll());
    expect(run.outcome?.kind).toBe("finished");
    expect(fingerprintOf(store.parameters)).toBe(expected);
  });

  test("answers for past steps is neither believed nor blamed: it may only be late", () => {
    const { run, store, mallory, honest, warnings } = createStage();
    for (let tries = 0; run.outcome === undefined; tries++) {
      const right = mallory.nextGradient();
      if (right !== undefined) {
        for (const step of [0, run.step - 1]) {
          if (step >= 0 && step < run.step) {
            mallory.tell({ ...right, message: { ...right.message, step } });
          }
        }
        mallory.tell(right);
      }
      mallory.answerAll();
      honest.answerAll();
      expect(tries).toBeLessThan(1_000);
    }
    expect(warnings()).toEqual([]);
    expect(mallory.status).toBeUndefined();
    expect(fingerprintOf(store.parameters)).toBe(expected);
  });
});

test("two honest workers end like the sequential trainer", () => {
  const { run, store, mallory, honest } = createStage();
  while (known(mallory, "one").answerAll() || honest.answerAll());
  expect(run.outcome?.kind).toBe("finished");
  expect(fingerprintOf(store.parameters)).toBe(expected);
});

test("an end with a reason of 5,000 characters in 3 levels is sent as a text that every worker can read", () => {
  const { coordinator, honest } = createStage();
  const reason = sentence("step-diverged", { step: 7, reason: quoted("x".repeat(5_000)) });
  coordinator.end(sentence("of-worker", { worker: "ada", reason }), "0".repeat(64));
  const told = honest.heard.at(-1);
  expect(told).toMatchObject({ type: "end", reason: { code: "quoted" } });
  expect(JSON.stringify(told)).toContain('"text":"ada: step 7 diverged: xxx');
});

describe("workers that would flood the operator's screen", () => {
  test(`get ${refusalLines.burst} lines for 30 offences; the others are counted, and the count is reported a second later`, () => {
    const { stage, coordinator, run, clock, mallory, warnings } = createStage();
    const right = nextGradientOf(mallory, mallory);
    const later = { ...right, message: { ...right.message, step: run.step + 1 } };
    for (let i = 0; i < 30; i++) {
      const crowd = stage.join(`crowd ${i}`);
      crowd.getReady();
      crowd.tell(later);
    }
    expect(warnings()).toHaveLength(refusalLines.burst);
    clock.nowMs += 1_000;
    coordinator.tick();
    expect(warnings().at(-1)).toBe("and 20 more warnings about results");
  });

  test(`get ${refusalLines.burst} lines for 30 changes of what the run waits for; the last one is still reported`, () => {
    const { coordinator, clock, events, mallory, honest } = createStage();
    const waits = () => events.filter(({ event }) => event === "waiting");
    const comeAndGo = () => {
      for (let i = 0; i < 30; i++) {
        honest.say({ type: "pause", reason: quoted("tea") });
        coordinator.tick();
        honest.say({ type: "resume" });
        coordinator.tick();
      }
    };
    mallory.say({ type: "leave", reason: quoted("bye") });
    comeAndGo();
    expect(waits()).toHaveLength(refusalLines.burst);
    honest.say({ type: "pause", reason: quoted("tea") });
    clock.nowMs += 1_000;
    coordinator.tick();
    expect(waits().at(-1)).toEqual({
      event: "waiting",
      reason: sentence("waiting-for-workers", { missing: 1 }),
    });
    expect(waits()).toHaveLength(refusalLines.burst + 1);
    clock.nowMs += 1_000;
    comeAndGo();
    expect(waits().length).toBeLessThanOrEqual(refusalLines.burst + 2 * refusalLines.perSecond);
  });
});

test("a worker that returns to its run has the speed measured there, whatever it claims now", () => {
  const { stage, run, mallory, honest } = createStage();
  const speeds: SpeedEstimate[] = [];
  const join = run.workerReady.bind(run);
  run.workerReady = (worker, nowMs) => {
    speeds.push(worker.speed);
    join(worker, nowMs);
  };
  const session = honest.heard.flatMap((one) => (one.type === "welcome" ? [one.session] : []))[0];
  while (honest.answerAll() || mallory.answerAll()) if (run.step > 2) break;
  for (let i = 0; i < 2; i++) stage.join("honest", { session }).getReady();
  const stranger = stage.join("stranger");
  stranger.getReady();
  expect(speeds[0]?.isMeasured).toBe(true);
  expect(speeds[1]).toBe(speeds[0]);
  expect(speeds[2]?.isMeasured).toBe(false);
});

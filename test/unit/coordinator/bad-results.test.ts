/**
 * @file Results that no honest worker sends: each is refused without touching a sum, its block goes to another worker,
 * and whoever goes on is cut off. The run's bits are those of the sequential trainer all the same.
 */
import { describe, expect, test } from "vitest";

import { Audit } from "../../../coordinator/audit.ts";
import { fingerprintOf } from "../../../coordinator/checkpoint.ts";
import { Coordinator } from "../../../coordinator/coordinator.ts";
import { ParameterStore } from "../../../coordinator/parameter-store.ts";
import type { PeerHandler, PeerSocket } from "../../../coordinator/peer.ts";
import { Referee } from "../../../coordinator/referee.ts";
import type { SpeedEstimate } from "../../../coordinator/speed.ts";
import { TrainingRun } from "../../../coordinator/training-run.ts";
import type { CoordinatorEvent } from "../../../coordinator/view.ts";
import { known } from "../../../shared/assert.ts";
import { bytesOf } from "../../../shared/bytes.ts";
import { createPlainKernel } from "../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../shared/model/initialize.ts";
import { encodeMessage } from "../../../shared/protocol/codec.ts";
import { closeStatus } from "../../../shared/protocol/errors.ts";
import {
  type CoordinatorMessage,
  decodeCoordinatorMessage,
  type ResultMessage,
  type WorkerMessage,
} from "../../../shared/protocol/messages.ts";
import { Random } from "../../../shared/random.ts";
import { createEngine } from "../../../shared/run/engine.ts";
import { planRun } from "../../../shared/run/plan.ts";
import { testConfig } from "../../support/run-config.ts";
import { trainSequentially } from "../../support/sequential-trainer.ts";
import { tinyDataset } from "../../support/tiny-dataset.ts";

const hash = "0123456789abcdef".repeat(4);
const dataset = tinyDataset();
const config = { ...testConfig({ layers: [12, 5, 3], batchSize: 20, shardSize: 3 }), epochs: 3 };
const expected = fingerprintOf(trainSequentially(config, dataset).parameters);
const counts = { trainCount: dataset.train.count, testCount: dataset.test.count };
const engine = createEngine({ kernel: createPlainKernel(), config, dataset });

interface Answer {
  readonly message: ResultMessage;
  readonly values: Float32Array;
}

/** A worker that computes when it is told to, and says what it is told to say. */
class Peer implements PeerSocket {
  readonly address = "10.0.0.9";
  readonly queuedBytes = 0;
  readonly heard: CoordinatorMessage[] = [];
  status: number | undefined;
  readonly #handler: PeerHandler;
  #answers: Answer[] = [];

  constructor(coordinator: Coordinator, name: string, session = "") {
    this.#handler = coordinator.connect(this);
    const about = { kind: "node", agent: "", threads: 1, kernel: hash } as const;
    this.say({ type: "hello", protocol: 1, token: "", name, ...about, session });
  }

  getReady(): void {
    this.say({ type: "ready", run: "run-1", selfTest: hash, samplesPerSecond: 1_000 });
  }

  send(head: Uint8Array, tensor = new Uint8Array(0)): void {
    const message = decodeCoordinatorMessage(Uint8Array.from([...head, ...tensor]));
    this.heard.push(message.header);
    if (message.header.type === "work" || message.header.type === "evaluate") {
      this.#answers.push(...answersTo(message.header, message.tensor));
    }
  }

  ping(): void {}

  close(status: number): void {
    this.status ??= status;
    this.#answers = [];
  }

  terminate(): void {
    this.close(1006);
  }

  say(message: WorkerMessage): void {
    this.#handler.message(encodeMessage(message));
  }

  tell({ message, values }: Answer): void {
    const bytes = bytesOf(values);
    this.#handler.message(encodeMessage(message, bytes));
  }

  /** The next answer that it has, of a gradient; none while it has no such work. */
  nextGradient(): Answer | undefined {
    return this.#answers[0]?.message.type === "gradient" ? this.#answers.shift() : undefined;
  }

  /** Answers all that it has been asked for so far. @returns Whether that was anything. */
  answerAll(): boolean {
    const answers = this.#answers.splice(0);
    for (const answer of answers) this.tell(answer);
    return answers.length > 0;
  }
}

function answersTo(
  header: Extract<CoordinatorMessage, { type: "work" | "evaluate" }>,
  parameters: Uint8Array,
): Answer[] {
  const { run, step } = header;
  const type = header.type === "work" ? "gradient" : "evaluation";
  engine.setParameters(parameters);
  return header.blocks.map(([start, end]) => {
    const unit = { kind: type, step, block: { start, end } } as const;
    const { lossSum, correct, values } = engine.compute(unit);
    const answer = { run, step, block: [start, end] as [number, number], computeMs: 1 };
    return { message: { type, ...answer, lossSum, correct }, values: values.slice() };
  });
}

const nothing = () => undefined;

/** A coordinator, an honest worker and one that will not be. */
function createStage() {
  const events: CoordinatorEvent[] = [];
  const clock = { nowMs: 0 };
  let sessions = 0;
  const coordinator = new Coordinator({
    kernel: hash,
    selfTest: hash,
    joinToken: null,
    now: () => clock.nowMs,
    newSession: () => `session-${sessions++}`,
    report: (event) => events.push(event),
  });
  const kernel = createPlainKernel();
  const plan = planRun(config, counts);
  const parameters = initialParameters(config.model, config.seed);
  const store = new ParameterStore({ kernel, config, plan, parameters });
  const referee = new Referee({ kernel, config, dataset });
  const run = coordinator.start((send, expel) => {
    const effects = { send, expel, save: nothing, report: nothing, end: nothing };
    const audit = new Audit({ policy: "none", referee, random: new Random(1) });
    const identity = { id: "run-1", config, plan, store, effects, audit };
    return new TrainingRun({ ...identity, minWorkers: 2, resume: undefined });
  }, `/data/${hash}`);
  const mallory = new Peer(coordinator, "mallory");
  const honest = new Peer(coordinator, "honest");
  mallory.getReady();
  honest.getReady();
  const warnings = () => events.flatMap((one) => (one.event === "warning" ? [one.message] : []));
  return { coordinator, run, store, clock, events, mallory, honest, warnings };
}

/** Lets both work until one of them has a gradient to tell. */
function nextGradientOf(worker: Peer, other: Peer): Answer {
  for (let tries = 0; tries < 100; tries++) {
    const answer = worker.nextGradient();
    if (answer !== undefined) return answer;
    worker.answerAll();
    other.answerAll();
  }
  throw new Error("it gets no work");
}

const odd =
  (value: number) =>
  ({ message, values }: Answer): Answer => ({ message, values: values.with(5, value) });

/** What is told in place of the right answer, and what is said of it. */
const offences: Readonly<Record<string, readonly [(right: Answer) => Answer, RegExp]>> = {
  NaN: [odd(Number.NaN), /a value is NaN or infinite/u],
  "∞": [odd(-Infinity), /a value is NaN or infinite/u],
  "a value too few": [
    ({ message, values }) => ({ message, values: values.slice(1) }),
    /a gradient of \d+ bytes, expected \d+/u,
  ],
  "more correct than there are samples": [
    ({ message, values }) => ({ message: { ...message, correct: 21 } as ResultMessage, values }),
    /21 correct of \d+ samples/u,
  ],
  "a block of somebody else": [
    ({ message, values }) => {
      const block: [number, number] = message.block[0] === 0 ? [6, 7] : [0, 1];
      return { message: { ...message, block }, values };
    },
    /block \[\d, \d\) was not asked for/u,
  ],
  "what is no block": [
    ({ message, values }) => ({ message: { ...message, block: [1, 3] }, values }),
    /block \[1, 3\) is no block of this step/u,
  ],
};

describe("a worker that sends", () => {
  test.each(Object.entries(offences))(
    "%s is refused, another computes its block, and the third time it is cut off",
    (_name, [spoil, reason]) => {
      const { run, store, mallory, honest, warnings } = createStage();
      for (let time = 1; time <= 3; time++) {
        const right = nextGradientOf(mallory, honest);
        const { step } = run;
        mallory.tell(spoil(right));
        expect(run.step).toBe(step);
        expect(warnings()).toHaveLength(Math.min(time, 2));
        // A block that it said nothing of is still its own.
        if (spoil(right).message.block !== right.message.block) mallory.tell(right);
      }
      expect(warnings()[0]).toMatch(reason);
      expect(mallory.status).toBe(closeStatus.ERR_OFFENCES);
      expect(mallory.heard.at(-1)).toMatchObject({
        type: "error",
        code: "ERR_OFFENCES",
        message: expect.stringMatching(reason),
      });
      while (honest.answerAll());
      expect(run.outcome?.kind).toBe("finished");
      expect(fingerprintOf(store.parameters)).toBe(expected);
    },
  );

  test("every answer twice is cut off at the third, and nothing is added twice", () => {
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

  test("an answer for a step to come, which nobody can have been asked for, commits an offence", () => {
    const { run, mallory, warnings } = createStage();
    const right = mallory.nextGradient()!;
    mallory.tell({ ...right, message: { ...right.message, step: run.step + 1 } });
    expect(warnings()).toEqual([expect.stringMatching(/step 1 is not there yet$/u)]);
  });

  test("answers for steps that are over is not believed and not blamed: it may only be late", () => {
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

test("a stage of two honest workers ends as the sequential trainer does", () => {
  const { run, store, mallory, honest } = createStage();
  while (known(mallory, "one").answerAll() || honest.answerAll());
  expect(run.outcome?.kind).toBe("finished");
  expect(fingerprintOf(store.parameters)).toBe(expected);
});

describe("members that would flood the operator's screen", () => {
  test("get 10 lines for 30 offences; the others are counted, and the count is told a second later", () => {
    const { coordinator, run, clock, mallory, warnings } = createStage();
    const right = nextGradientOf(mallory, mallory);
    const later = { ...right, message: { ...right.message, step: run.step + 1 } };
    for (let i = 0; i < 30; i++) {
      const crowd = new Peer(coordinator, `crowd ${i}`);
      crowd.getReady();
      crowd.tell(later);
    }
    expect(warnings()).toHaveLength(10);
    clock.nowMs += 1_000;
    coordinator.tick();
    expect(warnings().at(-1)).toBe("and 20 more warnings about results");
  });

  test("get 10 lines for 30 times that the run waits for something else; the last wait is told all the same", () => {
    const { coordinator, clock, events, mallory, honest } = createStage();
    const waits = () => events.filter(({ event }) => event === "waiting");
    mallory.say({ type: "leave", reason: "" });
    for (let i = 0; i < 30; i++) {
      honest.say({ type: "pause", reason: "" });
      coordinator.tick();
      honest.say({ type: "resume" });
      coordinator.tick();
    }
    expect(waits()).toHaveLength(10);
    honest.say({ type: "pause", reason: "" });
    clock.nowMs += 1_000;
    coordinator.tick();
    expect(waits().at(-1)).toEqual({ event: "waiting", reason: "waiting for 1 more worker" });
    expect(waits()).toHaveLength(11);
  });
});

test("a worker that comes back to its run is as fast as it was there, whatever it says now", () => {
  const { coordinator, run, mallory, honest } = createStage();
  const speeds: SpeedEstimate[] = [];
  const join = run.workerReady.bind(run);
  run.workerReady = (worker, nowMs) => {
    speeds.push(worker.speed);
    join(worker, nowMs);
  };
  const session = honest.heard.flatMap((one) => (one.type === "welcome" ? [one.session] : []))[0];
  while (honest.answerAll() || mallory.answerAll()) if (run.step > 2) break;
  for (let i = 0; i < 2; i++) new Peer(coordinator, "honest", session).getReady();
  const stranger = new Peer(coordinator, "stranger");
  stranger.getReady();
  expect(speeds[0]?.isMeasured).toBe(true);
  expect(speeds[1]).toBe(speeds[0]);
  expect(speeds[2]?.isMeasured).toBe(false);
});

/**
 * @file The matrix: every message type × every situation of its sender × every field × every wrong value. The table
 * says what happens to the sender. In every cell no other peer may notice, and in every situation the run must end
 * with the fingerprint of the sequential trainer (invariant 5).
 */
import { describe, expect, test } from "vitest";

import type { Phase } from "../../../../coordinator/run/view.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import {
  reactions,
  type WorkerState,
  workerStates,
} from "../../../../coordinator/workers/worker-states.ts";
import { known } from "../../../../shared/assert.ts";
import { closeStatus, type ProtocolErrorCode } from "../../../../shared/protocol/errors.ts";
import { protocolVersion } from "../../../../shared/protocol/limits.ts";
import type { WorkerMessage } from "../../../../shared/protocol/messages.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { quoted, sayAtTerminal, sentence } from "../../../../shared/words/sentence.ts";
import { badFields, type Header, oddFields, pack } from "../../../support/attacks/bad-messages.ts";
import { stride } from "../../../support/fixtures/effort.ts";
import {
  type Answer,
  expectedFingerprint,
  hash,
  type Peer,
  Stage,
  stageConfig,
  type StageRun,
} from "../run/stage-fixture.ts";

const joinToken = "join-token";
const short = stageConfig(3);
/** Every situation tries another third of the wrong values, so that each is tried in three situations or four. */
const nth = stride(3);
/** Enough steps, each with an evaluation after it, for a situation whose every cell needs one. */
const long = { ...stageConfig(40 + Math.ceil(1_000 / nth)), batchSize: 70, shardSize: 10 };
const localSearch = { name: "local-search", candidates: 4, sigma: 0.05 } as const;
const search = { ...long, optimizer: localSearch };
const configs = [short, long, search];
const expected = new Map(configs.map((config) => [config, expectedFingerprint(config)]));

// ── the messages
// ────────────────────────────────────────────────────────────────────────────────────────────────────

type Type = WorkerMessage["type"];
/** The rows of the table that is walked. */
const types = Object.keys(reactions) as Type[];

interface Message {
  readonly header: Header;
  readonly tensor: Float32Array | undefined;
}

const classCount = 3;
const parameterCount = (12 + 1) * 5 + (5 + 1) * classCount;

/** An honest message, about what the peer was asked for, if anything. */
function messageOf(type: Type, run: string, held: Answer | undefined): Message {
  const { step = 0, block = [0, 1] } = held?.message ?? {};
  const about = { name: "mallory", kind: "node", agent: "", threads: 1, kernel: hash, session: "" };
  const answer = { run, step, block, computeMs: 1 };
  const sums = { lossSum: 1, correct: 0 };
  const values = (kind: Type, length: number) =>
    held?.message.type === kind ? held.values : new Float32Array(length);
  const fields: Readonly<Record<Type, readonly [Record<string, unknown>, Float32Array?]>> = {
    hello: [{ protocol: protocolVersion, token: joinToken, ...about }],
    ready: [{ run, selfTest: hash, samplesPerSecond: 1_000 }],
    gradient: [{ ...answer, ...sums }, values("gradient", parameterCount)],
    costs: [answer, values("costs", 1)],
    evaluation: [{ ...answer, ...sums }, values("evaluation", classCount ** 2)],
    failed: [{ run, step, block, reason: quoted("") }],
    pause: [{ reason: quoted("") }],
    resume: [{}],
    leave: [{ reason: quoted("") }],
  };
  const [of, tensor] = fields[type];
  return { header: new Map<string, unknown>([["type", type], ...Object.entries(of)]), tensor };
}

// ── the situations of the sender
// ────────────────────────────────────────────────────────────────────────────────────

/** A stage with an honest worker that has work to do, and one that has only said hello. */
interface Scene {
  readonly stage: Stage;
  readonly honest: Peer;
  readonly bystander: Peer;
  current: StageRun | undefined;
}

/** What happened to a peer that sent something: a code, `goodbye`, an offence with a warning, or nothing. */
type End = ProtocolErrorCode | "goodbye" | "warned" | "fine";

interface Outcome {
  readonly end: End;
  /** What the coordinator shows of the worker then. */
  readonly shown?: string | undefined;
  /** Of a refusal. */
  readonly reason: string;
}

interface Situation {
  /** What the coordinator shows about the worker (`undefined` for none) and about the run. */
  readonly shows: readonly [worker: string | undefined, phase: Phase | undefined];
  readonly set: () => Scene;
  /** Brings a new peer into the situation. Its message is about the work it holds. */
  readonly enter: (scene: Scene) => Peer;
  /** Brings the run to its end. */
  readonly finish: (scene: Scene) => void;
  /** The outcome of the messages that are given to the run, where it is not `fine`. */
  readonly taken?: Partial<Record<Type, End>>;
}

function scene({ config = short, minWorkers = 1, isStarted = true } = {}): Scene {
  const stage = new Stage({ config, minWorkers, joinToken });
  const current = isStarted ? stage.start() : undefined;
  const [honest, bystander] = [stage.join("honest"), stage.join("bystander")];
  if (isStarted) honest.getReady();
  return { stage, honest, bystander, current };
}

function runOf({ current }: Scene) {
  return known(current, "a run that was started").run;
}

/** The honest worker continues alone. */
function workOn({ honest }: Scene): void {
  while (honest.answerAll());
}

const join = ({ stage }: Scene) => stage.join("mallory");

function joinReady(stage: Scene): Peer {
  const peer = join(stage);
  peer.getReady();
  return peer;
}

/** Brings peers to the point where each has a block of such a round. */
function joinWorking(kind: Type): Situation["enter"] {
  return (here) => {
    const peer = joinReady(here);
    for (let rounds = 0; peer.answers[0]?.message.type !== kind; rounds++) {
      expect(rounds).toBeLessThan(12);
      here.stage.clock.nowMs += 70;
      peer.answerAll();
      here.honest.answerAll();
    }
    return peer;
  };
}

/** Its own kind of answer is judged; any other kind counts as late. */
function working(kind: Type, phase: Phase, config: RunConfig): Situation {
  return {
    shows: ["working", phase],
    set: () => scene({ config }),
    enter: joinWorking(kind),
    finish: workOn,
    taken: { failed: "warned" },
  };
}

/** The column of the table for what the coordinator shows of a worker. */
function columnOf(shown: string | undefined): WorkerState {
  if (shown === undefined) return "new";
  const columns: Readonly<Record<string, WorkerState>> = { working: "ready", waiting: "loading" };
  const state = workerStates.find((one) => one === (columns[shown] ?? shown));
  return known(state, shown);
}

/** What the table says of a message with nothing wrong in it: its outcome, and the state after it. */
function expectedOf(
  situation: Situation,
  type: Type,
  hasRun: boolean,
): readonly [End, WorkerState] {
  const state = columnOf(situation.shows[0]);
  // Before any run has begun, `ready` can only be for another one.
  const reaction =
    type === "ready" && state !== "new" && !hasRun ? "ignored" : reactions[type][state];
  if (reaction === "ERR_STATE") return ["ERR_STATE", "new"];
  if (reaction === "closes") return ["goodbye", "new"];
  if (reaction === "taken") return [situation.taken?.[type] ?? "fine", state];
  return ["fine", reaction === "ignored" ? state : reaction];
}

const situations: Readonly<Record<string, Situation>> = {
  "a stranger": {
    shows: [undefined, "training"],
    set: scene,
    enter: ({ stage }) => stage.connect(),
    finish: workOn,
  },
  "loading, while no run has begun": {
    shows: ["waiting", undefined],
    set: () => scene({ isStarted: false }),
    enter: join,
    finish(here) {
      here.current = here.stage.start();
      here.honest.getReady();
      workOn(here);
    },
  },
  "loading, while others work": {
    shows: ["loading", "training"],
    set: scene,
    enter: join,
    finish: workOn,
  },
  "ready, while the run waits for more": {
    shows: ["ready", "waiting"],
    set: () => scene({ minWorkers: 3 }),
    enter: joinReady,
    finish(here) {
      for (let i = 0; i < 2; i++) here.stage.join("late").getReady();
      for (const peer of here.stage.peers.slice(-2))
        peer.say({ type: "leave", reason: quoted("bye") });
      workOn(here);
    },
  },
  "ready, while others have all the work": {
    shows: ["ready", "training"],
    set: scene,
    enter: joinReady,
    finish: workOn,
    taken: { gradient: "warned" },
  },
  "working on a gradient": working("gradient", "training", long),
  "working on an evaluation": working("evaluation", "evaluating", long),
  "working on candidates": working("costs", "training", search),
  paused: {
    shows: ["paused", "training"],
    set: scene,
    enter(here) {
      const peer = joinReady(here);
      peer.say({ type: "pause", reason: quoted("tea") });
      return peer;
    },
    finish: workOn,
  },
  "ready, while the run is paused": {
    shows: ["ready", "paused"],
    set() {
      const here = scene();
      runOf(here).pause();
      here.honest.answerAll();
      return here;
    },
    enter: joinReady,
    finish(here) {
      runOf(here).resume(0);
      workOn(here);
    },
  },
  "loading, after the run": {
    shows: ["waiting", "finished"],
    set() {
      const here = scene();
      workOn(here);
      here.stage.coordinator.end(
        sentence("run-finished"),
        known(expected.get(short), "its fingerprint"),
      );
      return here;
    },
    enter: join,
    // The next answer is as right as if nobody had sent anything in between.
    finish(here) {
      expectRight(here);
      here.current = here.stage.start();
      here.honest.getReady("run-2");
      workOn(here);
    },
  },
};

// ── one cell ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Sends one message as a peer that has just entered the situation. @returns The outcome. */
function send(
  situation: Situation,
  here: Scene,
  type: Type,
  make: (message: Message) => Uint8Array,
) {
  const { stage, honest, bystander, current } = here;
  const peer = situation.enter(here);
  expect(shownOf(here, peer)).toEqual(situation.shows);
  expect(peer.isAdmitted).toBe(situation.shows[0] !== undefined);
  const others = [honest, bystander];
  const heard = others.map((other) => other.heard.length);
  const told = stage.events.length;
  const bytes = make(messageOf(type, current?.run.id ?? "run-1", peer.answers[0]));
  const wasWorking = peer.answers.length > 0;
  peer.handler.message(bytes);
  const end = { ...endOf(stage, peer, told), shown: shownOf(here, peer)[0] };
  peer.handler.closed(quoted("closed"));
  // The honest worker gets what the sender held and hears of nothing else. Nobody else hears anything.
  const news = others.flatMap((other, i) => other.heard.slice(heard[i]));
  expect(news.every((one) => wasWorking && /^(?:work|evaluate)$/u.test(one.type))).toBe(true);
  expect(others.map(({ status }) => status)).toEqual([undefined, undefined]);
  return end;
}

function shownOf({ stage, current }: Scene, peer: Peer) {
  const view = stage.coordinator.view({ joinUrl: "", otherJoinUrls: [], dashboardUrl: "" }, null);
  const present = view.workers.filter(({ state }) => state !== "gone");
  const mallory = present.find(({ name }) => name.startsWith("mallory"));
  // A peer that was admitted may be gone.
  if (mallory !== undefined) expect(peer.isAdmitted).toBe(true);
  return [mallory?.state, current?.run.phase];
}

/**
 * A refused peer got an error with the code and the reason, its socket was closed with the right status, and one
 * line reports it.
 */
function endOf({ events }: Stage, { status, heard }: Peer, told: number): Outcome {
  const lines = events.slice(told);
  if (status === undefined) {
    const isWarned = lines.some(({ event }) => event === "warning");
    return { end: isWarned ? "warned" : "fine", reason: "" };
  }
  if (status === 1000) return { end: "goodbye", reason: "" };
  // Nobody knows what a worker of another version can read, so it only gets the close.
  if (status === closeStatus.ERR_VERSION) return { end: "ERR_VERSION", reason: "" };
  const last = known(heard.at(-1), "a last word");
  if (last.type !== "error") throw new Error(`closed with ${status} after ${last.type}`);
  const code = last.code as ProtocolErrorCode;
  const reason = sayAtTerminal(known(last.reason, "a reason"));
  expect([code, status, reason === ""]).toEqual([code, closeStatus[code], false]);
  const reported = lines.map((line) => line.event === "worker" && [line.error, line.reason?.code]);
  expect(reported).toEqual([[code, expect.stringMatching(/./u)]]);
  return { end: code, reason };
}

function finish(situation: Situation, here: Scene): void {
  situation.finish(here);
  expectRight(here);
}

function expectRight({ current }: Scene): void {
  const { run, store } = known(current, "a run that was started");
  expect(run.outcome?.kind).toBe("finished");
  expect(fingerprintOf(store.parameters)).toBe(expected.get(run.config));
}

// ── the matrix ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** Counts the ends. */
class Counts {
  readonly #counts = new Map<string, number>();
  add(end: string): void {
    this.#counts.set(end, (this.#counts.get(end) ?? 0) + 1);
  }
  get total(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0);
  }
  get text(): string {
    const parts = [...this.#counts].toSorted(([, a], [, b]) => b - a);
    return parts.map(([end, count]) => `${end} ${count}`).join(", ");
  }
}

test("the situations are in all 4 columns of the table", () => {
  const columns = Object.values(situations).map(({ shows: [shown] }) => columnOf(shown));
  expect(new Set(columns)).toEqual(new Set(workerStates));
});

describe.each(Object.entries(situations))("a peer that is %s", (name, situation) => {
  test("is closed for any field of any message that is wrong in any way, gets what the table says for the others, and nobody else notices", () => {
    const here = situation.set();
    const counts = new Counts();
    let place = Object.keys(situations).indexOf(name);
    for (const type of types) {
      const { header, tensor } = messageOf(type, "run-1", undefined);
      for (const [i, { what }] of badFields(header, tensor).entries()) {
        if (place++ % nth > 0) continue;
        const bad = (message: Message) =>
          known(badFields(message.header, message.tensor)[i], what).bytes();
        const { end, reason } = send(situation, here, type, bad);
        expect([what, end]).toEqual([what, expect.stringMatching(/^ERR_/u)]);
        const isNamed = end !== "ERR_HEADER" || reason.startsWith(nameOfField(what));
        expect([what, reason, isNamed]).toEqual([what, reason, true]);
        counts.add(end);
      }
      const right = send(situation, here, type, (message) => pack(message.header, message.tensor));
      const expectation = expectedOf(situation, type, here.current !== undefined);
      expect([type, right.end, columnOf(right.shown)]).toEqual([type, ...expectation]);
      counts.add(right.end);
      for (const [i, { what }] of oddFields(header, tensor).entries()) {
        const odd = (message: Message) =>
          known(oddFields(message.header, message.tensor)[i], what).bytes();
        const { end } = send(situation, here, type, odd);
        const isWrongToken = what.startsWith("hello.token") && right.end === "fine";
        expect([what, end]).toEqual([what, isWrongToken ? "ERR_TOKEN" : right.end]);
        counts.add(end);
      }
    }
    finish(situation, here);
    expect(({} as Record<string, unknown>)["isAdmin"]).toBe(undefined);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
    expect(counts.total).toBeGreaterThan(330);
    process.stdout.write(`${counts.total} messages of a peer that is ${name}: ${counts.text}\n`);
  });
});

/** Whether the reason names the field. */
function nameOfField(what: string): string {
  const [, field] = /^\w*\.(\w+):/u.exec(what) ?? [];
  return field === undefined ? "the header has unknown fields: " : `header field ${field}`;
}

/**
 * @file The matrix: every attack of `message-attacks.ts` (every field of every message × every wrong value among them) ×
 * every situation of its sender. The table says what happens to the sender. In every cell no other peer may notice,
 * and in every situation the run must end with the fingerprint of the sequential trainer (invariant 5).
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
import { Random } from "../../../../shared/random.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { quoted, sayAtTerminal, sentence } from "../../../../shared/words/sentence.ts";
import {
  type AttackCase,
  type MessageAttack,
  messageAttacks,
  type Verdict,
} from "../../../support/attacks/message-attacks.ts";
import type { Type } from "../../../support/attacks/right-messages.ts";
import { stride } from "../../../support/fixtures/effort.ts";
import {
  expectedFingerprint,
  type Peer,
  Stage,
  stageConfig,
  type StageRun,
} from "../run/stage-fixture.ts";

const short = stageConfig(3);
/** Every situation tries another fifth of the wrong values, so that each is tried in two situations. */
const nth = stride(5);
/** Enough steps, each with an evaluation after it, for a situation whose every cell needs one. */
const long = { ...stageConfig(40 + Math.ceil(2_000 / nth)), batchSize: 70, shardSize: 10 };
const localSearch = { name: "local-search", candidates: 4, sigma: 0.05 } as const;
const search = { ...long, optimizer: localSearch };
const configs = [short, long, search];
const expected = new Map(configs.map((config) => [config, expectedFingerprint(config)]));

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
  /** Of a refusal or a warning. */
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
  /** The kind of answer that it owes. */
  readonly owes?: Type;
  /** The outcome of the messages that are given to the run, where it is not `fine`. */
  readonly taken?: Partial<Record<Type, End>>;
}

function scene({ config = short, minWorkers = 1, isStarted = true } = {}): Scene {
  const stage = new Stage({ config, minWorkers });
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
    owes: kind,
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
  { what, type }: AttackCase,
  hasRun: boolean,
): readonly [End, WorkerState] {
  const state = columnOf(situation.shows[0]);
  if (state === "new" && what.startsWith("hello.token")) return ["ERR_TOKEN", "new"];
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

/** Attacks as a peer that has just entered the situation. @returns The outcome. */
function attack(situation: Situation, here: Scene, one: AttackCase): Outcome {
  const { stage, honest, bystander } = here;
  const peer = situation.enter(here);
  expect(shownOf(here, peer)).toEqual(situation.shows);
  expect(peer.isAdmitted).toBe(situation.shows[0] !== undefined);
  const others = [honest, bystander];
  const heard = others.map((other) => other.heard.length);
  const told = stage.events.length;
  const mayMoveWork = peer.answers.length > 0 || one.verdict === "anything";
  const sends = one.sends(stage.knowledgeOf(peer.answers[0], here.current));
  const { endsAt = sends.length - 1 } = one;
  for (const [i, what] of sends.entries()) {
    // What it deserves, it gets with the last thing that it sends, and not before.
    const isTooEarly = i <= endsAt && peer.status !== undefined && one.verdict !== "anything";
    if (isTooEarly) throw new Error(`${one.what}: closed with ${peer.status} after ${i} messages`);
    peer.deliver(what);
  }
  const outcome = outcomeOf(stage, peer, told, one.verdict);
  expectDeserved(situation, here, one, { ...outcome, shown: shownOf(here, peer)[0] });
  peer.handler.closed(quoted("closed"));
  // The honest worker gets what the sender held and hears of nothing else. Nobody else hears anything.
  const news = others.flatMap((other, i) => other.heard.slice(heard[i]));
  expect(news.every(({ type }) => mayMoveWork && /^(?:work|evaluate)$/u.test(type))).toBe(true);
  expect(others.map(({ status }) => status)).toEqual([undefined, undefined]);
  return outcome;
}

function expectDeserved(
  situation: Situation,
  { current }: Scene,
  one: AttackCase,
  { end, reason, shown }: Outcome & { readonly shown: string | undefined },
): void {
  const { what, type, verdict } = one;
  if (verdict === "anything") return;
  if (verdict === "by the table") {
    const expectation = expectedOf(situation, one, current !== undefined);
    expect([what, end, columnOf(shown)]).toEqual([what, ...expectation]);
  } else if (verdict === "refused") {
    const isNamed = end !== "ERR_HEADER" || reason.startsWith(nameOfField(what));
    expect([what, end, isNamed]).toEqual([what, expect.stringMatching(/^ERR_/u), true]);
  } else if (type === "ready" && current === undefined) {
    // Before any run has begun, `ready` is for another one, and nobody looks at it.
    expect([what, end]).toEqual([what, "fine"]);
  } else {
    expect([what, end]).toEqual([what, verdict === "offence" ? "warned" : verdict]);
    expect([what, reason]).toEqual([what, expect.stringMatching(one.reason ?? /^/u)]);
  }
}

function shownOf({ stage, current }: Scene, peer: Peer) {
  const view = stage.coordinator.view({ joinUrl: "", otherJoinUrls: [], dashboardUrl: "" }, null);
  const present = view.workers.filter(({ state }) => state !== "gone");
  const mallory = present.find((one) => !/^(?:honest|bystander|late)/u.test(one.name));
  // A peer that was admitted may be gone.
  if (mallory !== undefined) expect(peer.isAdmitted).toBe(true);
  return [mallory?.state, current?.run.phase];
}

/**
 * A refused peer got an error with the code and the reason, its socket was closed with the right status, and one
 * line reports it.
 */
function outcomeOf({ events }: Stage, peer: Peer, told: number, verdict: Verdict): Outcome {
  const { status, heard } = peer;
  const lines = events.slice(told);
  if (status === undefined) {
    const warning = lines.find((line) => line.event === "warning");
    if (warning === undefined) return { end: "fine", reason: "" };
    return { end: "warned", reason: sayAtTerminal(warning.message) };
  }
  if (status === 1000) return { end: "goodbye", reason: "" };
  // Nobody knows what a worker of another version can read, so it only gets the close.
  if (status === closeStatus.ERR_VERSION) return { end: "ERR_VERSION", reason: "" };
  const last = known(heard.at(-1), "a last word");
  if (last.type !== "error") throw new Error(`closed with ${status} after ${last.type}`);
  const code = last.code as ProtocolErrorCode;
  const reason = sayAtTerminal(known(last.reason, "a reason"));
  expect([code, status, reason === ""]).toEqual([code, closeStatus[code], false]);
  const reported = lines.flatMap((line) =>
    line.event === "worker" && line.error !== null ? [line.error] : [],
  );
  expect(reported).toEqual([code]);
  if (verdict !== "anything") expect(lines).toHaveLength(1);
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
    const seed = Object.keys(situations).indexOf(name);
    let place = seed;
    for (const row of messageAttacks(new Random(20_261_128, seed)).filter(isFor(situation))) {
      for (const one of row.cases) {
        if (row.isLarge === true && place++ % nth > 0) continue;
        counts.add(attack(situation, here, one).end);
      }
    }
    finish(situation, here);
    expect(({} as Record<string, unknown>)["isAdmin"]).toBe(undefined);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
    expect(counts.total).toBeGreaterThan(230);
    process.stdout.write(`${counts.total} attacks by a peer that is ${name}: ${counts.text}\n`);
  });
});

test("every attack is tried in at least one situation", () => {
  const rows = messageAttacks(new Random(1));
  const tried = Object.values(situations).flatMap((situation) => rows.filter(isFor(situation)));
  expect(rows.filter((row) => !tried.includes(row))).toEqual([]);
});

function isFor({ shows: [shown], owes }: Situation) {
  return ({ states, holds }: MessageAttack) =>
    states.includes(columnOf(shown)) && (holds === undefined || holds === (owes ?? "nothing"));
}

/** Whether the reason names the field. */
function nameOfField(what: string): string {
  const [, field] = /^\w*\.(\w+):/u.exec(what) ?? [];
  return field === undefined ? "the header has unknown fields: " : `header field ${field}`;
}

/**
 * @file All attacks on a live coordinator: those of `message-attacks.ts` over real sockets, and those that need a
 * socket to be attempted at all, one function per idea. Each connects, misbehaves, and reports how the coordinator
 * ended it. They are independent; the fuzz program runs them side by side against a live training run.
 */
import { setTimeout as delay } from "node:timers/promises";

import {
  reactions,
  type WorkerState,
  workerStates,
} from "../../../coordinator/workers/worker-states.ts";
import { known } from "../../../shared/assert.ts";
import { closeStatus } from "../../../shared/protocol/errors.ts";
import { offencesMax } from "../../../shared/protocol/limits.ts";
import type { Random } from "../../../shared/random.ts";
import { type Attack, end, pick, type Target } from "./attack.ts";
import { randomBytes } from "./bad-messages.ts";
import { badRequests, garbage, pipelining, upgradeFlood } from "./http-attacks.ts";
import { memberAttacks } from "./member-attacks.ts";
import {
  type AttackCase,
  type MessageAttack,
  messageAttacks,
  type Sent,
} from "./message-attacks.ts";
import { frame, opcodes, RawPeer, upgradeRequest } from "./raw-peer.ts";
import { type Knowledge, rightBytes } from "./right-messages.ts";

const frameClosed = /^(closed 4(400|413|430)|closed 10(02|03|06|07|08|09)|cut)$/u;

// ── peers that are joining
// ───────────────────────────────────────────────────────────────────────────────────────────

interface Entered {
  readonly peer: RawPeer;
  readonly knowledge: Knowledge;
}

/** What a stranger with the token knows. Its answers are for a step far in the future. */
function knowledgeOf({ joinToken, kernel, selfTest, parameterCount }: Target): Knowledge {
  const asked = { step: 2 ** 31, block: [0, 1] } as const;
  const identity = { token: joinToken, kernel, selfTest };
  return { ...identity, run: "some-run", parameterCount, classCount: 10, asked };
}

/** A peer that has reached this state like an honest one. */
async function enter(target: Target, state: WorkerState, isFast = false): Promise<Entered> {
  const peer = await RawPeer.upgrade(target.port);
  const stranger = knowledgeOf(target);
  // What is larger than a header is refused without being read, so its tensors are small.
  if (state === "new") return { peer, knowledge: { ...stranger, parameterCount: 100 } };
  peer.send(rightBytes("hello", stranger));
  const message = await Promise.race([peer.header("run"), peer.header("end")]);
  const knowledge = { ...stranger, run: String(message?.["run"]) };
  if (state === "loading") return { peer, knowledge };
  peer.send(rightBytes("ready", knowledge, { samplesPerSecond: isFast ? 1e6 : 1 }));
  if (state === "paused") peer.send(rightBytes("pause", knowledge));
  return { peer, knowledge };
}

/** A peer that holds work, if there was any: there is none between two rounds or during an evaluation. */
async function enterToWork(target: Target): Promise<Entered> {
  const { peer, knowledge } = await enter(target, "ready", true);
  const work = await Promise.race([peer.header("work"), delay(200, undefined)]);
  const [block] = (work?.["blocks"] as [number, number][] | undefined) ?? [];
  if (block === undefined) return { peer, knowledge };
  return { peer, knowledge: { ...knowledge, asked: { step: Number(work?.["step"]), block } } };
}

// ── messages ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Works through the cases in a random order, so that after enough runs everything was tried. */
function overSocket({ cases, holds }: MessageAttack, state: WorkerState): Attack {
  let queue: AttackCase[] = [];
  return {
    ends: /^(open|cut|closed \d+)$/u,
    async run(target) {
      if (queue.length === 0) queue = [...cases];
      const [one] = queue.splice(target.random.below(queue.length), 1);
      const attack = known(one, "a case is left");
      const { peer, knowledge } = await (holds === "gradient"
        ? enterToWork(target)
        : enter(target, state));
      for (let i = 0; i < timesOf(attack); i++) {
        for (const what of attack.sends(knowledge)) if (!peer.isOver) peer.write(frameOf(what));
      }
      const permitted = endsOf(attack, state);
      const outcome = await end(peer, !permitted.test("open"));
      if (permitted.test(outcome.end)) return outcome;
      return { ...outcome, end: `${outcome.end} after ${attack.what}` };
    },
  };
}

/** The third offence ends the socket. A flood has to be faster than the clock. */
function timesOf({ verdict }: AttackCase): number {
  return verdict === "offence" ? offencesMax : verdict === "ERR_RATE" ? 2 : 1;
}

function frameOf(what: Sent): Buffer {
  return typeof what === "string"
    ? frame(opcodes[what], Buffer.from("a text"))
    : frame(opcodes.binary, what);
}

/**
 * The permitted ends. The run continues meanwhile, so that a wrong result may come too late to be an offence, and is
 * compared with the one that counted.
 */
function endsOf({ verdict, type, what }: AttackCase, state: WorkerState): RegExp {
  if (verdict === "anything") return /./u;
  if (verdict === "offence") return /^(open|closed 44(29|51))$/u;
  if (verdict === "refused") return /^closed 4(400|401|405|413|422|423|426)$/u;
  if (verdict !== "by the table") {
    return new RegExp(`^(closed (${closeStatus[verdict]}|${closeStatus.ERR_TOO_LARGE})|cut)$`, "u");
  }
  if (state === "new" && what.startsWith("hello.token")) return /^closed 4401$/u;
  const reaction = reactions[type][state];
  if (reaction === "ERR_STATE") return /^closed 4405$/u;
  return reaction === "closes" ? /^closed 1000$/u : /^open$/u;
}

// ── sockets ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Two sockets with one identity: the older one is closed, the newer one stays open. */
const twins: Attack = {
  ends: /^closed 4409$/u,
  async run(target) {
    const first = await RawPeer.upgrade(target.port);
    first.send(rightBytes("hello", knowledgeOf(target)));
    const session = (await first.header("welcome"))?.["session"];
    const second = await RawPeer.upgrade(target.port);
    second.send(rightBytes("hello", knowledgeOf(target), { session }));
    const { frames, end: newer } = await end(second, false);
    const older = await end(first);
    return { frames: frames + older.frames, end: newer === "open" ? older.end : `newer ${newer}` };
  },
};

/** Frames that no WebSocket client sends. RFC 6455 specifies the end of each. */
const badFrames: Attack = {
  ends: frameClosed,
  async run(target) {
    const { random } = target;
    const { peer, knowledge } = await enter(target, pick(["new", "loading"] as const, random));
    const message = rightBytes("costs", knowledge);
    const wrong: (() => Buffer)[] = [
      // Compressed, although compression was not negotiated: a decompression bomb is never inflated.
      () => frame(opcodes.binary, message, { reserved: 4 }),
      () => frame(opcodes.binary, message, { reserved: 1 + random.below(3) }),
      () => frame(opcodes.binary, message, { masked: false }),
      () => frame(3 + random.below(5), message),
      () => frame(11 + random.below(5), message),
      () => frame(opcodes.continuation, message),
      () => frame(opcodes.text, message),
      () => frame(opcodes.text, Buffer.from([0xff, 0xfe, 0xc0])),
      () => frame(opcodes.ping, Buffer.alloc(126)),
      () => frame(opcodes.ping, Buffer.alloc(3), { fin: false }),
      () => frame(opcodes.close, Buffer.from([0])),
      () => frame(opcodes.close, Buffer.from([0x03, 0xec])),
      () => frame(opcodes.binary, Buffer.alloc(8), { claimedLength: 2 ** 31 }),
      () => frame(opcodes.binary, Buffer.alloc(8), { claimedLength: 2 ** 52 }),
    ];
    peer.write(pick(wrong, random)());
    return await end(peer);
  },
};

/** One message in very many fragments. */
const fragments: Attack = {
  ends: frameClosed,
  async run(target) {
    const { peer, knowledge } = await enter(target, "loading");
    const message = rightBytes("costs", knowledge);
    peer.send(message.subarray(0, 1), { fin: false });
    for (let i = 1; i < 40; i++) {
      peer.write(frame(opcodes.continuation, message.subarray(i, i + 1), { fin: false }));
    }
    return await end(peer);
  },
};

/** As many bytes as a model has, without a token. */
const bigStranger: Attack = {
  ends: /^(closed 4413|cut)$/u,
  async run(target) {
    const { peer } = await enter(target, "new");
    peer.write(frame(opcodes.binary, Buffer.alloc(2_000), { claimedLength: 200_000 }));
    for (let i = 0; i < 4; i++) peer.write(Buffer.alloc(1_000));
    return await end(peer);
  },
};

/** Connects, starts something, and disappears. */
const vanishing: Attack = {
  ends: /^(gone)$/u,
  async run(target) {
    const { random, port } = target;
    if (random.below(2) === 0) {
      const peer = await RawPeer.connect(port);
      peer.write(upgradeRequest(port, "/worker").slice(0, random.below(150)));
      peer.destroy();
      return { frames: peer.sent, end: "gone" };
    }
    const { peer, knowledge } = await enter(target, pick(workerStates, random));
    const message = frame(opcodes.binary, rightBytes("gradient", knowledge));
    peer.write(message.subarray(0, random.below(message.length)));
    peer.destroy();
    return { frames: peer.sent, end: "gone" };
  },
};

const watcher: Attack = {
  ends: /^closed (44\d\d|10\d\d)$/u,
  async run({ port, joinToken, random }) {
    const peer = await RawPeer.upgrade(port, "/watch");
    const greetings = [
      "",
      "{}",
      "[]",
      "null",
      "x",
      '{"token":""}',
      '{"token":1}',
      '{"token":"wrong-token"}',
      `{"token":"${joinToken}","__proto__":{"role":"operator"}}`,
      "[".repeat(900),
      '"'.repeat(2_000),
    ];
    peer.write(frame(opcodes.text, Buffer.from(pick(greetings, random))));
    return await end(peer);
  },
};

/** A dashboard that is admitted and then only sends frames that `ws` answers itself or ignores. */
const watcherPings: Attack = {
  ends: /^(closed 4(430|503)|cut)$/u,
  async run({ port, joinToken, random }) {
    const peer = await RawPeer.upgrade(port, "/watch");
    peer.write(frame(opcodes.text, Buffer.from(JSON.stringify({ token: joinToken }))));
    // Before it is admitted it may send only 4 KiB.
    await peer.settle();
    const one = frame(pick([opcodes.ping, opcodes.pong], random), randomBytes(random, 8));
    const many = Buffer.concat(Array.from({ length: 100 }, () => one));
    for (let i = 0; i < 20 && !peer.isOver; i++) peer.write(many);
    return await end(peer);
  },
};

/**
 * Keyed by name. Each new set goes through all cases.
 *
 * @param random - Draws the damage of messages.
 */
export function createAttacks(random: Random): ReadonlyMap<string, Attack> {
  // A peer cannot choose to be asked for an evaluation, and this run has no candidates.
  const rows = messageAttacks(random).filter(({ holds }) => !/evaluation|costs/u.test(holds ?? ""));
  const messages = rows.flatMap((row) =>
    row.states.map((state) => [`${row.name}, ${state}`, overSocket(row, state)] as const),
  );
  return new Map<string, Attack>([
    ...messages,
    ["two sockets, one identity", twins],
    ["bad frames", badFrames],
    ["fragments", fragments],
    ["big message without a token", bigStranger],
    ["upgrade flood", upgradeFlood],
    ["bad requests", badRequests],
    ["requests that are not read", pipelining],
    ["garbage on TCP", garbage],
    ["vanishing", vanishing],
    ["bad dashboards", watcher],
    ["ping flood of a dashboard", watcherPings],
    ...memberAttacks,
  ]);
}

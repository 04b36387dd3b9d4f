/**
 * @file The misbehaviour of bad peers, one function per idea: each connects, misbehaves, and reports how the
 * coordinator ended it. They are independent; the fuzz program runs them side by side against a live training run.
 */
import { setTimeout as delay } from "node:timers/promises";

import { known } from "../../../shared/assert.ts";
import { protocolVersion } from "../../../shared/protocol/limits.ts";
import { quoted, sentence } from "../../../shared/words/sentence.ts";
import { type Attack, end, pick, type Target } from "./attack.ts";
import {
  type BadMessage,
  badFields,
  damage,
  type Header,
  pack,
  randomBytes,
} from "./bad-messages.ts";
import { badRequests, garbage, pipelining, upgradeFlood } from "./http-attacks.ts";
import { memberAttacks } from "./member-attacks.ts";
import { frame, opcodes, RawPeer, upgradeRequest } from "./raw-peer.ts";

const protocolClosed = /^closed 4(400|401|403|405|408|409|413|422|423|424|426|429|430)$/u;
const frameClosed = /^(closed 4(400|413|430)|closed 10(02|03|06|07|08|09)|cut)$/u;

// ── peers that are joining
// ───────────────────────────────────────────────────────────────────────────────────────────

const states = ["fresh", "joined", "ready", "paused"] as const;
type State = (typeof states)[number];

function hello({ joinToken, kernel }: Target, changes: Record<string, unknown> = {}): Header {
  const fields = {
    protocol: protocolVersion,
    token: joinToken,
    name: "mallory",
    kind: "node",
    agent: "fuzz",
  };
  return new Map(
    Object.entries({ type: "hello", ...fields, threads: 1, kernel, session: "", ...changes }),
  );
}

/** A peer that has reached this state like an honest one. */
async function enter(target: Target, state: State): Promise<{ peer: RawPeer; run: string }> {
  const peer = await RawPeer.upgrade(target.port);
  if (state === "fresh") return { peer, run: "some-run" };
  peer.send(pack(hello(target)));
  const message = await Promise.race([peer.header("run"), peer.header("end")]);
  const named = message?.["run"];
  const run = typeof named === "string" ? named : "some-run";
  if (state === "joined") return { peer, run };
  peer.send(pack(ready(target, run)));
  if (state === "paused")
    peer.send(
      pack(
        new Map([
          ["type", "pause"],
          ["reason", ""],
        ]),
      ),
    );
  return { peer, run };
}

function ready({ selfTest }: Target, run: string, samplesPerSecond = 1): Header {
  return new Map<string, unknown>([
    ["type", "ready"],
    ["run", run],
    ["selfTest", selfTest],
    ["samplesPerSecond", samplesPerSecond],
  ]);
}

/** A result for a step far in the future: a valid but stale message. */
function result(type: string, run: string, changes: Record<string, unknown> = {}): Header {
  const answer = { type, run, step: 2 ** 31, block: [0, 1], computeMs: 1 };
  const sums = type === "costs" ? {} : { lossSum: 1, correct: 0 };
  return new Map(Object.entries({ ...answer, ...sums, ...changes }));
}

/** One valid message of every type, with its tensor. */
function validMessages(target: Target, run: string): { header: Header; tensor?: Float32Array }[] {
  const gradient = new Float32Array(target.parameterCount);
  return [
    { header: hello(target) },
    { header: ready(target, run) },
    { header: result("gradient", run), tensor: gradient },
    { header: result("costs", run), tensor: new Float32Array(1) },
    { header: result("evaluation", run), tensor: new Float32Array(100) },
    {
      header: new Map(
        Object.entries({ type: "failed", run, step: 2 ** 31, block: [0, 1], reason: quoted("") }),
      ),
    },
    { header: new Map(Object.entries({ type: "pause", reason: quoted("") })) },
    { header: new Map([["type", "resume"]]) },
    { header: new Map(Object.entries({ type: "leave", reason: quoted("") })) },
  ];
}

// ── the attacks ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** Works through the matrix in a different order for every state, so that after enough runs everything was tried. */
function wrongField(state: State): Attack {
  let queue: number[] = [];
  return {
    ends: protocolClosed,
    async run(target) {
      const { peer, run } = await enter(target, state);
      const all: BadMessage[] = validMessages(target, run).flatMap(({ header, tensor }) =>
        badFields(header, tensor),
      );
      if (queue.length === 0) queue = all.map((_, i) => i);
      const next = known(
        queue.splice(target.random.below(queue.length), 1)[0],
        "a message is left",
      );
      peer.send(known(all[next], "a message of the matrix").bytes());
      return await end(peer);
    },
  };
}

/** Messages of the right form at the wrong time, or damaged ones, one after the other until the connection ends. */
function stream(state: State, make: (target: Target, run: string) => Buffer): Attack {
  return {
    ends: /./u,
    async run(target) {
      const { peer, run } = await enter(target, state);
      for (let i = 0; i < 40 && !peer.isOver; i++) peer.send(make(target, run));
      return await end(peer, false);
    },
  };
}

function damaged(target: Target, run: string): Buffer {
  const { header, tensor } = pick(validMessages(target, run), target.random);
  return damage(pack(header, tensor), target.random);
}

/**
 * Results for the current step: blocks that nobody asked for, tensors of the wrong length, values that are not
 * numbers.
 */
const wrongResults: Attack = {
  ends: /^(closed 4(423|429)|open)$/u,
  async run(target) {
    const { peer, run } = await enter(target, "joined");
    peer.send(pack(ready(target, run, 1e6)));
    // There is none between two rounds or during an evaluation.
    const work = await Promise.race([peer.header("work"), delay(200, undefined)]);
    const step = Number(work?.["step"] ?? 0);
    const blocks = [
      [0, 2 ** 32],
      [5, 3],
      [1, 1],
      [0, 3],
      [1, 3],
      [2 ** 31, 2 ** 31 + 1],
    ];
    for (let i = 0; i < 4; i++) {
      const block = pick(blocks, target.random);
      peer.send(pack(result("gradient", run, { step, block }), new Float32Array(3)));
    }
    const given = (work?.["blocks"] as [number, number][] | undefined)?.[0] ?? [0, 1];
    const poison = new Float32Array(target.parameterCount).fill(
      pick([Number.NaN, Infinity], target.random),
    );
    peer.send(pack(result("gradient", run, { step, block: given }), poison));
    peer.send(pack(result("gradient", run, { step, block: given }), new Float32Array(7)));
    return await end(peer, false);
  },
};

/** Reports every block it gets as impossible to compute. A run that believed this would end as diverged. */
const falseAlarms: Attack = {
  ends: /^(closed 4429|open)$/u,
  async run(target) {
    const { peer, run } = await enter(target, "joined");
    peer.send(pack(ready(target, run, 1e6)));
    const work = await Promise.race([peer.header("work"), delay(200, undefined)]);
    const step = Number(work?.["step"] ?? 0);
    for (const block of (work?.["blocks"] as [number, number][] | undefined) ?? []) {
      const alarm = { type: "failed", run, step, block, reason: sentence("value-not-finite") };
      peer.send(pack(new Map<string, unknown>(Object.entries(alarm))));
    }
    return await end(peer, false);
  },
};

/** Sends the same old result again and again. */
const replays: Attack = {
  ends: /^(closed 4(429|430)|open)$/u,
  async run(target) {
    const { peer, run } = await enter(target, "ready");
    const message = pack(
      result("gradient", run, { step: 0 }),
      new Float32Array(target.parameterCount),
    );
    for (let i = 0; i < 20; i++) peer.send(message);
    return await end(peer, false);
  },
};

/** Claims an impossible speed, gets the work, never answers, and leaves. */
const boasting: Attack = {
  ends: /^open$/u,
  async run(target) {
    const { peer, run } = await enter(target, "joined");
    peer.send(pack(ready(target, run, pick([0, 1e-300, 1e308, 2 ** 53], target.random))));
    return await end(peer, false);
  },
};

/** Two sockets with one identity: the older one is closed, the newer one stays open. */
const twins: Attack = {
  ends: /^closed 4409$/u,
  async run(target) {
    const first = await RawPeer.upgrade(target.port);
    first.send(pack(hello(target)));
    const session = (await first.header("welcome"))?.["session"];
    const second = await RawPeer.upgrade(target.port);
    second.send(pack(hello(target, { session })));
    const { frames, end: newer } = await end(second, false);
    const older = await end(first);
    return { frames: frames + older.frames, end: newer === "open" ? older.end : `newer ${newer}` };
  },
};

const tokenless: Attack = {
  ends: /^closed 4401$/u,
  async run(target) {
    const peer = await RawPeer.upgrade(target.port);
    const { joinToken: right } = target;
    const wrong = [
      "",
      right.slice(1),
      `${right}x`,
      right.toUpperCase(),
      `${right.slice(0, -1)}!`,
      "x".repeat(200),
    ];
    peer.send(pack(hello(target, { token: pick(wrong, target.random) })));
    const outcome = await end(peer);
    const told = peer.headers.map(({ type }) => type).join();
    return told === "error" ? outcome : { ...outcome, end: `was told ${told}` };
  },
};

const wrongVersion: Attack = {
  ends: /^closed 4(426|424)$/u,
  async run(target) {
    const peer = await RawPeer.upgrade(target.port);
    const changes = pick(
      [
        { protocol: protocolVersion - 1 },
        { protocol: protocolVersion + 1 },
        { protocol: -1 },
        { kernel: "0".repeat(64) },
      ],
      target.random,
    );
    peer.send(pack(hello(target, changes)));
    return await end(peer);
  },
};

/** Frames that no WebSocket client sends. RFC 6455 specifies the end of each. */
const badFrames: Attack = {
  ends: frameClosed,
  async run(target) {
    const { random } = target;
    const { peer, run } = await enter(target, pick(["fresh", "joined"] as const, random));
    const message = pack(result("gradient", run), new Float32Array(8));
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
    const { peer, run } = await enter(target, "joined");
    const message = pack(result("gradient", run), new Float32Array(64));
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
    const { peer } = await enter(target, "fresh");
    peer.write(frame(opcodes.binary, Buffer.alloc(2_000), { claimedLength: 200_000 }));
    for (let i = 0; i < 4; i++) peer.write(Buffer.alloc(1_000));
    return await end(peer);
  },
};

const pingFlood: Attack = {
  ends: /^(closed 4430|cut)$/u,
  async run(target) {
    const { peer } = await enter(target, "joined");
    const ping = frame(opcodes.ping, randomBytes(target.random, 8));
    const many = Buffer.concat(Array.from({ length: 100 }, () => ping));
    for (let i = 0; i < 20 && !peer.isOver; i++) peer.write(many);
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
    const { peer, run } = await enter(target, pick(states, random));
    const message = frame(
      opcodes.binary,
      pack(result("gradient", run), new Float32Array(target.parameterCount)),
    );
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

/** Keyed by name. Each new set goes through the whole matrix. */
export function createAttacks(): ReadonlyMap<string, Attack> {
  return new Map<string, Attack>([
    ...states.map((state) => [`wrong field, ${state}`, wrongField(state)] as const),
    ...states.map((state) => [`damaged messages, ${state}`, stream(state, damaged)] as const),
    [
      "valid messages in any order",
      stream("joined", (target, run) => {
        const { header, tensor } = pick(validMessages(target, run), target.random);
        return pack(header, tensor);
      }),
    ],
    ["random bytes", stream("joined", ({ random }) => randomBytes(random, random.below(200)))],
    ["wrong results", wrongResults],
    ["false alarms", falseAlarms],
    ["replays", replays],
    ["boasting", boasting],
    ["two sockets, one identity", twins],
    ["no token", tokenless],
    ["wrong version", wrongVersion],
    ["bad frames", badFrames],
    ["fragments", fragments],
    ["big message without a token", bigStranger],
    ["ping flood", pingFlood],
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

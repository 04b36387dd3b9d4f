/**
 * @file Floods, silence, wrong tokens and versions, quotas: whatever a bad peer does to the coordinator only ends
 * its own socket (invariant 5). Wrong fields of messages are in `matrix.test.ts`.
 */
import { describe, expect, test } from "vitest";

import type { PeerHandler, PeerSocket } from "../../../../coordinator/edge/peer.ts";
import { createRun, createStore } from "../../../../coordinator/run/create-run.ts";
import type { CoordinatorEvent } from "../../../../coordinator/run/view.ts";
import { WorkerSessions } from "../../../../coordinator/workers/worker-sessions.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { closeStatus } from "../../../../shared/protocol/errors.ts";
import {
  helloTimeoutMs,
  messageBytesMax,
  messageRate,
  offencesMax,
  pingIntervalMs,
  protocolVersion,
  queuedBytesMax,
  silenceMaxMs,
  unauthenticatedBytesMax,
  workersMax,
  workersPerAddressMax,
} from "../../../../shared/protocol/limits.ts";
import { quoted } from "../../../../shared/words/sentence.ts";
import { type Header, pack } from "../../../support/attacks/bad-messages.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";

const hash = "0123456789abcdef".repeat(4);
const dataset = tinyDataset();
const config = testConfig({ layers: [12, 5, 3], batchSize: 20, shardSize: 3 });

class FakeSocket implements PeerSocket {
  readonly address: string;
  queuedBytes = 0;
  pings = 0;
  readonly sent: number[] = [];
  status: number | undefined;
  constructor(address: string) {
    this.address = address;
  }
  send(head: Uint8Array): void {
    this.sent.push(head.length);
  }
  ping(): void {
    this.pings += 1;
  }
  close(status: number): void {
    this.status ??= status;
  }
  terminate(): void {
    this.status ??= 1006;
  }
}

interface Peer {
  readonly socket: FakeSocket;
  readonly handler: PeerHandler;
  isAdmitted: boolean;
}

const nothing = () => undefined;

/** @param minWorkers - With fewer workers the run never starts, so there is nothing to answer. */
function createStage(minWorkers = 1_000) {
  const events: CoordinatorEvent[] = [];
  const clock = { nowMs: 0 };
  let sessions = 0;
  const coordinator = new WorkerSessions({
    kernel: hash,
    selfTest: hash,
    admits: (token) => token === "join-token",
    now: () => clock.nowMs,
    newSession: () => `session-${sessions++}`,
    report: (event) => events.push(event),
  });
  const run = createRun({
    id: "run-1",
    store: createStore({ kernel: createPlainKernel(), config, dataset }),
    dataset,
    workers: coordinator,
    output: { save: nothing, report: nothing, end: nothing },
    minWorkers,
  });
  coordinator.start(run, `/data/${hash}`);
  const connect = (address = "10.0.0.9"): Peer => {
    const socket = new FakeSocket(address);
    const peer: Peer = {
      socket,
      isAdmitted: false,
      handler: coordinator.connect(socket, () => (peer.isAdmitted = true)),
    };
    return peer;
  };
  return { coordinator, events, clock, connect };
}

const header = (fields: Record<string, unknown>): Header => new Map(Object.entries(fields));
const answer = { run: "run-1", step: 7, block: [0, 1], computeMs: 1 };
const hello = header({
  type: "hello",
  protocol: protocolVersion,
  token: "join-token",
  name: "mallory",
  kind: "node",
  agent: "",
  threads: 1,
  kernel: hash,
  session: "",
});
const ready = header({ type: "ready", run: "run-1", selfTest: hash, samplesPerSecond: 1 });
const messages: readonly (readonly [Header, Float32Array?])[] = [
  [hello],
  [ready],
  [header({ type: "gradient", ...answer, lossSum: 1, correct: 0 }), new Float32Array(83)],
  [header({ type: "costs", ...answer }), new Float32Array(1)],
  [header({ type: "evaluation", ...answer, lossSum: 1, correct: 0 }), new Float32Array(9)],
  [header({ type: "failed", run: "run-1", step: 7, block: [0, 1], reason: quoted("") })],
  [header({ type: "pause", reason: quoted("") })],
  [header({ type: "resume" })],
  [header({ type: "leave", reason: quoted("bye") })],
];

describe("messages after the socket was closed", () => {
  test("are not read: a refused peer can say nothing more", () => {
    const { connect, events } = createStage();
    const peer = connect();
    peer.handler.message(new Uint8Array([0xc1]));
    const told = events.length;
    for (const [message, tensor] of messages) peer.handler.message(pack(message, tensor));
    peer.handler.garbage(quoted("more"));
    expect([peer.socket.status, events.length]).toEqual([closeStatus.ERR_DECODE, told]);
  });
});

describe("before hello", () => {
  test("every message but hello, and one of 4,097 bytes, closes the socket", () => {
    const { connect } = createStage();
    for (const [message, tensor] of messages.slice(1)) {
      const peer = connect();
      peer.handler.message(pack(message, tensor));
      expect([message.get("type"), peer.socket.status]).toEqual([
        message.get("type"),
        closeStatus.ERR_STATE,
      ]);
      expect(peer.isAdmitted).toBe(false);
    }
    const large = connect();
    large.handler.message(new Uint8Array(unauthenticatedBytesMax + 1).fill(0x80));
    expect(large.socket.status).toBe(closeStatus.ERR_TOO_LARGE);
  });

  test("a wrong token admits nobody and gets one error; the right one admits", () => {
    const { connect, events } = createStage();
    for (const token of ["", "join-toke", "join-token2", "JOIN-TOKEN"]) {
      const peer = connect();
      peer.handler.message(pack(new Map([...hello, ["token", token]])));
      expect([peer.socket.status, peer.isAdmitted]).toEqual([closeStatus.ERR_TOKEN, false]);
      expect(peer.socket.sent).toHaveLength(1);
    }
    expect(events).toHaveLength(4);
    expect(JSON.stringify(events)).not.toMatch(/join-tok/iu);
    const peer = connect();
    peer.handler.message(pack(hello));
    expect([peer.socket.status, peer.isAdmitted]).toEqual([undefined, true]);
  });

  test(`silence of ${helloTimeoutMs} ms closes the socket`, () => {
    const { coordinator, connect, clock } = createStage();
    const peer = connect();
    clock.nowMs = helloTimeoutMs;
    coordinator.tick();
    expect(peer.socket.status).toBe(undefined);
    clock.nowMs += 1;
    coordinator.tick();
    expect(peer.socket.status).toBe(closeStatus.ERR_TIMEOUT);
  });
});

describe("a flood", () => {
  const stale = pack(...(messages[2] as [Header, Float32Array]));
  const floods: readonly (readonly [string, (handler: PeerHandler) => void])[] = [
    ["stale results", (handler) => handler.message(stale)],
    ["pings", (handler) => handler.ping()],
    ["pongs that nobody asked for", (handler) => handler.pong()],
    ["resumes", (handler) => handler.message(pack(header({ type: "resume" })))],
  ];

  test.each(floods)(
    `of ${messageRate.burst} %s passes, one more closes the socket with ERR_RATE`,
    (_, send) => {
      const { connect } = createStage();
      const { socket, handler } = connect();
      handler.message(pack(hello));
      for (let i = 1; i < messageRate.burst; i++) send(handler);
      expect(socket.status).toBe(undefined);
      send(handler);
      expect(socket.status).toBe(closeStatus.ERR_RATE);
    },
  );

  test(`that used up its burst gains ${messageRate.perSecond} per second, and no more`, () => {
    const { connect, clock } = createStage();
    const { socket, handler } = connect();
    handler.message(pack(hello));
    for (let i = 1; i < messageRate.burst; i++) handler.message(stale);
    clock.nowMs += 1_000;
    for (let i = 0; i < messageRate.perSecond; i++) handler.message(stale);
    expect(socket.status).toBe(undefined);
    handler.message(stale);
    expect(socket.status).toBe(closeStatus.ERR_RATE);
  });

  test(`of ${messageRate.perSecond} per second for a minute is not a flood`, () => {
    const { connect, clock } = createStage();
    const { socket, handler } = connect();
    handler.message(pack(hello));
    for (let i = 0; i < 60 * messageRate.perSecond; i++) {
      clock.nowMs += 1000 / messageRate.perSecond;
      handler.message(stale);
    }
    expect(socket.status).toBe(undefined);
  });
});

describe("a worker of a run that has started", () => {
  const parameterCount = 83;
  const wrong = () =>
    pack(
      header({ type: "gradient", ...answer, step: 0, block: [0, 3], lossSum: 1, correct: 0 }),
      new Float32Array(parameterCount),
    );

  test(`is warned of ${offencesMax - 1} results for something that is not a block, and closed at the next with ERR_OFFENCES`, () => {
    const { socket, handler, events } = begin();
    handler.message(pack(ready));
    for (let i = 1; i < offencesMax; i++) handler.message(wrong());
    expect(events.filter(({ event }) => event === "warning")).toHaveLength(offencesMax - 1);
    expect(socket.status).toBe(undefined);
    handler.message(wrong());
    expect(socket.status).toBe(closeStatus.ERR_OFFENCES);
  });

  test(`that does not read gets no work once ${queuedBytesMax(parameterCount)} bytes wait for it`, () => {
    const room = queuedBytesMax(parameterCount) - 4 * parameterCount;
    for (const [queuedBytes, isGiven] of [
      [room, true],
      [room + 1, false],
    ] as const) {
      const { socket, handler } = begin();
      const before = socket.sent.length;
      socket.queuedBytes = queuedBytes;
      handler.message(pack(ready));
      expect(socket.sent.length > before).toBe(isGiven);
      expect(socket.status).toBe(undefined);
    }
  });

  test("may send one message as large as the run's model needs, and no larger one", () => {
    const { coordinator } = createStage();
    expect(coordinator.messageBytesMax()).toBe(messageBytesMax(parameterCount));
    expect(new WorkerSessions({ ...silent }).messageBytesMax()).toBe(messageBytesMax(0));
  });

  test(`is pinged every ${pingIntervalMs} ms while it answers, and cut after ${silenceMaxMs} ms of silence`, () => {
    const { coordinator, socket, handler, clock } = begin();
    handler.message(pack(ready));
    for (let i = 1; i <= 10; i++) {
      clock.nowMs = i * pingIntervalMs;
      coordinator.tick();
      expect(socket.pings).toBe(i);
      handler.pong();
    }
    clock.nowMs += pingIntervalMs;
    coordinator.tick();
    clock.nowMs += silenceMaxMs - pingIntervalMs;
    coordinator.tick();
    expect([socket.status, socket.pings]).toEqual([undefined, 11]);
    clock.nowMs += 1;
    coordinator.tick();
    expect(socket.status).toBe(1006);
  });

  test("is not declared silent if it was the coordinator that was blocked: it is pinged first, and gets its time", () => {
    const { coordinator, socket, handler, clock } = begin();
    handler.message(pack(ready));
    clock.nowMs = 10 * silenceMaxMs;
    coordinator.tick();
    clock.nowMs += silenceMaxMs - pingIntervalMs;
    coordinator.tick();
    expect([socket.status, socket.pings]).toEqual([undefined, 1]);
    handler.pong();
    clock.nowMs += 1;
    coordinator.tick();
    expect([socket.status, socket.pings]).toEqual([undefined, 2]);
  });
});

const silent = {
  kernel: hash,
  selfTest: hash,
  admits: () => true,
  now: () => 0,
  newSession: () => "",
  report: nothing,
};

test(`protocol ${protocolVersion} is supported: any other version is closed with ERR_VERSION`, () => {
  const { connect } = createStage();
  for (const version of [protocolVersion - 1, protocolVersion + 1, 2 ** 31]) {
    const { socket, handler } = connect();
    handler.message(pack(new Map([...hello, ["protocol", version]])));
    expect(socket.status).toBe(closeStatus.ERR_VERSION);
  }
  const { socket, handler } = connect();
  handler.message(pack(hello));
  expect(socket.status).toBe(undefined);
});

describe("places for workers", () => {
  test(`are ${workersPerAddressMax} for one address, or one IPv6 network; one more gets ERR_FULL, until one leaves`, () => {
    for (const addressOf of [
      () => "10.0.0.9",
      (i: number) => `2001:db8:0:7:${i.toString(16)}::1`,
    ] as const) {
      const { connect } = createStage();
      const peers = Array.from({ length: workersPerAddressMax }, (_, i) => connect(addressOf(i)));
      expect(new Set(peers.map(({ socket }) => socket.status))).toEqual(new Set([undefined]));
      const more = connect(addressOf(9_999));
      expect(more.socket.status).toBe(closeStatus.ERR_FULL);
      more.handler.closed(quoted("closed"));
      expect(connect("10.0.0.10").socket.status).toBe(undefined);
      peers[0]!.handler.closed(quoted("gone"));
      expect(connect(addressOf(0)).socket.status).toBe(undefined);
      expect(connect(addressOf(0)).socket.status).toBe(closeStatus.ERR_FULL);
    }
  });

  test(`are ${workersMax} in total; one more from a new address gets ERR_FULL, and is not read`, () => {
    const { connect } = createStage();
    for (let i = 0; i < workersMax; i++) connect(`10.0.${i % 200}.1`);
    const more = connect("10.1.0.1");
    more.handler.message(pack(hello));
    expect([more.socket.status, more.isAdmitted]).toEqual([closeStatus.ERR_FULL, false]);
  });
});

test("a second socket of one session closes the first with ERR_REPLACED, and further messages of the first are ignored", () => {
  const { connect, events } = createStage();
  const first = connect();
  first.handler.message(pack(hello));
  const second = connect();
  second.handler.message(pack(new Map([...hello, ["session", "session-0"]])));
  expect([first.socket.status, second.socket.status]).toEqual([
    closeStatus.ERR_REPLACED,
    undefined,
  ]);
  const told = events.length;
  first.handler.message(pack(header({ type: "leave", reason: quoted("bye") })));
  first.handler.closed(quoted("closed"));
  expect([events.length, second.socket.status]).toEqual([told, undefined]);
});

/** A stage with one worker that said hello. */
function begin() {
  const stage = createStage(1);
  const peer = stage.connect();
  peer.handler.message(pack(hello));
  return { ...stage, ...peer };
}

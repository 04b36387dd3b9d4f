import { describe, expect, test } from "vitest";

import { bytesOf } from "../../../shared/bytes.ts";
import { createPlainKernel } from "../../../shared/kernels/kernel.ts";
import { parameterCount } from "../../../shared/model/layout.ts";
import { closeStatus, type ProtocolErrorCode } from "../../../shared/protocol/errors.ts";
import {
  protocolVersion,
  agentLengthMax,
  silenceMaxMs,
  workerNameLengthMax,
} from "../../../shared/protocol/limits.ts";
import { digestOf } from "../../../shared/run/point-update.ts";
import { quoted, sayAtTerminal, type Sentence, sentence } from "../../../shared/words/sentence.ts";
import type { LoadDataset } from "../../../worker/platform.ts";
import type { WorkerStatus } from "../../../worker/status.ts";
import type { ComputePool, Job, JobEvents } from "../../../worker/threads/compute-pool.ts";
import { LocalPool } from "../../../worker/threads/local-pool.ts";
import { WorkerLoop } from "../../../worker/worker.ts";
import { testConfig } from "../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../support/fixtures/tiny-dataset.ts";
import {
  FakeClock,
  FakeCoordinator,
  fakeKernel,
} from "../../support/processes/fake-coordinator.ts";

const config = testConfig({ layers: [12, 4, 3], batchSize: 16, shardSize: 4 });
const count = parameterCount(config.model);
const parameterValues = Float32Array.from({ length: count }, () => 0.25);
const parameters = bytesOf(parameterValues);
const run = { type: "run", run: "r1", config, dataset: "/data/x" } as const;
const work = (step: number, ...blocks: [number, number][]) =>
  ({ type: "work", run: "r1", kind: "gradient", step, blocks }) as const;

const updateTo = (digest: string, step: number) =>
  ({ ...work(step, [0, 1]), type: "update", digest }) as const;

/** A pool that computes when the test says so. */
class HeldPool implements ComputePool {
  readonly threads = 1;
  loads = 0;
  job: { job: Job; events: JobEvents } | undefined;

  load() {
    this.loads += 1;
    return Promise.resolve({ selfTest: fakeKernel, samplesPerSecond: 1000 });
  }

  start(job: Job, events: JobEvents) {
    this.job = { job, events };
  }

  cancel() {
    this.job = undefined;
  }

  close() {}

  finish() {
    const { job, events } = this.job!;
    this.job = undefined;
    for (const block of job.blocks) {
      events.result(block, { lossSum: 1, correct: 0, values: new Uint8Array(4 * count) }, 2);
    }
    events.done();
  }
}

interface Given {
  readonly pool?: ComputePool;
  readonly seesPings?: boolean;
  readonly stopsAfterRun?: boolean;
  readonly name?: string;
  readonly agent?: string;
}

function setup(given: Given = {}) {
  const clock = new FakeClock();
  const coordinator = new FakeCoordinator({ seesPings: given.seesPings ?? true });
  const statuses: WorkerStatus[] = [];
  let downloads = 0;
  const loadDataset: LoadDataset = (_path, identity) => {
    downloads += 1;
    return Promise.resolve({ ...tinyDataset(), sha256: identity.sha256 });
  };
  const defer = (callback: () => void) => void clock.after(0, callback);
  const loop = new WorkerLoop({
    token: "secret",
    name: given.name ?? "otter",
    kind: "node",
    agent: given.agent ?? "test",
    kernel: fakeKernel,
    pool: given.pool ?? new LocalPool({ createKernel: createPlainKernel, clock, defer }),
    connect: coordinator.connect,
    loadDataset,
    clock,
    random: () => 0.5,
    stopsAfterRun: given.stopsAfterRun ?? false,
    changed: (status) => statuses.push(status),
  });
  loop.start();
  return { clock, coordinator, loop, statuses, downloads: () => downloads };
}

/** Lets the promises of the load settle. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

async function ready(given: Parameters<typeof setup>[0] = {}) {
  const world = setup(given);
  const socket = world.coordinator.welcome();
  socket.tell(run);
  await settled();
  return { ...world, socket };
}

describe("the worker loop", () => {
  test("says hello with its token and kernel, then ready with its self-test once the run is loaded", async () => {
    const { socket, loop } = await ready();
    expect(socket.types).toEqual(["hello", "ready"]);
    expect(socket.received[0]!.header).toMatchObject({
      token: "secret",
      kernel: fakeKernel,
      session: "",
    });
    expect(socket.received[1]!.header).toMatchObject({ run: "r1" });
    expect(loop.status.phase).toBe("training");
  });

  test("truncates what is too long for the coordinator: its name, its agent, and the reasons for a pause and a goodbye", async () => {
    const long = "x".repeat(1_000);
    const { socket, loop } = await ready({ name: long, agent: long });
    const reason = sentence("thread-crashed", { reason: quoted("x".repeat(5_000)) });
    loop.pause(reason);
    loop.leave(reason);
    // A message that is too long is not even decoded.
    expect(socket.types).toEqual(["hello", "ready", "pause", "leave"]);
    const [hello, , pause, leave] = socket.received.map(({ header }) => header);
    expect(hello).toMatchObject({
      name: "x".repeat(workerNameLengthMax),
      agent: "x".repeat(agentLengthMax),
    });
    const said = { code: "quoted", values: { text: /^a compute thread crashed: x+$/u } };
    for (const message of [pause, leave]) {
      const { reason: cut } = message as { readonly reason: Sentence };
      expect(cut.code).toBe(said.code);
      expect(cut.values["text"]).toMatch(said.values.text);
    }
  });

  test("answers work for 2 blocks with 2 gradients of one float32 a parameter, before the message's handler returns", async () => {
    const { socket } = await ready();
    socket.tell(work(0, [0, 2], [2, 3]), parameters);
    const [first, second] = socket.received.slice(2);
    expect(first!.header).toMatchObject({ type: "gradient", run: "r1", step: 0, block: [0, 2] });
    expect(second!.header).toMatchObject({ type: "gradient", block: [2, 3] });
    expect(first!.tensor.length).toBe(4 * count);
    expect(first!.tensor.some((byte) => byte !== 0)).toBe(true);
  });

  test("answers evaluate with 9 confusion counts for 3 classes", async () => {
    const { socket } = await ready();
    socket.tell(
      { type: "evaluate", run: "r1", step: 5, split: "test", blocks: [[0, 1]] },
      parameters,
    );
    expect(socket.received[2]!.header).toMatchObject({ type: "evaluation", step: 5 });
    expect(socket.received[2]!.tensor.length).toBe(36);
  });

  test("reports a block as failed if a parameter is NaN, and continues with the next step", async () => {
    const { socket } = await ready();
    const bad = new Float32Array(count).fill(Number.NaN);
    socket.tell(work(0, [0, 4]), new Uint8Array(bad.buffer));
    expect(socket.received[2]!.header).toMatchObject({ type: "failed", step: 0, block: [0, 4] });
    socket.tell(work(0, [0, 4]), parameters);
    expect(socket.types[3]).toBe("gradient");
  });

  test("drops step 7 when work for step 8 comes, and sends only the results of step 8", async () => {
    const pool = new HeldPool();
    const { socket } = await ready({ pool });
    socket.tell(work(7, [0, 4]), parameters);
    const late = pool.job!;
    socket.tell(work(8, [0, 2]), parameters);
    expect(pool.job).not.toBe(late);
    pool.finish();
    expect(socket.received.slice(2).map(({ header }) => header)).toMatchObject([
      { type: "gradient", step: 8, block: [0, 2] },
    ]);
  });

  test("adds later blocks to the same step", async () => {
    const pool = new HeldPool();
    const { socket } = await ready({ pool });
    socket.tell(work(7, [0, 2]), parameters);
    socket.tell(work(7, [2, 4]), parameters);
    pool.finish();
    pool.finish();
    expect(socket.received.slice(2).map(({ header }) => header)).toMatchObject([
      { block: [0, 2] },
      { block: [2, 4] },
    ]);
  });

  test("an evaluation under way survives work for a newer step", async () => {
    const pool = new HeldPool();
    const { socket } = await ready({ pool });
    socket.tell(
      { type: "evaluate", run: "r1", step: 5, split: "test", blocks: [[0, 1]] },
      parameters,
    );
    socket.tell(work(6, [0, 4]), parameters);
    pool.finish();
    pool.finish();
    expect(socket.types.slice(2)).toEqual(["evaluation", "gradient"]);
  });

  test("reconnects with its session, dataset and engine: 1 download and 1 load for 2 connections", async () => {
    const pool = new HeldPool();
    const { clock, coordinator, socket, downloads, loop } = await ready({ pool });
    socket.events.closed({ status: 1006, reason: null });
    expect(loop.status.phase).toBe("retrying");
    clock.advance(250);
    expect(coordinator.sockets.length).toBe(2);
    const second = coordinator.welcome();
    second.tell(run);
    expect(second.received[0]!.header).toMatchObject({ type: "hello", session: "session-1" });
    expect(second.types).toEqual(["hello", "ready"]);
    expect([downloads(), pool.loads]).toEqual([1, 1]);
  });

  test("loads a run that ended its connection while loading only once", async () => {
    const pool = new HeldPool();
    const { clock, coordinator, downloads } = setup({ pool });
    const first = coordinator.welcome();
    first.tell(run);
    first.events.closed({ status: 1006, reason: null });
    await settled();
    clock.advance(250);
    const second = coordinator.welcome();
    second.tell(run);
    expect(second.types).toEqual(["hello", "ready"]);
    expect([downloads(), pool.loads]).toEqual([1, 1]);
  });

  test("a dataset that can't be loaded costs the connection, and the next run message tries again", async () => {
    const { clock, coordinator, loop, statuses } = setup();
    const socket = coordinator.welcome();
    socket.tell({ ...run, config: testConfig({ layers: [99, 3] }) });
    await settled();
    expect(statuses.at(-1)).toMatchObject({ phase: "retrying" });
    expect(statuses.at(-1)?.detail.code).toBe("cannot-load-run");
    expect(socket.received.at(-1)!.header).toMatchObject({
      type: "leave",
      reason: { code: "cannot-load-run" },
    });
    clock.advance(250);
    coordinator.welcome().tell(run);
    await settled();
    expect(loop.status.phase).toBe("training");
  });

  test("the 7 final close codes stop it with a sentence, and no timer remains", () => {
    const codes: ProtocolErrorCode[] = [
      "ERR_VERSION",
      "ERR_KERNEL",
      "ERR_TOKEN",
      "ERR_REPLACED",
      "ERR_MISMATCH",
      "ERR_OFFENCES",
      "ERR_ORIGIN",
    ];
    for (const code of codes) {
      const { clock, coordinator, loop } = setup();
      coordinator.socket.events.opened();
      coordinator.socket.events.closed({ status: closeStatus[code], reason: quoted(code) });
      expect(loop.status).toMatchObject({ phase: "stopped", failed: true });
      expect(sayAtTerminal(loop.status.detail).length).toBeGreaterThan(20);
      expect(clock.timerCount).toBe(0);
    }
  });

  test("shows the coordinator's error message from before the close, whether it knows the code or not", () => {
    const known = sentence("token-wrong");
    const unknown = { code: "from-the-future", values: { text: "no such luck", depth: 7 } };
    for (const reason of [known, unknown]) {
      const { coordinator, loop } = setup();
      coordinator.socket.events.opened();
      coordinator.socket.tell({ type: "error", code: "ERR_TOKEN", reason });
      coordinator.socket.events.closed({ status: closeStatus.ERR_TOKEN, reason: null });
      expect(loop.status).toMatchObject({ detail: { code: "token-refused" }, refusal: reason });
    }
  });

  test("ERR_FULL is no reason to stay away", () => {
    const { coordinator, loop } = setup();
    coordinator.socket.events.closed({ status: closeStatus.ERR_FULL, reason: quoted("ERR_FULL") });
    expect(loop.status.phase).toBe("retrying");
  });

  test("refuses a coordinator with another kernel", () => {
    const { coordinator, loop } = setup();
    const { socket } = coordinator;
    socket.events.opened();
    const kernel = "f".repeat(64);
    socket.tell({
      type: "welcome",
      protocol: protocolVersion,
      session: "s",
      name: "otter",
      kernel,
    });
    expect(loop.status).toMatchObject({ phase: "stopped", failed: true });
  });

  test("bytes that are not a message, work for another run, a short tensor and an update in float32 each cost the connection, no more", async () => {
    const bad: ((socket: FakeCoordinator["socket"]) => void)[] = [
      (socket) => socket.events.message([new Uint8Array([1, 2, 3])]),
      (socket) => socket.events.message([]),
      (socket) => socket.tell({ ...work(0, [0, 4]), run: "other" }, parameters),
      (socket) => socket.tell(work(0, [0, 4]), parameters.subarray(4)),
      (socket) => socket.tell(updateTo("0".repeat(16), 0), parameters),
    ];
    for (const send of bad) {
      const { clock, coordinator, socket, loop } = await ready();
      send(socket);
      expect(socket.closedByWorker?.status).toBeGreaterThanOrEqual(4400);
      clock.advance(250);
      coordinator.welcome().tell(run);
      expect(loop.status.phase).toBe("training");
    }
  });

  test("a block that is not a node of the tree is answered by failed", async () => {
    const { socket } = await ready();
    socket.tell(work(0, [1, 3]), parameters);
    expect(socket.received[2]!.header).toMatchObject({ type: "failed", block: [1, 3] });
  });

  test("while paused it computes nothing, says so again after a reconnect, and takes work after resume", async () => {
    const { clock, coordinator, socket, loop } = await ready();
    loop.pause(quoted("lunch"));
    socket.tell(work(0, [0, 4]), parameters);
    expect(socket.types.slice(2)).toEqual(["pause"]);
    socket.events.closed({ status: 1006, reason: null });
    clock.advance(250);
    const second = coordinator.welcome();
    second.tell(run);
    expect(second.types).toEqual(["hello", "ready", "pause"]);
    loop.resume();
    second.tell(work(1, [0, 4]), parameters);
    expect(second.types.slice(3)).toEqual(["resume", "gradient"]);
  });

  test("in a run in int8 it computes where an update leads, or else asks for the whole point and computes nothing", async () => {
    const pool = new HeldPool();
    const { coordinator } = setup({ pool });
    const socket = coordinator.welcome();
    socket.tell({ ...run, config: { ...config, wire: "int8" } });
    await settled();
    const tensor = new Uint8Array(68).fill(64, 0, count).fill(256 - 8, count, count + 1);
    const next = parameterValues.map((value) => value + 0.25);
    socket.tell(work(0, [0, 1]), parameters);
    socket.tell(updateTo(digestOf(next), 1), tensor);
    expect(pool.job!.job).toMatchObject({ step: 1, parameters: bytesOf(next) });
    // An evaluation is elsewhere, and moves nothing.
    const about = { run: "r1", step: 1, split: "test", blocks: [[0, 1]] } as const;
    socket.tell({ type: "evaluate", ...about, blocks: [[0, 1]] }, parameters);
    socket.tell(updateTo(digestOf(next), 1), tensor);
    expect(socket.types.slice(2)).toEqual([]);
    socket.tell(updateTo(digestOf(parameterValues), 2), tensor);
    expect(pool.job).toBeUndefined();
    expect(socket.types.slice(2)).toEqual(["pause", "resume"]);
    socket.tell(updateTo(digestOf(next), 2), tensor);
    expect(socket.types.slice(4)).toEqual(["pause", "resume"]);
    socket.tell(work(2, [0, 1]), parameters);
    expect(pool.job!.job).toMatchObject({ step: 2, parameters });
  });

  test("leave says goodbye, closes, and stays away", async () => {
    const { clock, coordinator, socket, loop } = await ready();
    loop.leave(quoted("enough"));
    expect(socket.types.at(-1)).toBe("leave");
    expect(socket.closedByWorker?.status).toBe(1000);
    clock.advance(60_000);
    expect(coordinator.sockets.length).toBe(1);
    expect(loop.status).toMatchObject({ phase: "stopped", failed: false });
  });

  test("after the end of the run a closing coordinator ends a worker that stops after its run", async () => {
    const { socket, loop } = await ready({ stopsAfterRun: true });
    socket.tell({
      type: "end",
      run: "r1",
      reason: sentence("run-finished"),
      fingerprint: "a".repeat(64),
    });
    expect(loop.status.phase).toBe("waiting");
    socket.events.closed({ status: 1001, reason: null });
    expect(loop.status).toMatchObject({ phase: "stopped", failed: false });
  });

  test(`a socket that sees pings is given up after ${silenceMaxMs} ms without one, but not if it got one`, async () => {
    const { clock, coordinator, socket } = await ready();
    clock.advance(8_000);
    socket.events.alive();
    clock.advance(8_000);
    expect(socket.closedByWorker).toBeUndefined();
    clock.advance(silenceMaxMs - 8_000);
    expect(socket.closedByWorker?.status).toBe(closeStatus.ERR_TIMEOUT);
    clock.advance(250);
    expect(coordinator.sockets.length).toBe(2);
  });

  test("a browser's silent socket is probed by repeating resume every 12 s, and kept", async () => {
    const { clock, socket } = await ready({ seesPings: false });
    clock.advance(25_000);
    expect(socket.types.slice(2)).toEqual(["resume", "resume"]);
    expect(socket.closedByWorker).toBeUndefined();
  });

  test("waits 125 ms, 250 ms, 500 ms … 2 s at jitter 0.5 while the coordinator is away", () => {
    const { clock, coordinator } = setup();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      const lostMs = clock.nowMs;
      const before = coordinator.sockets.length;
      coordinator.socket.events.closed({ status: 1006, reason: null });
      while (coordinator.sockets.length === before) clock.advance(25);
      waits.push(clock.nowMs - lostMs);
    }
    expect(waits).toEqual([125, 250, 500, 1000, 2000, 2000, 2000, 2000]);
  });

  test("a coordinator that accepts the socket but never answers is given up after 15 s", () => {
    const { clock, coordinator } = setup();
    coordinator.socket.events.opened();
    clock.advance(15_250);
    expect(coordinator.sockets.length).toBe(2);
  });
});

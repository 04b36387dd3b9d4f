/**
 * @file A worker whose coordinator sends the point in slices: it computes with all of them or with none, and what is wrong
 * with them costs the connection, no more.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { bytesOf } from "../../../shared/bytes.ts";
import { createPlainKernel } from "../../../shared/kernels/kernel.ts";
import { parameterCount } from "../../../shared/model/layout.ts";
import { encodeHead, encodeSliceHead } from "../../../shared/protocol/codec.ts";
import { closeStatus, type ProtocolErrorCode } from "../../../shared/protocol/errors.ts";
import { sliceBytesMax } from "../../../shared/protocol/limits.ts";
import { quoted } from "../../../shared/words/sentence.ts";
import type { ComputePool, Job } from "../../../worker/threads/compute-pool.ts";
import { LocalPool } from "../../../worker/threads/local-pool.ts";
import { WorkerLoop } from "../../../worker/worker.ts";
import { countProperties } from "../../support/fixtures/count-properties.ts";
import { testConfig } from "../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../support/fixtures/tiny-dataset.ts";
import {
  FakeClock,
  FakeCoordinator,
  fakeKernel,
} from "../../support/processes/fake-coordinator.ts";

countProperties("slices for a worker");

const config = testConfig({ layers: [12, 4, 3], batchSize: 16, shardSize: 4 });
const count = parameterCount(config.model);
const bytes = 4 * count;
const run = { type: "run", run: "r1", config, dataset: "/data/x" } as const;
const work = (step: number) => ({
  type: "work" as const,
  run: "r1",
  kind: "gradient" as const,
  step,
  blocks: [[0, 4] satisfies [number, number]],
});
/** Each step has another point, all values alike. */
const pointOf = (step: number) => bytesOf(new Float32Array(count).fill(1 + step));

/** Notes what it is asked to compute, and computes nothing. */
class NotingPool implements ComputePool {
  readonly threads = 1;
  readonly jobs: Job[] = [];
  load = () => Promise.resolve({ selfTest: fakeKernel, samplesPerSecond: 1 });
  start = (job: Job) => void this.jobs.push({ ...job, parameters: job.parameters.slice() });
  cancel() {}
  close() {}
}

async function ready(pool: ComputePool) {
  const clock = new FakeClock();
  const coordinator = new FakeCoordinator();
  const loop = new WorkerLoop({
    token: "",
    name: "otter",
    kind: "node",
    agent: "test",
    kernel: fakeKernel,
    pool,
    connect: coordinator.connect,
    loadDataset: (_path, { sha256 }) => Promise.resolve({ ...tinyDataset(), sha256 }),
    clock,
    random: () => 0.5,
    stopsAfterRun: false,
    changed: () => {},
  });
  loop.start();
  const socket = coordinator.welcome();
  socket.tell(run);
  await new Promise((resolve) => setImmediate(resolve));
  const announce = (step: number, length = bytes) =>
    socket.events.message([encodeHead(work(step), length)]);
  const slice = (part: Uint8Array) =>
    socket.events.message([encodeSliceHead(part.length), part].filter(({ length }) => length > 0));
  return { clock, coordinator, loop, socket, announce, slice };
}

describe("a point of 67 values in 3 slices", () => {
  test("gives the same answer as in one message, with other messages in between", async () => {
    const { socket, announce, slice } = await ready(
      new LocalPool({ createKernel: createPlainKernel, clock: new FakeClock(), defer: () => {} }),
    );
    socket.tell(work(1), pointOf(1));
    announce(1);
    slice(pointOf(1).subarray(0, 100));
    socket.tell({ type: "wait", reason: quoted("for the rest") });
    slice(pointOf(1).subarray(100, 101));
    expect(socket.types).toEqual(["hello", "ready", "gradient"]);
    slice(pointOf(1).subarray(101));
    const [, , one, other] = socket.received;
    expect(other!.tensor).toEqual(one!.tensor);
    expect(socket.closedByWorker).toBe(undefined);
  });

  test("that is given up is not computed with, and the next one is whole", async () => {
    const pool = new NotingPool();
    const { announce, slice, socket } = await ready(pool);
    announce(1);
    slice(pointOf(1).subarray(0, 100));
    slice(new Uint8Array(0));
    announce(2);
    slice(pointOf(2));
    expect(pool.jobs.map(({ step }) => step)).toEqual([2]);
    expect(pool.jobs[0]!.parameters).toEqual(pointOf(2));
    expect(socket.closedByWorker).toBe(undefined);
  });

  test("of which the connection took the rest is forgotten", async () => {
    const pool = new NotingPool();
    const { announce, slice, socket, clock, coordinator } = await ready(pool);
    announce(1);
    slice(pointOf(1).subarray(0, 100));
    socket.events.closed({ status: 1006, reason: null });
    clock.advance(1_000);
    const next = coordinator.welcome("session-1");
    next.tell(run);
    next.tell(work(2), pointOf(2));
    expect(pool.jobs.map(({ step }) => step)).toEqual([2]);
    expect(next.closedByWorker).toBe(undefined);
  });

  test("is not computed with if the worker pauses meanwhile", async () => {
    const pool = new NotingPool();
    const { announce, slice, loop, socket } = await ready(pool);
    announce(1);
    loop.pause(quoted("lunch"));
    slice(pointOf(1));
    expect([pool.jobs, socket.closedByWorker]).toEqual([[], undefined]);
  });
});

type World = Awaited<ReturnType<typeof ready>>;

test.each<readonly [string, ProtocolErrorCode, (world: World) => void]>([
  ["too many slices", "ERR_STATE", ({ slice }) => slice(new Uint8Array(4))],
  ["too few", "ERR_STATE", ({ announce }) => [announce(2), announce(3)]],
  [
    "another tensor in between",
    "ERR_STATE",
    ({ announce, socket }) => [announce(2), socket.tell(work(3), pointOf(3))],
  ],
  [
    "a slice beyond the end",
    "ERR_DECODE",
    ({ announce, slice }) => [announce(2), slice(new Uint8Array(bytes + 4))],
  ],
  [
    "a slice that is too large",
    "ERR_TOO_LARGE",
    ({ announce, slice }) => [announce(2), slice(new Uint8Array(sliceBytesMax + 1))],
  ],
  ["a tensor of another length", "ERR_SHAPE", ({ announce }) => announce(2, bytes + 4)],
  [
    "a slice that says another length",
    "ERR_DECODE",
    ({ announce, socket }) => [
      announce(2),
      socket.events.message([encodeSliceHead(8), new Uint8Array(4)]),
    ],
  ],
  [
    "a tensor for no run",
    "ERR_STATE",
    ({ socket }) => socket.events.message([encodeHead({ ...work(2), run: "other" }, bytes)]),
  ],
])("%s: the connection is closed with %s, and the worker comes back", async (_, code, send) => {
  const pool = new NotingPool();
  const world = await ready(pool);
  const { announce, slice, socket, clock, coordinator, loop } = world;
  announce(1);
  slice(pointOf(1));
  send(world);
  expect(socket.closedByWorker?.status).toBe(closeStatus[code]);
  expect(pool.jobs.map(({ step }) => step)).toEqual([1]);
  clock.advance(1_000);
  coordinator.welcome().tell(run);
  expect(loop.status.phase).toBe("training");
});

test("after any announcements, slices and messages, it has computed only with whole points of one step", async () => {
  const action = fc.oneof(
    { weight: 3, arbitrary: fc.constant("announce" as const) },
    { weight: 8, arbitrary: fc.constant("slice" as const) },
    { weight: 1, arbitrary: fc.constantFrom("give up", "wrong", "whole", "wait", "random") },
  );
  const length = fc.integer({ min: 1, max: bytes });
  const script = fc.array(fc.tuple(action, length), { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(script, async (actions) => {
      const pool = new NotingPool();
      const { announce, slice, socket } = await ready(pool);
      let [step, sent] = [0, bytes];
      for (const [what, part] of actions) {
        if (what === "announce") {
          // Mostly an honest one: not before the last one is through.
          if (sent < bytes && part % 8 > 0) continue;
          step += 1;
          sent = 0;
          announce(step);
        } else if (what === "slice") {
          if (sent === bytes && part % 16 > 0) continue;
          const end = Math.min(bytes, sent + part);
          slice(pointOf(step).subarray(sent, end));
          sent = end;
        } else if (what === "give up") {
          slice(new Uint8Array(0));
          sent = bytes;
        } else if (what === "wrong") slice(new Uint8Array(bytes + 4));
        else if (what === "whole") socket.tell(work(step), pointOf(step));
        else if (what === "wait") socket.tell({ type: "wait", reason: quoted("") });
        else socket.events.message([Uint8Array.of(part, 0, 0, 0, 4, 1)]);
        if (socket.closedByWorker !== undefined) break;
      }
      for (const { step: computed, parameters } of pool.jobs) {
        expect(parameters).toEqual(pointOf(computed));
      }
    }),
  );
});

/** @file The routes of monitoring: who gets what, with which method. And TensorBoard's log when the disk fails. */
import { createServer } from "node:http";

import { afterAll, beforeAll, expect, test } from "vitest";

import { Monitor, type MonitorOptions } from "../../../../coordinator/monitor/monitor.ts";
import { type Sentence, sayAtTerminal } from "../../../../shared/words/sentence.ts";
import { listenLocally } from "../../../support/processes/local-server.ts";

let warnings: Sentence[] = [];
const quiet: MonitorOptions = {
  settings: { metrics: "admin" },
  disk: { mkdir: async () => {}, append: async () => {} },
  current: () => undefined,
  view: () => ({ run: null, workers: [] }),
  lineOf: (event) => JSON.stringify(event),
  warn: (message) => warnings.push(message),
  wallMs: () => 1_000_000,
};
const monitor = new Monitor(quiet);
const server = createServer((request, response) => {
  const isAnswered = monitor.routes.some(({ handle }) => handle(request, response));
  if (!isAnswered) response.writeHead(501).end();
});
let url = "";

beforeAll(async () => {
  url = await listenLocally(server);
});
afterAll(() => void server.close());

test.each([
  ["GET", "/healthz", 200],
  ["HEAD", "/healthz", 200],
  ["GET", "/readyz", 503],
  ["GET", "/metrics?x", 200],
  ["POST", "/metrics", 405],
  ["GET", "/metricsx", 501],
  ["GET", "/", 501],
])("%s %s without a run: %i", async (method, path, status) => {
  expect((await fetch(`${url}${path}`, { method })).status).toBe(status);
});

test("the figures need the admin token unless the operator opens them", () => {
  expect(monitor.routes[0]).toMatchObject({ prefix: "/metrics", role: "operator" });
  const open = new Monitor({ ...quiet, settings: { metrics: "anybody" } });
  expect(open.routes[0]).toMatchObject({ prefix: "/metrics", role: "anybody" });
});

test("what a network on texts writes is in TensorBoard's log", async () => {
  const written: Uint8Array[] = [];
  const append = async (_: string, bytes: Uint8Array) => void written.push(bytes);
  const settings = { metrics: "admin", tensorboard: "logs" } as const;
  const log = new Monitor({ ...quiet, settings, disk: { ...quiet.disk, append } });
  const sample = { event: "sample", step: 1, epoch: 1, temperature: 1 } as const;
  log.event({ ...sample, text: "to be\nor not" });
  await log.close();
  expect(Buffer.concat(written).toString("latin1")).toContain("    to be\n    or not");
});

test("a disk that fails costs TensorBoard the run, and one warning", async () => {
  warnings = [];
  const written: number[] = [];
  const full = async (_: string, bytes: Uint8Array) => {
    written.push(bytes.length);
    throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
  };
  const settings = { metrics: "admin", tensorboard: "logs" } as const;
  const failing = new Monitor({ ...quiet, settings, disk: { ...quiet.disk, append: full } });
  const started = {
    event: "started",
    run: "r",
    title: { code: "no-run-yet", values: {} },
  } as const;
  failing.event({ ...started, step: 0, totalSteps: 1, parameterCount: 1 });
  const score = { testLoss: 1, testAccuracy: 1, testMetrics: { accuracy: 1 } };
  const validation = { validationLoss: null, validationMetrics: null, isBetterThanGuess: null };
  const rates = { seconds: 1, samplesPerSecond: 1, stepsPerSecond: 1 };
  const end = { event: "finished", steps: 1, fingerprint: "", checkpoint: null } as const;
  failing.event({ ...end, ...rates, ...score, ...validation });
  await failing.close();
  expect(written).toHaveLength(1);
  expect(warnings.map((warning) => sayAtTerminal(warning))).toEqual([
    expect.stringMatching(/^cannot write logs.r.events\.out\.tfevents\.1000\..*: .*space/u),
  ]);
});

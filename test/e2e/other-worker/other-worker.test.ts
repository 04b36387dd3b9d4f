/**
 * @file A worker in another language, written from the wire page alone, takes part with the right bits: alone, and beside
 * one of ours. It shows that the page says enough.
 */
import { join } from "node:path";

import { afterEach, describe, expect, test } from "vitest";

import { firstOf } from "../../support/fixtures/effort.ts";
import type { Cluster, CoordinatorProcess } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";
import { freePort } from "../../support/processes/local-server.ts";
import { python, type PythonWorker, pythonWorker } from "../../support/processes/python-worker.ts";
import { undisturbedRun } from "../../support/trainers/undisturbed-run.ts";

const short = ["--dataset", "digits:600,100", "--exit", "--steps", "5", "--shard-size", "16"];

let cluster: Cluster;
let others: PythonWorker[] = [];

eachWithCluster((fresh) => (cluster = fresh));
afterEach(async () => {
  for (const other of others) other.kill();
  others = [];
});

/** Starts the worker in Python. */
async function joinInPython(coordinator: CoordinatorProcess): Promise<PythonWorker> {
  const { joinUrl } = await coordinator.event("listening");
  const worker = pythonWorker(String(joinUrl));
  others.push(worker);
  return worker;
}

describe.skipIf(python === undefined)("a worker in Python that knows only the wire page", () => {
  // Between them, these have everything that a worker does in its own way.
  const runs = [
    "--loss=bce --output=sigmoid --activation=tanh --augment=flip,shift=2,crop=3 --freeze=1 --wire=int8",
    "--optimizer=local-search --candidates=3 --activation=sigmoid --wire=int8",
    "--loss=mse --output=softmax --activation=relu --optimizer=nag --local-steps=2 --replicas=3 --wire=float16",
    "--loss=mae --output=tanh --optimizer=adam --local-steps=3 --clip-norm=0.1 --schedule=cosine --warmup-steps=2 --wire=int8",
    "--loss=cce --output=softmax --activation=sigmoid --wire=float16",
    "--optimizer=sgd --augment=flip,shift=2,crop=3",
  ];

  test.each(firstOf(4, runs))(
    "computes 5 steps and an evaluation with the same bits, alone: %s",
    async (flags) => {
      const settings = flags.split(" ");
      const whole = await undisturbedRun(...short, ...settings);
      const coordinator = cluster.coordinator(...short, ...settings, "--audit=sample");
      const heard = await joinInPython(coordinator);
      const end = await coordinator.event("finished");
      expect(heard.said).toBe("");
      expect(end.fingerprint).toBe(whole.fingerprint);
      expect(end.testAccuracy).toBe(whole.testAccuracy);
      expect(end.testLoss).toBe(whole.testLoss);
    },
  );

  test("reads a text with dropout, and its figures are the same", async () => {
    const file = join(import.meta.dirname, "../../../LICENSE");
    const text = [`--dataset=text:${file}`, "--context=8", "--exit", "--steps=3", "--batch-size=6"];
    const run = [...text, "--model=gpt:layers=1,heads=2,width=8,dropout=0.2"];
    const whole = await undisturbedRun(...run);
    const coordinator = cluster.coordinator(...run, "--audit=sample");
    const heard = await joinInPython(coordinator);
    const end = await coordinator.event("finished");
    expect(heard.said).toBe("");
    expect(end.fingerprint).toBe(whole.fingerprint);
    expect(end.testMetrics).toEqual(whole.testMetrics);
  }, 60_000);

  test("comes back after 1001, when the run is resumed at the same address", async () => {
    // A step takes it half a second: enough of them that the stop comes in mid-run, and no more.
    const few = ["--dataset=digits:600,20", "--exit", "--steps=10", "--shard-size=16"];
    const whole = await undisturbedRun(...few);
    const place = ["--port", String(await freePort()), "--name=lesson"];
    const first = cluster.coordinator(...few, ...place);
    const heard = await joinInPython(first);
    await first.event("worker");
    first.child.kill("SIGTERM");
    expect(await first.exited).toBe(130);
    const [, port = ""] = place;
    const second = cluster.coordinator("--exit", "--port", port, "--resume=lesson");
    expect((await second.event("finished")).fingerprint).toBe(whole.fingerprint);
    const names = second.events.filter(({ change }) => change === "joined").map(({ name }) => name);
    expect([names, heard.said]).toEqual([["snake"], ""]);
  }, 90_000);

  test("alone behind a relay, whose points come in 2 slices, computes the same bits", async () => {
    const long = ["--layers=784,32,10", "--wire=float32"];
    const whole = await undisturbedRun(...short, ...long);
    const coordinator = cluster.coordinator(...short, ...long, "--audit=sample");
    const { joinUrl } = await coordinator.event("listening");
    const relay = await cluster.relay(String(joinUrl));
    const heard = pythonWorker(relay.joinUrl);
    others.push(heard);
    const end = await coordinator.event("finished");
    expect([end.fingerprint, heard.said]).toEqual([whole.fingerprint, ""]);
  }, 90_000);

  test("shares the steps with a Node worker under quorum, and the result is the same", async () => {
    const whole = await undisturbedRun(...short, "--batch-size=64");
    const args = ["--batch-size=64", "--min-workers=2", "--local-workers=1", "--audit=quorum"];
    const coordinator = cluster.coordinator(...short, ...args);
    const heard = await joinInPython(coordinator);
    const end = await coordinator.event("finished");
    expect(heard.said).toBe("");
    expect(end.fingerprint).toBe(whole.fingerprint);
    const joined = coordinator.events.filter(({ change }) => change === "joined");
    expect(joined.map(({ name }) => name)).toContain("snake");
  });
});

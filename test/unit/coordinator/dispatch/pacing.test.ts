/** @file Slow and single steps: when they begin, and that they are the same steps. */
import { expect, test } from "vitest";

import { Pacing, paces, slowStepMs } from "../../../../coordinator/dispatch/pacing.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import { DirectRun } from "../../../support/trainers/direct-run.ts";

const wasm = await loadKernelWasm();
const dataset = tinyDataset();
const config = testConfig({ layers: [12, 5, 3], batchSize: 20, shardSize: 3 });

const createKernel = () => instantiateKernel(wasm);

function runAt(pacing: Pacing): DirectRun {
  return new DirectRun({ config, dataset, createKernel, workers: 2, pacing });
}

/** Does all the work there is. */
function settle(direct: DirectRun): void {
  while (direct.work());
}

test("at the slow pace, a step begins a second after the one before", () => {
  const pacing = new Pacing("slow");
  expect(pacing.begin(5)).toBe(true);
  expect(pacing.begin(4 + slowStepMs)).toBe(false);
  expect(pacing.begin(5 + slowStepMs)).toBe(true);
});

test("a step that is asked for is one step, also of a run at full speed", () => {
  const pacing = new Pacing();
  expect([pacing.begin(0), pacing.begin(0)]).toEqual([true, true]);
  pacing.askStep();
  expect([pacing.pace, pacing.begin(0), pacing.begin(1e9)]).toEqual(["single", true, false]);
  pacing.choose("full");
  expect(pacing.begin(1e9)).toBe(true);
});

test("step by step: each word is one step, and the run says what it waits for", () => {
  const pacing = new Pacing("single");
  const direct = runAt(pacing);
  settle(direct);
  expect([direct.run.step, direct.run.phase]).toEqual([0, "waiting"]);
  expect(direct.run.waitingFor(0)?.code).toBe("waiting-for-next-step");
  for (const step of [1, 2, 3]) {
    pacing.askStep();
    direct.wait(10);
    settle(direct);
    direct.wait(60_000);
    settle(direct);
    expect(direct.run.step).toBe(step);
  }
});

test("in slow motion the run is training between two steps, and a worker less does not stop it", () => {
  const direct = runAt(new Pacing("slow"));
  settle(direct);
  expect([direct.run.step, direct.run.phase]).toEqual([1, "training"]);
  expect(direct.run.waitingFor(0)).toBeNull();
  direct.leave("w1");
  direct.wait(slowStepMs);
  settle(direct);
  expect(direct.run.step).toBe(2);
});

test("the fingerprint is the same at every pace", () => {
  const fingerprints = paces.map((pace) => {
    const pacing = new Pacing(pace);
    const direct = runAt(pacing);
    while (direct.outcome === undefined) {
      settle(direct);
      if (pace === "single") pacing.askStep();
      direct.wait(slowStepMs);
    }
    return fingerprintOf(direct.store.parameters);
  });
  expect(new Set(fingerprints).size).toBe(1);
});

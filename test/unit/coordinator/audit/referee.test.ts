import { describe, expect, test } from "vitest";

import { Referee } from "../../../../coordinator/audit/referee.ts";
import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { createEngine } from "../../../../shared/engine/engine.ts";
import { instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import { initialParameters } from "../../../../shared/model/initialize.ts";
import { quoted, sentence } from "../../../../shared/words/sentence.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import { DirectRun } from "../../../support/trainers/direct-run.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";

const wasm = await loadKernelWasm();
const createKernel = () => instantiateKernel(wasm);
const dataset = tinyDataset();
const config = testConfig({ layers: [12, 5, 3], batchSize: 20, shardSize: 3 });
const unit = { kind: "gradient", step: 0, block: { start: 0, end: 4 } } as const;

describe("a referee", () => {
  const referee = new Referee({ kernel: createKernel(), config, dataset });
  const parameters = initialParameters(config.model, config.seed);

  test("computes the block itself: possible at the initial parameters", () => {
    const result = referee.compute(unit, new Uint8Array(parameters.buffer));
    const engine = createEngine({ kernel: createKernel(), config, dataset });
    engine.setParameters(new Uint8Array(parameters.buffer));
    expect(result).toEqual(engine.compute(unit));
  });

  test("finds it impossible at parameters of 3e38, whose sums are infinite", () => {
    const huge = new Float32Array(parameters.length).fill(3e38);
    expect(referee.compute(unit, new Uint8Array(huge.buffer))).toBeUndefined();
  });
});

describe("a worker that says 10 times that it can't compute a block that can be computed", () => {
  test("commits an offence each time, with a reason, and changes no bit", () => {
    const direct = new DirectRun({ config, dataset, createKernel, workers: 1 });
    const reason = quoted("no".repeat(500));
    const block: [number, number] = [0, 7];
    for (let time = 0; time < 10; time++) {
      const message = { type: "failed", run: direct.run.id, step: 0, block, reason } as const;
      const outcome = direct.run.failed("w1", message, time);
      if (outcome.kind !== "offence") throw new Error(`the outcome is ${outcome.kind}`);
      expect(outcome.reason).toEqual(
        sentence("block-can-be-computed", { block: "[0, 7)", reason }),
      );
    }
    expect(direct.finish().kind).toBe("finished");
    const expected = trainSequentially(config, dataset).parameters;
    expect(fingerprintOf(direct.store.parameters)).toBe(fingerprintOf(expected));
  });
});

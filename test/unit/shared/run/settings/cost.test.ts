/** What a run costs, and who is asked or told before it begins. */
import { describe, expect, test } from "vitest";

import { drawDigits } from "../../../../../coordinator/datasets/digits.ts";
import { prepareRun } from "../../../../../coordinator/run-setup.ts";
import { createPlainKernel } from "../../../../../shared/kernels/kernel.ts";
import { costOf, largeModelParameters, largeRun } from "../../../../../shared/run/settings/cost.ts";
import { sayAtTerminal, type Sentence } from "../../../../../shared/words/sentence.ts";
import { testConfig } from "../../../../support/fixtures/run-config.ts";
import { memoryDisk } from "../../../../support/sim/memory-disk.ts";
import { parseCoordinator } from "../../../coordinator/cli/support.ts";

const wide = [784, 5_000, 5_000, 10];

describe("a run of 29 million parameters", () => {
  const optimizer = { name: "adam", learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
  const cost = costOf(
    testConfig({ layers: wide, optimizer: { ...optimizer, name: "adam" } }),
    12_000,
  );

  test("costs memory for 22 copies here and 8 on a worker, 117 MB a message, and minutes of a core", () => {
    const parameters = 784 * 5_000 + 5_000 + 5_000 * 5_000 + 5_000 + 5_000 * 10 + 10;
    expect(cost).toEqual({
      parameters,
      coordinatorBytes: 22 * 4 * parameters,
      workerBytes: 8 * 4 * parameters,
      messageBytes: 4 * parameters,
      epochSeconds: (6 * parameters * 12_000) / 20e9,
    });
  });

  test("is described in one sentence with these figures", () => {
    expect(sayAtTerminal(largeRun(cost)!)).toBe(
      "28,980,010 parameters take about 2.6 GB of memory here and 0.9 GB on each worker; every step sends 116 MB to each worker and gets as much back; an epoch takes one core 2 minutes or more",
    );
  });

  test("is one of many sizes: at most 5 million parameters need no sentence", () => {
    expect(largeRun({ ...cost, parameters: largeModelParameters })).toBe(undefined);
    expect(largeRun({ ...cost, parameters: largeModelParameters + 1 })).toBeDefined();
  });
});

describe("before a large run takes any memory", () => {
  const { dataset, bytes } = drawDigits(20, 10);
  const cached = `/cache/digits-v1-20-10.${dataset.sha256}.safetensors`;
  const { options, run } = parseCoordinator(
    `coordinator --dataset digits:20,10 --runs /runs --cache /cache --layers ${wide.join()}`.split(
      " ",
    ),
  );

  function prepare(asksFirst: boolean, told: Sentence[]) {
    const kernel = createPlainKernel();
    kernel.memory.grow = () => {
      throw new RangeError("WebAssembly.Memory.grow(): Maximum memory size exceeded");
    };
    return prepareRun(
      options,
      { ...run, asksFirst },
      {
        kernel,
        disk: memoryDisk(new Map([[cached, bytes]])),
        newRunId: () => "a",
        progress: (said) => told.push(said),
      },
    );
  }

  test("a form is asked", async () => {
    const told: Sentence[] = [];
    await expect(prepare(true, told)).rejects.toThrow(
      /^28,980,010 parameters take .*\. Train it all the same\?$/u,
    );
    expect(told).toEqual([]);
  });

  test("a command line is told, and goes on", async () => {
    const told: Sentence[] = [];
    await expect(prepare(false, told)).rejects.toThrow("there is not enough memory for it");
    expect(told.map(({ code }) => code)).toEqual(["large-run"]);
  });
});

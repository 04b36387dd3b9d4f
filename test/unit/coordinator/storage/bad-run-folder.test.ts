/**
 * @file Checkpoints and run folders that were damaged, edited or forged: the right result, or one line that names
 * the file.
 */

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { drawDigits } from "../../../../coordinator/datasets/digits.ts";
import { prepareRun, type PreparedRun } from "../../../../coordinator/run-setup.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../../../coordinator/storage/checkpoint.ts";
import { known } from "../../../../shared/assert.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import { OperatorError } from "../../../../shared/operator-error.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { decodeSafetensors } from "../../../../shared/safetensors.ts";
import { inEnglish } from "../../../../test/support/fixtures/in-english.ts";
import {
  damaged,
  damages,
  expectLine,
  forgedCheckpoint,
  lineOf,
} from "../../../support/attacks/bad-files.ts";
import { countProperties } from "../../../support/fixtures/count-properties.ts";
import { cases } from "../../../support/fixtures/effort.ts";
import { memoryDisk } from "../../../support/sim/memory-disk.ts";
import { parseCoordinator } from "../cli/support.ts";
import { checkpointAt, config as fixtureConfig } from "./checkpoint-fixture.ts";

countProperties("a run's folder");

const bytesOf = (text: string) => new TextEncoder().encode(text);
const reluModel = (...widths: readonly number[]) =>
  denseModel({ widths, activation: "relu", output: "softmax" });
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe("a checkpoint with a right hash and wrong contents", () => {
  const { metadata, tensors } = decodeSafetensors(encodeCheckpoint(checkpointAt(100)));
  const withConfig = (changes: Partial<RunConfig>) =>
    new Map([...metadata, ["config", JSON.stringify({ ...fixtureConfig, ...changes })]]);
  const model = (widths: number[]) => withConfig({ model: reluModel(...widths) });
  const progress = (changes: object) =>
    new Map([
      ...metadata,
      ["progress", JSON.stringify({ ...JSON.parse(metadata.get("progress") ?? ""), ...changes })],
    ]);
  const without = (name: string) => new Map([...tensors].filter(([key]) => key !== name));

  test("is forged by the test in the program's format: unchanged it is read", () => {
    expect(decodeCheckpoint(forgedCheckpoint(metadata, tensors))).toMatchObject({ ok: true });
  });

  test.each<[string, ReadonlyMap<string, string>, typeof tensors, RegExp]>([
    [
      "a model of 2^53 × 2^53",
      model([2 ** 53 - 1, 2 ** 53 - 1]),
      tensors,
      /^tensor 0\.weight is not/u,
    ],
    ["a model of 8 GiB", model([46_341, 46_341]), tensors, /^tensor 0\.weight is not/u],
    [
      "another optimizer",
      withConfig({ optimizer: { name: "sgd", learningRate: 1 } }),
      tensors,
      /state is \[velocity\], sgd has \[\]/u,
    ],
    [
      "no optimizer state",
      metadata,
      new Map([...tensors].filter(([key]) => !key.startsWith("optimizer"))),
      /state is \[\], momentum has/u,
    ],
    ["a tensor less", metadata, without("0.bias"), /^tensor 0\.bias is not F32 \[2\]/u],
    [
      "half of a state",
      metadata,
      without("optimizer.velocity.2.bias"),
      /^tensor optimizer\.velocity\.2\.bias/u,
    ],
    [
      "a tensor more",
      metadata,
      new Map([...tensors, ["x", { shape: [1], data: Float32Array.of(1) }]]),
      /it has 9 tensors/u,
    ],
    [
      "a state named __proto__",
      metadata,
      new Map([
        ...tensors,
        ["optimizer.__proto__.0.weight", { shape: [2, 3], data: new Float32Array(6) }],
      ]),
      /^tensor optimizer\.__proto__\.0\.bias/u,
    ],
    ["a step of −1", new Map([...metadata, ["step", "-1"]]), tensors, /^its step is not valid/u],
    [
      "a step of 10^30",
      new Map([...metadata, ["step", "1e30"]]),
      tensors,
      /^its step is not valid/u,
    ],
    [
      "a step that is a text",
      new Map([...metadata, ["step", '"7"']]),
      tensors,
      /^its step is not valid/u,
    ],
    [
      "a config that is no JSON",
      new Map([...metadata, ["config", "{"]]),
      tensors,
      /^its config is not JSON/u,
    ],
    [
      "a config of 100,000 lists",
      new Map([...metadata, ["config", `${"[".repeat(100_000)}${"]".repeat(100_000)}`]]),
      tensors,
      /^its config is not valid/u,
    ],
    [
      "a config with __proto__",
      new Map([
        ...metadata,
        ["config", JSON.stringify(fixtureConfig).replace("{", '{"__proto__":{"isAdmin":true},')],
      ]),
      tensors,
      /^its config is not valid/u,
    ],
    [
      "no progress",
      new Map([...metadata].filter(([key]) => key !== "progress")),
      tensors,
      /^its progress is not JSON/u,
    ],
    ["progress with a word more", progress({ more: 1 }), tensors, /^its progress is not valid/u],
    [
      "5 sums of 2 classes",
      progress({
        evaluation: {
          ...checkpointAt(1).progress.evaluation,
          loss: 1,
          sums: [1, 2, 3, 4, 5],
        },
      }),
      tensors,
      /5 sums, its task has 516/u,
    ],
  ])("%s is refused", (_, changed, changedTensors, reason) => {
    const decoded = decodeCheckpoint(forgedCheckpoint(changed, changedTensors));
    expect(inEnglish(decoded)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });
});

describe("a run folder", () => {
  const { dataset, bytes } = drawDigits(20, 10);
  const cached = `/cache/digits-v1-20-10.${dataset.sha256}.safetensors`;
  const { options, run: request } = parseCoordinator([
    "coordinator",
    "--resume",
    "--runs",
    "/runs",
    "--cache",
    "/cache",
  ]);

  async function resume(files: ReadonlyMap<string, Uint8Array>, told = request) {
    return await prepareRun(options, told, {
      kernel: createPlainKernel(),
      disk: memoryDisk(new Map([...files, [cached, bytes]])),
      newRunId: () => "new",
      progress: () => undefined,
    });
  }

  /** A run of one layer that was set up and wrote one checkpoint. */
  async function aRun(): Promise<{ files: Map<string, Uint8Array>; prepared: PreparedRun }> {
    const files = new Map([[cached, bytes]]);
    const told = parseCoordinator([
      "coordinator",
      "--dataset",
      "digits:20,10",
      "--layers",
      "784,10",
      "--runs",
      "/runs",
      "--cache",
      "/cache",
    ]);
    const prepared = await prepareRun(told.options, told.run, {
      kernel: createPlainKernel(),
      disk: memoryDisk(files),
      newRunId: () => "a",
      progress: () => undefined,
    });
    const { step, parameters, state } = prepared.store.snapshot();
    const written = await prepared.folder.writeCheckpoint({
      config: prepared.config,
      step,
      parameters,
      optimizerState: state,
      progress: { ...checkpointAt(0).progress, evaluation: null },
    });
    expect(written.ok).toBe(true);
    files.set("/runs/a/metrics.jsonl", bytesOf('{"step":0}\n{"step":1}\n'));
    return { files, prepared };
  }

  test("is not created for a model that does not fit in the machine's memory: one line says so", async () => {
    const files = new Map([[cached, bytes]]);
    const told = parseCoordinator(
      "coordinator --dataset digits:20,10 --runs /runs --cache /cache".split(" "),
    );
    const kernel = createPlainKernel();
    kernel.memory.grow = () => {
      throw new RangeError("WebAssembly.Memory.grow(): Maximum memory size exceeded");
    };
    const world = { kernel, newRunId: () => "a", progress: () => undefined };
    const prepared = prepareRun(told.options, told.run, { ...world, disk: memoryDisk(files) });
    await expect(prepared).rejects.toThrow(OperatorError);
    await expect(prepared).rejects.toThrow(
      "layers 784,16,16,10: there is not enough memory for it; choose smaller layers",
    );
    expect([...files.keys()]).toEqual([cached]);
  });

  test("continues if it is unchanged", async () => {
    const { files, prepared } = await aRun();
    const resumed = await resume(files);
    expect(resumed.config).toEqual(prepared.config);
    expect(resumed.notes).toEqual([]);
  });

  test("with one of its files damaged continues unchanged, or is refused in one line", async () => {
    const { files, prepared } = await aRun();
    const paths = [...files.keys()].filter((path) => path.startsWith("/runs/"));
    expect(paths).toHaveLength(3);
    // Without the checkpoint, everything depends on config.json.
    const bare = new Map([...files].filter(([path]) => !path.endsWith(".safetensors")));
    const ends = { same: 0, other: 0, refused: 0 };
    const property = fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.boolean(),
      damages,
      async (path, isBare, changes) => {
        const before = isBare ? bare : files;
        const now = new Map(before);
        const found = before.get(path);
        if (found !== undefined) now.set(path, damaged(found, changes));
        try {
          const { config, plan } = await resume(now);
          const isSame = JSON.stringify(config) === JSON.stringify(prepared.config);
          // A damaged digit in the editable config.json may become another valid digit.
          ends[isSame ? "same" : "other"] += 1;
          const mayDiffer = isBare && path === "/runs/a/config.json";
          expect(isSame || mayDiffer).toBe(true);
          expect(plan.totalSteps).toBeGreaterThan(0);
        } catch (error) {
          expectLine(error, /\/runs|digits|the dataset/u);
          ends.refused += 1;
        }
      },
    );
    await fc.assert(property, { numRuns: cases(200) });
    expect(ends.same).toBeGreaterThan(cases(100));
    expect(ends.refused).toBeGreaterThan(cases(10));
  });

  const edits: [string, (setup: { config: RunConfig; dataset: string }) => unknown, RegExp][] = [
    [
      "another kind of dataset",
      (setup) => ({ ...setup, dataset: "cifar" }),
      /^\/runs\/a\/config\.json: dataset must be digits, .*, not cifar; correct it/u,
    ],
    [
      "a dataset with a line break",
      (setup) => ({ ...setup, dataset: "a\nb" }),
      /not a\\nb; correct it/u,
    ],
    [
      "no dataset",
      ({ config }) => ({ config }),
      /^\/runs\/a\/config\.json is not a run's: dataset is not valid; correct it/u,
    ],
    ["a list", () => [], /^\/runs\/a\/config\.json is not a run's: it is not valid/u],
    [
      "__proto__",
      (setup) =>
        JSON.parse(
          JSON.stringify(setup).replace('"config":{', '"config":{"__proto__":{"isAdmin":true},'),
        ),
      /config is not valid/u,
    ],
    ...(
      [
        [
          "layers",
          { model: reluModel(784, 2 ** 53 - 1, 10) },
          /layers 784,9007199254740991,10 makes .* parameters; a run has at most 100,000,000, use narrower layers/u,
        ],
        [
          "layers of other data",
          { model: reluModel(2, 10) },
          /layers 2,10 does not fit digits:20,10: its samples have 784 values/u,
        ],
        [
          "batchSize",
          { batchSize: 2 ** 40 },
          /batchSize 1099511627776 is more than the 20 training samples/u,
        ],
        ["shardSize", { shardSize: 2 ** 40 }, /shardSize 1099511627776 is more than a batch/u],
        [
          "candidates",
          { optimizer: { name: "local-search", candidates: 2 ** 40, sigma: 1 } },
          /candidates must be a whole number from 1 to 65536 .*, not 1099511627776; resume from/u,
        ],
        [
          "learningRate",
          { optimizer: { name: "sgd", learningRate: 1e300 } },
          /learningRate must be a number above 0 \(float32\), not 1e\+300/u,
        ],
        ["epochs", { epochs: 1.5 }, /config\.epochs is not valid/u],
      ] as [string, Partial<RunConfig>, RegExp][]
    ).map(([what, changes, reason]): (typeof edits)[number] => [
      what,
      ({ config, dataset: source }) => ({ config: { ...config, ...changes }, dataset: source }),
      reason,
    ]),
  ];
  test.each(edits)(
    "whose config.json has %s that is not possible is refused by name",
    async (_, edit, reason) => {
      const { files } = await aRun();
      const path = "/runs/a/config.json";
      const setup = edit(JSON.parse(textOf(known(files.get(path), "it was set up"))));
      const bare = new Map([[path, bytesOf(JSON.stringify(setup))]]);
      const line = lineOf(await resume(bare).catch((error: unknown) => error));
      expect(line).toMatch(reason);
      expect(line).toContain("/runs/a/config.json");
      expect(({} as Record<string, unknown>)["isAdmin"]).toBe(undefined);
    },
  );

  test("whose config.json has 2 MiB, or nests 100,000 levels, is refused", async () => {
    for (const text of [" ".repeat(2 ** 21), `${"[".repeat(100_000)}${"]".repeat(100_000)}`]) {
      const files = new Map([["/runs/a/config.json", bytesOf(text)]]);
      const line = lineOf(await resume(files).catch((error: unknown) => error));
      expect(line).toMatch(/^(cannot read )?\/runs\/a\/config\.json/u);
    }
  });

  test("whose checkpoint was forged to ask for 2^40 samples per batch is refused with the checkpoint's name", async () => {
    const { files } = await aRun();
    const path = "/runs/a/checkpoints/step-00000000.safetensors";
    const { metadata, tensors } = decodeSafetensors(known(files.get(path), "it was written"));
    const config = JSON.parse(metadata.get("config") ?? "");
    const forged = new Map([
      ...metadata,
      ["config", JSON.stringify({ ...config, batchSize: 2 ** 40 })],
    ]);
    files.set(path, forgedCheckpoint(forged, tensors));
    const line = lineOf(await resume(files).catch((error: unknown) => error));
    expect(line).toBe(
      `${path}: batchSize 1099511627776 is more than the 20 training samples of digits:20,10; use at most 20, or full`,
    );
  });
});

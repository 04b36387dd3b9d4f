/** @file Runs whose parameters and gradients travel as float16 or int8: the sequential trainer's bits, for any workers. */
import { describe, expect, test } from "vitest";

import { fingerprintOf } from "../../../../coordinator/storage/checkpoint.ts";
import { evaluateModel } from "../../../../coordinator/tools/evaluation.ts";
import { assert } from "../../../../shared/assert.ts";
import { createEngine } from "../../../../shared/engine/engine.ts";
import { createWireForm } from "../../../../shared/engine/wire-form.ts";
import { createPlainKernel, instantiateKernel } from "../../../../shared/kernels/kernel.ts";
import { denseModel } from "../../../../shared/model/dense-model.ts";
import { Random } from "../../../../shared/random.ts";
import type { RunConfig } from "../../../../shared/run/config.ts";
import { type Block, childrenOf } from "../../../../shared/run/tree.ts";
import { allIn, type WireName } from "../../../../shared/run/wire.ts";
import { sentence } from "../../../../shared/words/sentence.ts";
import { floatsOf } from "../../../support/fixtures/kernel-twins.ts";
import { loadKernelWasm } from "../../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";
import { gradientOptimizers } from "../../../support/fixtures/store-fixture.ts";
import { tinyDataset } from "../../../support/fixtures/tiny-dataset.ts";
import {
  DirectRun,
  type DirectRunOptions,
  finishInAnyOrder,
  type Told,
  trainDirectly,
} from "../../../support/trainers/direct-run.ts";
import { trainSequentially } from "../../../support/trainers/sequential-trainer.ts";
import { asNode, roundedToHalves } from "../../../support/trainers/sequential-wire.ts";
import { type Peer, Stage, stageConfig } from "./stage-fixture.ts";

const wasm = await loadKernelWasm();
const createKernel = () => instantiateKernel(wasm);
const dataset = tinyDataset();

/** 323 parameters, which are two chunks. */
function configOf(changes: Partial<RunConfig> = {}): RunConfig {
  const base = testConfig({ layers: [12, 20, 3], batchSize: 40, shardSize: 3, wire: "float16" });
  return { ...base, epochs: 2, ...changes };
}

type Options = Partial<DirectRunOptions>;

function trainIn(changes: Partial<RunConfig>, workers: number, options: Options = {}) {
  return trainDirectly({ config: configOf(changes), dataset, createKernel, workers, ...options });
}

describe.each(["float16", "int8"] as const)("a run in %s", (wire) => {
  const train = (changes: Partial<RunConfig>, workers: number, options: Options = {}) =>
    trainIn({ wire, ...changes }, workers, options);
  const config = (changes: Partial<RunConfig> = {}) => configOf({ wire, ...changes });
  const search = { name: "local-search", candidates: 6, sigma: 0.05 } as const;

  test.each([...gradientOptimizers, search])(
    "of $name is the sequential trainer's with 1, 2, 3 and 5 workers, and so is its evaluation",
    (optimizer) => {
      const expected = trainSequentially(config({ optimizer }), dataset);
      const fingerprint = fingerprintOf(expected.parameters);
      for (const workers of [1, 2, 3, 5]) {
        const { direct, ...run } = train({ optimizer }, workers);
        expect(run.fingerprint).toBe(fingerprint);
        expect(direct.run.progress.evaluation!.loss).toBe(expected.testLoss);
      }
      // A local search may choose the same candidates all the same.
      const inFloat32 = train({ optimizer, wire: "float32" }, 2);
      const differs = inFloat32.fingerprint !== fingerprint;
      expect(differs || optimizer.name === "local-search").toBe(true);
    },
  );

  test("gives the same bits with a frozen layer, random orders of arrival, the plain kernel and quorum", () => {
    const changes: Partial<RunConfig> = { freeze: 1, weightDecay: 0.01, clipNorm: 0.5 };
    const expected = fingerprintOf(trainSequentially(config(changes), dataset).parameters);
    for (let seed = 0; seed < 5; seed++) {
      const random = new Random(seed);
      const choose = (count: number) => random.below(count);
      const audit = (["none", "sample", "quorum"] as const)[seed % 3]!;
      expect(train(changes, 1 + seed, { choose, audit }).fingerprint).toBe(expected);
    }
    const plain = train(changes, 2, { createKernel: createPlainKernel });
    expect(plain.fingerprint).toBe(expected);
  });

  test("resumed from each of its checkpoints ends like the uninterrupted one", () => {
    const { direct, fingerprint } = train({}, 2);
    expect(direct.snapshots.length).toBeGreaterThan(0);
    for (const resume of direct.snapshots) {
      expect(train({}, 3, { resume }).fingerprint).toBe(fingerprint);
      // The parameters stay float32: rounding them would be felt.
      const { parameters } = resume.store;
      expect(roundedToHalves(parameters)).not.toEqual(parameters);
    }
  });

  test("sends a gradient of 83 × 2 + 2 or 83 + 1 bytes instead of 83 × 4", () => {
    const lengths = new Set<number>();
    train({ model: testConfig({ layers: [12, 5, 3] }).model }, 2, {
      tell: (_, told) => {
        if (told.message.type === "gradient") lengths.add(told.tensor.length);
        return told;
      },
    });
    expect([...lengths]).toEqual([wire === "float16" ? 168 : 84]);
  });

  test("expels a worker whose gradient differs in the last bit of one value", () => {
    const { direct, fingerprint } = train({}, 3, { audit: "sample", tell: lie });
    expect(direct.expelled.map(({ workerId }) => workerId)).toEqual(["w2"]);
    expect(fingerprint).toBe(train({}, 1).fingerprint);
  });

  test("that diverges ends with the sentence of float32, and keeps the last committed parameters", () => {
    const changes: Partial<RunConfig> = {
      optimizer: { name: "sgd", learningRate: 1e38 },
      loss: { name: "mse", reduction: "mean" },
      model: denseModel({ widths: [12, 5, 3], activation: "linear", output: "linear" }),
    };
    for (const each of ["float32", wire] as const) {
      const { outcome, direct } = train({ ...changes, wire: each }, 2);
      expect(outcome).toMatchObject({ kind: "failed", reason: { code: "step-diverged" } });
      expect(direct.store.parameters.every((value) => Number.isFinite(value))).toBe(true);
    }
  });

  test("is measured by the tools with its own figures, at the parameters that its workers got", () => {
    const { direct } = train({}, 2);
    const { parameters } = direct.store;
    const { testLoss } = evaluateModel(createKernel(), { config: config(), parameters }, dataset);
    expect(testLoss).toBe(direct.run.progress.evaluation!.loss);
  });
});

/** The types of the messages that asked a peer for a part of a step. */
function asked({ heard }: Peer): string[] {
  return heard.flatMap(({ type }) => (type === "work" || type === "update" ? [type] : []));
}

describe("points in int8", () => {
  const wide = testConfig({ layers: [12, 900, 3], batchSize: 40, shardSize: 3 });

  /** Bytes of a run's steps each way, headers included. */
  function traffic(wire: WireName, workers: number) {
    const bytes = { down: 0, up: 0 };
    const types: string[] = [];
    const run = { config: { ...wide, wire, epochs: 30 }, dataset, createKernel, workers };
    new DirectRun({
      ...run,
      carried(type, length) {
        types.push(type);
        if (type === "work" || type === "update") bytes.down += length;
        if (type === "gradient") bytes.up += length;
      },
    }).finish();
    return { ...bytes, types };
  }

  test("take 0.27 of the bytes of float32 in both directions, with all headers, scales and the first point", () => {
    const [whole, inBytes] = [traffic("float32", 1), traffic("int8", 1)];
    expect(inBytes.down / whole.down).toBeLessThan(0.27);
    expect(inBytes.up / whole.up).toBeLessThan(0.27);
    expect(inBytes.types.filter((type) => type === "work")).toHaveLength(1);
  });

  test("stay near the parameters, however many steps there are", () => {
    const [, , , , adam] = gradientOptimizers;
    const { direct } = trainIn({ wire: "int8", optimizer: adam!, epochs: 8 }, 2);
    const { parameters, state } = direct.store;
    const sent = state.get("sent")!;
    // It is of the step before, in which Adam moved each parameter by about η = 0.01.
    const distance = Math.max(...parameters.map((value, i) => Math.abs(value - sent[i]!)));
    expect(distance).toBeGreaterThan(0);
    expect(distance).toBeLessThan(0.03);
  });

  test("change no bit when workers join and leave in any order", () => {
    const expected = trainIn({ wire: "int8" }, 1).fingerprint;
    for (let seed = 0; seed < 20; seed++) {
      const random = new Random(seed, 3);
      const run = { config: configOf({ wire: "int8" }), dataset, createKernel, workers: 1 };
      const direct = new DirectRun({ ...run, choose: (count) => random.below(count) });
      finishInAnyOrder(direct, random, 6);
      expect(fingerprintOf(direct.store.parameters), `seed ${seed}`).toBe(expected);
    }
  });

  test("are updates for a worker that has the point before, and whole for one that comes back", () => {
    const stage = new Stage({ config: { ...stageConfig(20), wire: "int8" }, minWorkers: 2 });
    stage.start();
    const [first, second] = [stage.join("first"), stage.join("second")];
    /** Both work until one has been asked so often. */
    const until = (peer: Peer, times: number) => {
      for (let turn = 0; asked(peer).length < times; turn++) {
        assert(turn < 1_000, "it is asked");
        first.answerAll();
        second.answerAll();
      }
    };
    first.getReady();
    second.getReady();
    until(first, 3);
    expect(asked(first)).toEqual(["work", "update", "update"]);
    expect(asked(second).slice(0, 2)).toEqual(["work", "update"]);
    const before = asked(first).length;
    first.say({ type: "pause", reason: sentence("point-differs") });
    first.say({ type: "resume" });
    until(first, before + 2);
    expect(asked(first).slice(before, before + 2)).toEqual(["work", "update"]);
  });
});

test.each(["float16", "int8"] as const)(
  "every node of a step in %s is left + right, rounded",
  (wire) => {
    const rounded = configOf({ wire });
    const engine = createEngine({ kernel: createKernel(), config: rounded, dataset });
    const whole = createEngine({
      kernel: createKernel(),
      config: { ...rounded, wire: "float32" },
      dataset,
    });
    engine.clearParameters();
    whole.clearParameters();
    const node = (block: Block): Float32Array => {
      const values = read(engine.compute({ kind: "gradient", step: 0, block }).values, wire);
      const [left, right] = block.end - block.start === 1 ? [] : childrenOf(block).map(node);
      const exact =
        left === undefined
          ? floatsOf(whole.compute({ kind: "gradient", step: 0, block }).values)
          : left.map((value, i) => value + right![i]!);
      const of = [0, block.start, block.end] as const;
      expect(values).toEqual(asNode(exact, rounded, of));
      return values;
    };
    node({ start: 0, end: 14 });
  },
);

/** The values of a tensor in this form. */
function read(bytes: Uint8Array, wire: WireName): Float32Array {
  const kernel = createPlainKernel();
  const pointer = kernel.arena.allocate(4 * 323);
  expect(createWireForm(kernel, allIn(wire, 323)).unpack(pointer, bytes)).toBe(true);
  return kernel.views.f32.slice(pointer / 4, pointer / 4 + 323);
}

/** The second worker changes one bit of each gradient. */
function lie(workerId: string, { message, tensor }: Told): Told {
  const told = tensor.slice();
  if (workerId === "w2" && message.type === "gradient") told[100]! ^= 1;
  return { message, tensor: told };
}

/** @file What a coordinator keeps in memory of its data while it trains, and when the program collects garbage. */
import { gzipSync } from "node:zlib";

import { describe, expect, test } from "vitest";

import { drawDigits } from "../../../coordinator/datasets/digits.ts";
import { shelvable } from "../../../coordinator/datasets/shelved.ts";
import { Heap, tuneHeap } from "../../../coordinator/heap.ts";
import { fingerprintOf } from "../../../coordinator/storage/checkpoint.ts";
import { instantiateKernel } from "../../../shared/kernels/kernel.ts";
import { loadKernelWasm } from "../../support/fixtures/kernel-wasm.ts";
import { testConfig } from "../../support/fixtures/run-config.ts";
import { DirectRun } from "../../support/trainers/direct-run.ts";
import { trainSequentially } from "../../support/trainers/sequential-trainer.ts";

const wasm = await loadKernelWasm();
const createKernel = () => instantiateKernel(wasm);
const heap = new Heap(tuneHeap());

/** What a kernel holds besides data, of the network of the test. */
const buffersMax = 1e6;

/** Separate, so that no variable of a test keeps the bytes. */
function audited() {
  const original = drawDigits(2_000, 100);
  const packed = gzipSync(original.bytes);
  const dataset = shelvable(original, () => setImmediate(() => heap.collect()));
  const config = testConfig({ epochs: 1, batchSize: 100, shardSize: 25 });
  const options = { config, createKernel, workers: 2, audit: "sample" } as const;
  const direct = new DirectRun({ ...options, dataset: dataset.dataset });
  const { length } = original.bytes;
  const expected = fingerprintOf(trainSequentially(config, original.dataset).parameters);
  return { direct, dataset, packed, expected, length, bytes: new WeakRef(original.bytes.buffer) };
}

describe("a run with --audit sample", () => {
  test("has one copy of its data in the middle of training, which is smaller than their bytes, and the same bits", async () => {
    const { direct, dataset, packed, expected, length, bytes } = audited();
    for (let job = 0; job < 10; job++) expect(direct.work()).toBe(true);
    dataset.shelve?.(packed);
    await new Promise((resolve) => setImmediate(resolve));
    expect(bytes.deref()).toBeUndefined();
    expect(direct.store.kernel.arena.byteLength).toBeLessThan(0.65 * length + buffersMax);
    expect(direct.finish().kind).toBe("finished");
    expect(direct.expelled).toEqual([]);
    expect(fingerprintOf(direct.store.parameters)).toBe(expected);
  });
});

describe("the heap of the program", () => {
  test("is collected when it has doubled, and not before", () => {
    let used = 10;
    let collections = 0;
    const collect = () => {
      collections += 1;
      used = 12;
    };
    const small = new Heap(collect, () => used);
    small.look();
    expect(collections).toBe(1);
    used = 24;
    small.look();
    expect(collections).toBe(1);
    used = 25;
    small.look();
    expect(collections).toBe(2);
    small.look();
    expect(collections).toBe(2);
  });
});

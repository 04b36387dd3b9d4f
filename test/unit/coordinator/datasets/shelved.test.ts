/** @file A dataset that was put away: it has the same values, and its bytes are gone from memory. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { gzipSync } from "node:zlib";

import { expect, test } from "vitest";

import { drawDigits } from "../../../../coordinator/datasets/digits.ts";
import { shelvable } from "../../../../coordinator/datasets/shelved.ts";

setFlagsFromString("--expose-gc");
const collect: unknown = runInNewContext("gc");

function collectGarbage(): void {
  if (typeof collect === "function") Reflect.apply(collect, undefined, []);
}

/** Separate, so that no variable of a test keeps the original. */
function shelved() {
  const original = drawDigits(200, 50);
  const packed = gzipSync(original.bytes);
  const dataset = shelvable(original);
  return { packed, dataset, bytes: new WeakRef(original.bytes.buffer) };
}

test("its bytes leave the memory when it is put away, and not before", async () => {
  const { packed, dataset, bytes } = shelved();
  await Promise.resolve();
  collectGarbage();
  expect(bytes.deref()).toBeDefined();
  dataset.shelve?.(packed);
  // A WeakRef that was read stays until the end of its turn.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(bytes.deref()).toBeUndefined();
});

test("all of its values and facts are the same before and after, also when they are put away again", () => {
  const { bytes, dataset: expected } = drawDigits(200, 50);
  const { packed, dataset: loaded } = shelved();
  for (let turn = 0; turn < 3; turn++) {
    expect(loaded.bytes).toEqual(bytes);
    expect(JSON.stringify(loaded.dataset)).toBe(JSON.stringify(expected));
    expect(loaded.dataset.train.features).toEqual(expected.train.features);
    expect(loaded.dataset.test.targets).toEqual(expected.test.targets);
    loaded.shelve?.(packed);
  }
  expect(shelvable(loaded)).toBe(loaded);
});

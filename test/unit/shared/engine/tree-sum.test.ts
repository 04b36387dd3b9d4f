import { expect, test } from "vitest";

import { TreeSum } from "../../../../shared/engine/tree-sum.ts";
import { createPlainKernel } from "../../../../shared/kernels/kernel.ts";
import { Random } from "../../../../shared/random.ts";
import { type Block, childrenOf } from "../../../../shared/run/tree.ts";
import { drawFloats } from "../../../support/fixtures/kernel-twins.ts";

const valueCount = 5;
const leafCountMax = 70;
const leaves = Array.from({ length: leafCountMax }, (_, i) => ({
  values: drawFloats(new Random(i), valueCount),
  lossSum: 1 / (i + 3),
}));

test("sums of 1…70 leaves equal the recursion over the tree bit for bit, with one object for all", () => {
  const kernel = createPlainKernel();
  const sum = new TreeSum(kernel, valueCount, leafCountMax);
  for (let count = 1; count <= leafCountMax; count++) {
    sum.begin(0, 0);
    for (const { values, lossSum } of leaves.slice(0, count)) {
      kernel.views.f32.set(values, sum.leafPointer / 4);
      sum.push(lossSum, 1);
    }
    const { pointer, lossSum, correct } = sum.finish();
    const expected = recurse({ start: 0, end: count });
    expect(kernel.views.f32.slice(pointer / 4, pointer / 4 + valueCount)).toEqual(expected.values);
    expect(lossSum).toBe(expected.lossSum);
    expect(correct).toBe(count);
  }
});

function recurse(block: Block): { readonly values: Float32Array; readonly lossSum: number } {
  if (block.end - block.start === 1) return leaves[block.start]!;
  const [left, right] = childrenOf(block).map(recurse);
  return {
    values: left!.values.map((value, i) => value + right!.values[i]!),
    lossSum: left!.lossSum + right!.lossSum,
  };
}

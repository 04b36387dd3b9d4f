import { expect, test } from "vitest";

import { dealtSample } from "../../../../../coordinator/learn/classroom/deal.ts";
import { rowsOf, settlingOf } from "../../../../../coordinator/learn/classroom/panels/settle.ts";
import { batchSizeOf, epochOf, epochOrder, planRun } from "../../../../../shared/run/plan.ts";
import { testConfig } from "../../../../support/fixtures/run-config.ts";

test("each row has the value of every column and their mean; a column of another length is left out", () => {
  const rows = rowsOf([0, 13_001], [[0, 0.5], [0, -0.5], [0, 0.75], [1]]);
  expect(rows).toEqual([
    { parameter: 0, values: [0, 0, 0], mean: 0 },
    { parameter: 13_001, values: [0.5, -0.5, 0.75], mean: 0.25 },
  ]);
  expect(rowsOf([0], [])).toEqual([{ parameter: 0, values: [], mean: NaN }]);
});

test("the mean settles: of 1, 2, 3 … columns, each with its standard error s/√n", () => {
  const settling = settlingOf([1, 3, 2, 2]);
  expect(settling.map(({ mean }) => mean)).toEqual([1, 2, 2, 2]);
  expect(settling.map(({ count }) => count)).toEqual([1, 2, 3, 4]);
  expect(settling[0]?.error).toBe(0);
  expect(settling[1]?.error).toBeCloseTo(1 / Math.SQRT2, 12);
  expect(settling[3]?.error).toBeCloseTo(Math.sqrt(0.5) / 2, 12);
});

test("as many seats as the batch has samples are dealt each of them once; the next begins again", () => {
  const trainCount = 103;
  const config = testConfig({ batchSize: 20 });
  const plan = planRun(config, { trainCount, testCount: 1 });
  for (const step of [0, 3, plan.stepsPerEpoch - 1, plan.stepsPerEpoch + 2]) {
    const size = batchSizeOf(step, config, plan);
    const dealt = Array.from({ length: size }, (_, i) =>
      dealtSample(i + 1, { step, config, trainCount }),
    );
    const { epoch, batch } = epochOf(step, plan);
    const first = batch * config.batchSize;
    expect(dealt).toEqual([...epochOrder(epoch, config, plan).subarray(first, first + size)]);
    expect(dealtSample(size + 1, { step, config, trainCount })).toBe(dealt[0]);
  }
});

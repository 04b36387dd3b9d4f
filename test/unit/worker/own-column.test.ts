/** @file A worker's own column of the promedio table, beside the coordinator's. */
import { expect, test } from "vitest";

import { GradientTable } from "../../../coordinator/run/measures/gradient-table.ts";
import { bytesOf } from "../../../shared/bytes.ts";
import { denseModel } from "../../../shared/model/dense-model.ts";
import { sayInEnglish } from "../../../shared/words/sentence.ts";
import { OwnColumn } from "../../../worker/own-column.ts";

const model = denseModel({ widths: [4, 3, 2], activation: "sigmoid", output: "softmax" });
const config = { model, wire: "float32" } as const;
const gradient = (factor: number) => Float32Array.from({ length: 23 }, (_, i) => (i - 9) * factor);

test("a device's column is the one that the coordinator shows under its name, row by row", () => {
  const own = new OwnColumn(config, [2, 2]);
  const table = new GradientTable(config, [2, 2]);
  table.begin(5);
  for (const [factor, samples] of [
    [0.5, 3],
    [0.25, 5],
  ] as const) {
    own.add(5, bytesOf(gradient(factor)), samples);
    table.add(5, "me", bytesOf(gradient(factor)), samples);
  }
  // Another worker's samples are in the average, not in this column.
  table.add(5, "somebody", bytesOf(gradient(7)), 8);
  table.end(5, []);
  expect(own.view).toBeNull();
  own.add(6, bytesOf(gradient(1)), 8);
  const { step, samples, rows, workers } = table.table(["me", "somebody"])!;
  const mine = workers.indexOf("me");
  expect([own.view?.step, own.view?.samples]).toEqual([step, samples[mine]]);
  expect(own.view?.rows).toEqual(
    rows.map(({ short, gradients }) => ({ name: short, gradient: gradients[mine] })),
  );
  expect(own.view?.rows.map(({ name }) => sayInEnglish(name))[0]).toBe("L1 2,2→1");
});

test("a step is shown once the next one has begun, and steps without a share are left out", () => {
  const own = new OwnColumn(config, [2, 2]);
  for (const step of [0, 3, 4]) own.add(step, bytesOf(gradient(step)), 2);
  expect(own.view).toMatchObject({ step: 3, samples: 2 });
});

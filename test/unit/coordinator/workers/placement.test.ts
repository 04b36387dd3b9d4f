import { expect, test } from "vitest";

import {
  placeLocalWorkers,
  type PlacementRequest,
  togetherFromParameters,
} from "../../../../coordinator/workers/placement.ts";

const usual: PlacementRequest = {
  localWorkers: "auto",
  threads: 1,
  minWorkers: 1,
  audit: "sample",
};
const large = togetherFromParameters;

test("a small model gets 2 workers with one thread, a large one a worker with 2 threads", () => {
  expect(placeLocalWorkers(usual, large - 1)).toEqual({ count: 2, threads: 1 });
  expect(placeLocalWorkers(usual, large)).toEqual({ count: 1, threads: 2 });
});

test.each([
  ["a run that waits for 2 workers", { minWorkers: 2 }],
  ["quorum, which compares the results of 2", { audit: "quorum" }],
] as const)("%s keeps its 2 workers, however large the model is", (_, request) => {
  expect(placeLocalWorkers({ ...usual, ...request }, large)).toEqual({ count: 2, threads: 1 });
});

test("a number that is given stays, however large the model is", () => {
  for (const localWorkers of [0, 1, 2, 5]) {
    const asked = { ...usual, localWorkers, threads: "auto" } as const;
    expect(placeLocalWorkers(asked, large)).toEqual({ count: localWorkers, threads: "auto" });
  }
});

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

test("a small model gets 2 processes with one thread, a large one a worker with 2 threads inside", () => {
  expect(placeLocalWorkers(usual, large - 1)).toEqual({ isInside: false, count: 2, threads: 1 });
  expect(placeLocalWorkers(usual, large)).toEqual({ isInside: true, count: 1, threads: 2 });
});

test.each([
  ["a run that waits for 2 workers", { minWorkers: 2 }],
  ["quorum, which compares the results of 2", { audit: "quorum" }],
] as const)("%s keeps its 2 processes, however large the model is", (_, request) => {
  const placement = placeLocalWorkers({ ...usual, ...request }, large);
  expect(placement).toEqual({ isInside: false, count: 2, threads: 1 });
});

test("a number that is given is of processes and stays, however large the model is", () => {
  for (const localWorkers of [0, 1, 2, 5]) {
    const asked = { ...usual, localWorkers, threads: "auto" } as const;
    expect(placeLocalWorkers(asked, large)).toEqual({
      isInside: false,
      count: localWorkers,
      threads: "auto",
    });
  }
});

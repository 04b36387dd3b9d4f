import { expect, test } from "vitest";

import { checkWorkerSettings } from "../../../worker/library-settings.ts";

const url = "http://host/join#token=t";

test.each([1, 8, "auto"] as const)("threads of a worker may be %s", (threads) => {
  expect(() => checkWorkerSettings({ url, threads, effort: 0.25 })).not.toThrow();
});

test.each([
  [{ threads: 0 }, /^threads must be a whole number from 1 to \d+ \(digits only\), not 0$/u],
  [{ threads: 1.5 }, /not 1\.5$/u],
  [{ effort: 0 }, /^effort must be above 0 and up to 1, not 0$/u],
  [{ effort: Number.NaN }, /not NaN$/u],
  [{ log: "json" as never }, /^log must be a function, not json$/u],
  [{ status: 1 as never }, /^status must be a function, not number$/u],
  [{ url: undefined as never }, /^undefined is not a join URL/u],
])("%j is refused in one line", (settings, expected) => {
  expect(() => checkWorkerSettings({ url, ...settings })).toThrow(expected);
});

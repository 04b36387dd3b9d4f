/** @file Runs tests against the mutant in the environment variable `MUTANT`, as JSON. */
import { join } from "node:path";
import process from "node:process";

import { defineConfig } from "vitest/config";

import { type Mutant, mutantPlugin } from "./mutant.ts";

const mutant = process.env["MUTANT"];

export default defineConfig({
  root: join(import.meta.dirname, "../.."),
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own program wrote it
  plugins: mutant === undefined ? [] : [mutantPlugin(JSON.parse(mutant) as Mutant)],
  test: { include: ["test/{unit,e2e}/**/*.test.ts"], isolate: false, bail: 1, maxWorkers: 2 },
});

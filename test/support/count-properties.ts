/** @file Tells how many random cases the properties of a test file were tried with, in the output of the tests. */
import * as fc from "fast-check";
import { afterAll } from "vitest";

/**
 * Counts the cases of all properties of the file that calls it; one that does not hold fails its test as always.
 *
 * @param of - What the properties are of, for people.
 */
export function countProperties(of: string): void {
  let [properties, cases] = [0, 0];
  fc.configureGlobal({
    reporter(details) {
      if (details.failed) throw new Error(fc.defaultReportMessage(details));
      properties += 1;
      cases += details.numRuns;
    },
  });
  afterAll(() => {
    process.stdout.write(`properties of ${of}: ${properties}, tried with ${cases} random cases\n`);
  });
}

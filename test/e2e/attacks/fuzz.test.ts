/** @file The fuzz program with a bound: every attack against one live run. `npm run fuzz` runs longer. */
import { describe, expect, test } from "vitest";

import { Random } from "../../../shared/random.ts";
import { createAttacks } from "../../support/attacks/attacks.ts";
import { flawsOf, formatReport, fuzz } from "../../support/attacks/fuzz.ts";

describe("bad peers", () => {
  test("400 steps under 59 kinds of attack end with the undisturbed run's fingerprint", async () => {
    expect(createAttacks(new Random(1)).size).toBe(59);
    const report = await fuzz({
      frames: 1,
      seed: 20_261_123,
      attackers: 16,
      run: ["--dataset", "digits:2000,200", "--epochs", "1000", "--steps", "400"],
    });
    expect({ flaws: flawsOf(report), report: formatReport(report) }).toMatchObject({ flaws: [] });
    expect(report.connections).toBeGreaterThan(100);
    process.stdout.write(`${formatReport(report)}\n`);
  });
});

/**
 * @file The long fuzz run: `npm run fuzz -- --frames 1000000 --seed 1`. Prints what was done and how it ended;
 * exits with 1 if anything is wrong.
 */
import { parseArgs } from "node:util";

import { flawsOf, formatReport, fuzz } from "../../support/attacks/fuzz.ts";

const { values } = parseArgs({
  options: {
    frames: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    attackers: { type: "string", default: "16" },
    steps: { type: "string", default: "20000" },
  },
});

const report = await fuzz({
  frames: Number(values.frames),
  seed: Number(values.seed),
  attackers: Number(values.attackers),
  run: ["--dataset", "digits:2000,200", "--epochs", "1000000", "--steps", values.steps],
  progress: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(`${formatReport(report)}\n`);
const flaws = flawsOf(report);
for (const flaw of flaws) process.stdout.write(`FLAW ${flaw}\n`);
process.exitCode = flaws.length === 0 ? 0 : 1;

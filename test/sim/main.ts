/**
 * @file The simulator as a program.
 *
 *     npm run sim                      1,000 seeds
 *     npm run sim -- --seeds 100000    that many
 *     npm run sim -- --seed 4711       that one, with everything that happens in it
 *     npm run sim -- --trees           only seeds with relays, which are every fourth
 *     npm run sim -- --audit           with audits, and with workers that lie about values
 *     npm run sim -- --lies            how reliably each audit finds the smallest lie, with as many seeds per row
 */
import { parseArgs } from "node:util";

import { detections, sayDetection } from "./detection.ts";
import { audited } from "./faults.ts";
import { type Ending, simulate, type SimulationOptions } from "./simulation.ts";
import { hasTree } from "./trees.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string", default: "1000" },
    from: { type: "string", default: "1" },
    audit: { type: "boolean", default: false },
    lies: { type: "boolean", default: false },
    trees: { type: "boolean", default: false },
  },
});

const print = (line: string) => process.stdout.write(`${line}\n`);

if (values.lies) countLies(Number(values.from), Number(values.seeds));
else if (values.seed === undefined) await runMany(Number(values.from), Number(values.seeds));
else await replay(Number(values.seed));

function optionsOf(seed: number): SimulationOptions {
  return values.audit ? { seed, plan: (drawn) => audited(drawn, seed) } : { seed };
}

async function replay(seed: number): Promise<void> {
  const ending = await simulate({ ...optionsOf(seed), reader: print });
  print("");
  print(summary(ending));
  if (ending.violation !== undefined) process.exitCode = 1;
}

async function runMany(first: number, count: number): Promise<void> {
  const startMs = performance.now();
  let failures = 0;
  let events = 0;
  let expelled = 0;
  let saidMs = startMs;
  let done = 0;
  for (let seed = first; done < count; seed++) {
    if (values.trees && !hasTree(seed)) continue;
    done += 1;
    const ending = await simulate(optionsOf(seed));
    events += ending.events;
    expelled += ending.expelled;
    if (ending.violation !== undefined) {
      failures += 1;
      print(`SEED=${seed}  ${ending.violation}`);
      print(`  replay: npm run sim -- ${values.audit ? "--audit " : ""}--seed ${seed}`);
    }
    const nowMs = performance.now();
    if (nowMs - saidMs < 5_000 && done < count) continue;
    saidMs = nowMs;
    const seconds = (nowMs - startMs) / 1000;
    const rates = `${(done / seconds).toFixed(1)} seeds/s, ${(events / 1e6).toFixed(1)} M events`;
    const liars = values.audit ? `, ${expelled} liars cut off` : "";
    print(`${done}/${count} seeds, ${failures} failed, ${seconds.toFixed(0)} s, ${rates}${liars}`);
  }
  if (failures > 0) process.exitCode = 1;
}

function countLies(from: number, seeds: number): void {
  for (const row of detections({ seeds, from })) {
    const [low, high] = row.bounds;
    const isRight = row.found >= low && row.found <= high;
    print(`${isRight ? "  " : "✗ "}${sayDetection(row)}`);
    if (!isRight) process.exitCode = 1;
  }
}

function summary({ seed, violation, scenario, workers, relays, events, ...rest }: Ending): string {
  const faults = [...rest.faults].filter(([, count]) => count > 0);
  return [
    `SEED=${seed}  ${violation ?? "nothing wrong"}`,
    `${scenario}, ${workers} workers, ${relays} relays, ${rest.commits} commits, ${rest.resumes} resumes`,
    `${events} events in ${(rest.virtualMs / 1000).toFixed(1)} virtual s, trace ${rest.trace}`,
    `faults: ${faults.map(([name, count]) => `${name} ${count}`).join(", ") || "none"}`,
  ].join("\n");
}

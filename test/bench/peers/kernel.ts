/**
 * @file Bare kernel processes: each computes its part of every batch and nothing else. This is what the same cores
 * would reach if coordination, sockets and the optimizer were free.
 *
 * Argument: JSON `{ layers, batchSize, processes, seconds }`. Prints JSON `{ perSecond, cpuMicros }` for steps.
 */
import { fork } from "node:child_process";

import { defaultShardSize } from "../../../shared/run/plan.ts";
import { testConfig } from "../../support/fixtures/run-config.ts";
import { createRate, pictures } from "../tools/engine-rate.ts";

interface Arguments {
  readonly layers: number[];
  readonly batchSize: number;
  readonly processes: number;
  readonly seconds: number;
  /** Set in a child. */
  readonly part?: number;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `throughput.ts` and below
const given = JSON.parse(process.argv[2] ?? "") as Arguments;
if (given.part === undefined) await measureAll();
else await measurePart(given, given.part);

/** All parts run side by side. The slowest one determines the speed of whole steps. */
async function measureAll(): Promise<void> {
  const children = Array.from({ length: given.processes }, (_, part) => {
    return fork(import.meta.filename, [JSON.stringify({ ...given, part })]);
  });
  const ready = children.map((child) => new Promise((resolve) => child.once("message", resolve)));
  await Promise.all(ready);
  const rates = children.map((child) => {
    const rate = new Promise<number>((resolve) =>
      child.once("message", (value) => resolve(Number(value))),
    );
    child.send("go");
    return rate;
  });
  const samplesPerSecond = (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
  const perSecond = samplesPerSecond / given.batchSize;
  process.stdout.write(JSON.stringify({ perSecond }));
}

async function measurePart(
  { layers, batchSize, processes, seconds }: Arguments,
  part: number,
): Promise<void> {
  const shardSize = defaultShardSize(batchSize);
  const config = testConfig({ layers, batchSize, shardSize });
  const shards = Math.ceil(batchSize / shardSize);
  const block = { start: (part * shards) / processes, end: ((part + 1) * shards) / processes };
  const rate = createRate({ dataset: pictures(), config, block });
  rate(0.3);
  process.send?.("ready");
  await new Promise((resolve) => process.once("message", resolve));
  process.send?.(rate(seconds));
  process.disconnect();
}

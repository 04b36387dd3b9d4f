/** @file Whether a step has work for every worker, and what is said if it has not. */
import { describe, expect, test } from "vitest";

import { idleWorkers, linkLimit } from "../../../../coordinator/run/idle-workers.ts";
import { defaultShardSize, shardCountOf } from "../../../../shared/run/plan.ts";
import { sayInEnglish } from "../../../../shared/words/sentence.ts";
import { testConfig } from "../../../support/fixtures/run-config.ts";

interface Case {
  readonly batchSize: number;
  readonly shardSize?: number;
  readonly workers: number;
  readonly isTwice?: boolean;
  readonly trainCount?: number;
}

function configOf({ batchSize, shardSize = defaultShardSize(batchSize) }: Case) {
  return testConfig({ layers: [4, 2], batchSize, shardSize });
}

function saidOf(given: Case): string | null {
  const { workers, isTwice = false, trainCount = 60_000 } = given;
  const said = idleWorkers(configOf(given), { trainCount }, { workers, isTwice });
  return said === null ? null : sayInEnglish(said);
}

describe("workers without work", () => {
  test("12 of them and a batch of 64: 2 compute, and a batch of 384 has work for all", () => {
    expect(saidOf({ batchSize: 64, workers: 12 })).toBe(
      "a batch of 64 is 2 blocks: 2 of 12 workers can compute at a time; a batch of 384 gives work to all",
    );
  });

  test("of local steps are those beyond the replicas, which the batch limits", () => {
    const replicas = { steps: 5, replicas: 8, outerLearningRate: 0.7, outerMomentum: 0.9 };
    const config = { ...configOf({ batchSize: 64, workers: 1 }), localSteps: replicas };
    const say = (workers: number, isTwice: boolean) => {
      const said = idleWorkers(config, { trainCount: 60_000 }, { workers, isTwice });
      return said === null ? null : sayInEnglish(said);
    };
    expect([say(8, false), say(16, true)]).toEqual([null, null]);
    expect(say(12, false)).toBe(
      "8 replicas: 8 of 12 workers can compute at a time; 12 replicas give work to all",
    );
    expect(say(65, false)).toBe("8 replicas: 8 of 65 workers can compute at a time");
  });

  test("are none while there are as many blocks, and under quorum twice as many", () => {
    expect(saidOf({ batchSize: 64, workers: 2 })).toBeNull();
    expect(saidOf({ batchSize: 64, workers: 4, isTwice: true })).toBeNull();
    expect(saidOf({ batchSize: 64, workers: 3 })).toContain("a batch of 96");
    expect(saidOf({ batchSize: 64, workers: 5, isTwice: true })).toContain("a batch of 96");
  });

  test("of a dataset with too few samples for a larger batch get smaller shards", () => {
    expect(saidOf({ batchSize: 64, workers: 12, trainCount: 100 })).toContain("a shard size of 5");
    expect(saidOf({ batchSize: 3, workers: 12, trainCount: 11 })).toBe(
      "a batch of 3 is 1 block: 1 of 12 workers can compute at a time",
    );
  });

  test("have work with what is said, for 1 to 300 workers and 4 batches", () => {
    let followed = 0;
    for (const batchSize of [1, 20, 64, 2_048]) {
      for (let workers = 1; workers <= 300; workers++) {
        const said = saidOf({ batchSize, workers }) ?? "";
        const batch = /a batch of ([\d,]+) gives/u.exec(said)?.[1]?.replace(",", "");
        const shard = /shard size of (\d+) gives/u.exec(said)?.[1];
        if (batch === undefined && shard === undefined) continue;
        const batchThen = Number(batch ?? batchSize);
        const shardSize = Number(shard ?? defaultShardSize(batchThen));
        const config = testConfig({ layers: [4, 2], batchSize: batchThen, shardSize });
        expect(shardCountOf(batchThen, config)).toBeGreaterThanOrEqual(workers);
        followed += 1;
      }
    }
    expect(followed).toBeGreaterThan(400);
  });
});

describe("a link that is the limit of a step", () => {
  const config = configOf({ batchSize: 64, workers: 8 });
  const plan = { trainCount: 60_000 };
  const link = {
    used: 1,
    available: 2,
    roundMs: 30,
    transferMs: 27,
    computeMs: 1,
    bytesPerSecond: 30 * 125_000,
  };

  test("is said with the batch that gives work to all 8: 864 times as large, rounded to the next power of two", () => {
    const large = { trainCount: 1_000_000 };
    const said = linkLimit(config, large, { workers: 8, link });
    expect(said === null ? null : sayInEnglish(said)).toBe(
      "the link is the limit: 90 % of a step is transfer, at 30 Mbit/s in all, and 1 of 8 workers is used; a batch of 65,536 gives work to all, and a faster link helps, such as a cable, or float16 or int8 on the wire",
    );
  });

  test.each([
    ["float32", ", or float16 or int8 on the wire, or a smaller network"],
    ["float16", ", or int8 on the wire, or a smaller network"],
    ["int8", ", or a smaller network"],
  ] as const)("in %s, where fewer bytes may help, says %s", (wire, advice) => {
    const said = linkLimit({ ...config, wire }, plan, { workers: 8, link });
    const text = said === null ? "" : sayInEnglish(said);
    expect(text).toMatch(new RegExp(` helps, such as a cable${advice}$`, "u"));
  });

  test("is said without a batch where the training split has too few samples for it", () => {
    expect(linkLimit(config, plan, { workers: 8, link })).toMatchObject({ code: "link-limits" });
  });

  test("is not said of one worker, of a link that nobody knows, and of less than half of a step", () => {
    expect(linkLimit(config, plan, { workers: 1, link })).toBeNull();
    expect(linkLimit(config, plan, { workers: 8, link: undefined })).toBeNull();
    const all = { ...link, used: 2 };
    expect(linkLimit(config, plan, { workers: 8, link: { ...all, transferMs: 14 } })).toBeNull();
    expect(
      linkLimit(config, plan, { workers: 8, link: { ...all, transferMs: 16 } }),
    ).not.toBeNull();
  });
});

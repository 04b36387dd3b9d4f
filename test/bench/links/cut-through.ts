/**
 * @file What relays gain by passing a point on while it arrives, behind slow links: in virtual time, with the real code of all,
 * beside relays that store it first; and real processes in namespaces that are joined by shaped links, beside what storing
 * would take there.
 */
import { known } from "../../../shared/assert.ts";
import { parameterCount } from "../../../shared/model/layout.ts";
import { testConfig } from "../../support/fixtures/run-config.ts";
import { tinyDataset } from "../../support/fixtures/tiny-dataset.ts";
import { Cluster } from "../../support/processes/cluster.ts";
import { storesFirst } from "../../support/relays/planted.ts";
import { type Shape, Tree, type TreeOptions } from "../../unit/coordinator/relay/tree.ts";
import type { Report } from "../tools/report.ts";
import { flags } from "../tools/trainer.ts";
import { LinkChain } from "./link-chain.ts";

const megabits = 10;
const bytesPerMs = (megabits * 1000) / 8;
const depths = [1, 2, 3];
/** A step of each takes d + 2 transfers of a tensor, or 2(d + 1) if points are stored first. */
const transfers = {
  passed: (depth: number) => depth + 2,
  stored: (depth: number) => 2 * depth + 2,
};
/** Of the ideal gain: each level adds a slice. */
const ofIdeal = 0.96;
/** 101,770 parameters: a transfer takes a third of a second. */
const layers = [784, 128, 10];
const steps = 24;
const warmUpSteps = 8;

export async function benchCutThrough(report: Report): Promise<void> {
  for (const depth of depths) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await inVirtualTime(report, depth);
  }
  for (const depth of depths) {
    const chain = LinkChain.create(depth + 1, megabits);
    if (typeof chain === "string") return report.absent("relays in namespaces", chain);
    try {
      // oxlint-disable-next-line no-await-in-loop
      await inNamespaces(report, chain, depth);
    } finally {
      chain.remove();
    }
  }
}

async function inVirtualTime(report: Report, depth: number): Promise<void> {
  const passed = await virtualSteps(depth);
  const stored = await virtualSteps(depth, storesFirst);
  const title = `670,003 parameters, ${megabits} Mbit/s, depth ${depth}, virtual time`;
  const ideal = transfers.stored(depth) / transfers.passed(depth);
  report.figure(title, "steps/s", [passed]);
  report.figure("  if each relay stores the point first", "steps/s", [stored]);
  report.figure(`  gain, at most ${ideal.toFixed(2)}`, "×", [passed / stored], {
    atLeast: ofIdeal * ideal,
  });
}

/** One worker behind so many relays. The first step is not counted. */
async function virtualSteps(depth: number, wrap?: TreeOptions["wrap"]): Promise<number> {
  const wide = { layers: [12, 41_875, 3], batchSize: 2, shardSize: 1, epochs: 1, steps: 3 };
  const dataset = tinyDataset({ trainCount: 12, testCount: 2 });
  const tree = new Tree(testConfig(wide), dataset, { bytesPerMs, wrap });
  let shape: Shape = 1;
  for (let level = 0; level < depth; level++) shape = [shape];
  tree.grow([shape]);
  const committedMs: number[] = [];
  await tree.finish(() => (committedMs[tree.run.step] ??= tree.nowMs));
  const [first, last] = [known(committedMs[1], "step 1"), known(committedMs[3], "step 3")];
  return 2_000 / (last - first);
}

/** A coordinator in the first namespace, a relay in each between, and a worker in the last one. */
async function inNamespaces(report: Report, chain: LinkChain, depth: number): Promise<void> {
  const batchSize = 20;
  const cluster = await Cluster.create();
  try {
    const settings = {
      host: chain.addressOf(0),
      dataset: `digits:${batchSize * 4},20`,
      layers: layers.join(","),
      "batch-size": batchSize,
      "shard-size": batchSize,
      steps,
      "checkpoint-every": 1_000_000,
      "min-workers": 1,
      audit: "none",
    };
    const coordinator = cluster.coordinatorIn(
      chain.prefixOf(0),
      "--open",
      "--exit",
      ...flags(settings),
    );
    let { joinUrl } = (await coordinator.event("listening")) as unknown as { joinUrl: string };
    for (let level = 1; level <= depth; level++) {
      const place = ["--host", chain.addressOf(level), "--audit", "none"];
      // oxlint-disable-next-line no-await-in-loop -- each joins the one above it
      ({ joinUrl } = await cluster.relayIn(chain.prefixOf(level), joinUrl, ...place));
    }
    cluster.workerIn(chain.prefixOf(depth + 1), joinUrl, "--threads", "1");
    const epochs = warmUpSteps / 4;
    const first = await coordinator.event("epoch", ({ epoch }) => epoch === epochs);
    const last = await coordinator.event("epoch", ({ step }) => step === steps);
    const seconds = Number(last["seconds"]) - Number(first["seconds"]);
    const stepsPerSecond = (steps - warmUpSteps) / seconds;
    const bytes = 4 * parameterCount(testConfig({ layers }).model);
    const transfer = bytes / bytesPerMs / 1000;
    const stored =
      1 / (1 / stepsPerSecond + (transfers.stored(depth) - transfers.passed(depth)) * transfer);
    const title = `${layers.join("-")}, ${megabits} Mbit/s, depth ${depth}, real processes`;
    report.figure(title, "steps/s", [stepsPerSecond]);
    report.figure(`  transfers of ${Math.round(1000 * transfer)} ms that a step takes`, "", [
      1 / stepsPerSecond / transfer,
    ]);
    report.figure("  computed: if each relay stored the point first", "steps/s", [stored]);
  } finally {
    await cluster.stop();
  }
}

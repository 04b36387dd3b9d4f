/**
 * @file How long it takes from opening the join link to the first accepted block, in a browser that already runs on
 * this machine: for a first visit, and for a second one after the page was closed. The coordinator has loaded its
 * dataset and there are no other workers. Snapshots arrive five times per second, so the true value is up to 0.2 s
 * lower.
 */
import { setTimeout as delay } from "node:timers/promises";

import { findChromium } from "../support/browser/browser.ts";
import { Cluster } from "../support/processes/cluster.ts";
import { LoneBrowser } from "./tools/lone-page.ts";
import type { Report } from "./tools/report.ts";
import { datasetArguments, flags } from "./tools/trainer.ts";
import { WatchClient } from "./tools/watch-client.ts";

const rounds = 5;
const limitSeconds = 2;
const settleMs = 2_000;
const settings = { "local-workers": 0, epochs: 100_000, "checkpoint-every": 100_000 };

export async function benchJoin(report: Report): Promise<void> {
  const chromium = findChromium();
  if (chromium === undefined)
    return report.absent("Chromium", "not found; set CHROMIUM to its path");
  const cluster = await Cluster.create();
  try {
    const coordinator = cluster.coordinator(...datasetArguments, ...flags(settings));
    const { joinUrl } = await coordinator.event("listening");
    const arrivals = new Arrivals(String(joinUrl));
    const [first, again]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const seconds = await visitTwice(chromium, String(joinUrl), arrivals);
      first.push(seconds.first);
      again.push(seconds.again);
    }
    arrivals.close();
    report.figure("from opening the link to the first block, the first time", "s", first);
    report.figure("  again, with MNIST in the browser's cache", "s", again, {
      below: limitSeconds,
    });
  } finally {
    await cluster.stop();
  }
}

/** Uses its own browser, which starts with an empty cache. */
async function visitTwice(chromium: string, joinUrl: string, arrivals: Arrivals) {
  const browser = await LoneBrowser.launch({ chromium });
  try {
    const first = await visit(browser, joinUrl, arrivals);
    return { first, again: await visit(browser, joinUrl, arrivals) };
  } finally {
    await browser.close();
  }
}

/** @returns Seconds to the first accepted block. */
export async function visit(
  browser: LoneBrowser,
  joinUrl: string,
  arrivals: Arrivals,
): Promise<number> {
  // A browser that has just started or closed a page is still busy with itself.
  await delay(settleMs);
  const startMs = performance.now();
  const helps = arrivals.next();
  const close = await browser.open(joinUrl);
  const seconds = ((await helps) - startMs) / 1000;
  await close();
  return seconds;
}

/** Notices when a new worker's first block is accepted. */
export class Arrivals {
  readonly #seen = new Set<string>();
  readonly #client: WatchClient;
  #waiting: ((atMs: number) => void) | undefined;

  constructor(joinUrl: string) {
    this.#client = new WatchClient(joinUrl, ({ workers }) => {
      for (const { id, blocksDone } of workers) {
        if (blocksDone === 0 || this.#seen.has(id)) continue;
        this.#seen.add(id);
        this.#waiting?.(performance.now());
      }
    });
  }

  next(): Promise<number> {
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  close(): void {
    this.#client.close();
  }
}

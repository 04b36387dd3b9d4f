/**
 * @file How long it takes from opening the join link to the first accepted block, in a browser on this machine that runs
 * already and has nothing of the coordinator in its cache. The coordinator has read its dataset, and nobody else helps.
 * Snapshots come five times a second, so the truth is up to 0.2 s less.
 */
import type { Browser, BrowserContext } from "playwright-core";

import { launchBrowser } from "../support/browser.ts";
import { Cluster } from "../support/cluster.ts";
import type { Report } from "./report.ts";
import { datasetArguments, flags } from "./trainer.ts";
import { WatchClient } from "./watch-client.ts";

const rounds = 5;
const limitSeconds = 2;
const settings = { "local-workers": 0, epochs: 100_000, "checkpoint-every": 100_000 };

export async function benchJoin(report: Report): Promise<void> {
  const browser = await launchBrowser();
  if (browser === undefined)
    return report.absent("Chromium", "not found; set CHROMIUM to its path");
  const cluster = await Cluster.create();
  try {
    const coordinator = cluster.coordinator(...datasetArguments, ...flags(settings));
    const { joinUrl } = await coordinator.event("listening");
    await measure(browser, String(joinUrl), report);
  } finally {
    await browser.close();
    await cluster.stop();
  }
}

async function measure(browser: Browser, joinUrl: string, report: Report): Promise<void> {
  const arrivals = new Arrivals(joinUrl);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    // Every context has a cache of its own.
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const context = await browser.newContext();
    // oxlint-disable-next-line no-await-in-loop
    times.push(await visit(context, joinUrl, arrivals));
    // oxlint-disable-next-line no-await-in-loop
    await context.close();
  }
  arrivals.close();
  report.figure("from opening the link to the first block", "s", times, { below: limitSeconds });
}

async function visit(
  context: BrowserContext,
  joinUrl: string,
  arrivals: Arrivals,
): Promise<number> {
  const page = await context.newPage();
  const startMs = performance.now();
  const helps = arrivals.next();
  await page.goto(joinUrl);
  const seconds = ((await helps) - startMs) / 1000;
  await page.close();
  return seconds;
}

/** Sees when a worker that was not there before has its first block accepted. */
class Arrivals {
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

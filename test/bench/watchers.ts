/**
 * @file The cost of being watched: one run that is watched in turns by nobody, by one dashboard's socket, or by ten
 * watchers'. They read and draw nothing, like watchers on other machines, whose drawing costs nothing here. A real
 * dashboard in a Chromium on this machine is measured separately, because its drawing uses the cores that train,
 * whatever the coordinator does.
 */
import type { Browser } from "playwright-core";

import { launchBrowser } from "../support/browser/browser.ts";
import { Cluster, type CoordinatorProcess } from "../support/processes/cluster.ts";
import { type Contestant, interleave, type Turn } from "./tools/interleave.ts";
import { cpuMicrosOf } from "./tools/processes.ts";
import { ratios, type Report } from "./tools/report.ts";
import { flags } from "./tools/trainer.ts";
import { WatchClient } from "./tools/watch-client.ts";

const watchers = 10;
/** Many short turns: the machine's speed drifts more slowly than these, and affects both sides of a pair. */
const rounds = 24;
const roundsOfPage = 6;
const turnMs = 1_000;
/** Sending and collecting the initial curve is not part of the cost of watching. */
const settleMs = 300;
/** With a small test split, nearly all of the time is training. */
export const watchedSettings = {
  dataset: "digits:10000,64",
  "local-workers": 2,
  "min-workers": 2,
  threads: 1,
  layers: "784,16,16,10",
  "batch-size": 64,
  epochs: 1_000_000,
  "checkpoint-every": 1_000_000,
};

export async function benchWatchers(report: Report): Promise<void> {
  const cluster = await Cluster.create();
  const browser = await launchBrowser();
  try {
    const run = new WatchedRun(cluster.coordinator(...flags(watchedSettings)));
    await run.warmUp();
    await measureSockets(run, report);
    if (browser === undefined) report.absent("Chromium", "not found; set CHROMIUM to its path");
    else await measurePage(run, browser, report);
  } finally {
    await browser?.close();
    await cluster.stop();
  }
}

async function measureSockets(run: WatchedRun, report: Report): Promise<void> {
  const name = `a dashboard's socket and ${watchers} watchers`;
  const lost = await compareWatched(run, report, rounds, {
    name,
    turn: () => run.watched(watchers),
  });
  report.figure("  part of the steps lost", "×", lost, { below: 0.03 });
}

async function measurePage(run: WatchedRun, browser: Browser, report: Report): Promise<void> {
  const name = "a dashboard drawn on these cores";
  const lost = await compareWatched(run, report, roundsOfPage, {
    name,
    turn: () => run.drawn(browser),
  });
  report.figure("  part of the steps lost", "×", lost);
}

/** Compares with an unwatched stretch of the same run, in turns. @returns The fractions of its steps that were lost. */
export async function compareWatched(
  run: WatchedRun,
  report: Report,
  pairs: number,
  watched: Contestant,
): Promise<number[]> {
  const alone: Contestant = { name: "nobody watches", turn: () => run.unwatched() };
  const turns = await interleave([alone, watched], pairs, report);
  const [without, withThem] = [turns(alone.name), turns(watched.name)];
  without.add(await run.unwatched());
  report.figure(alone.name, "steps/s", without.perSecond);
  report.figure(watched.name, "steps/s", withThem.perSecond);
  const more = ratios(withThem.cpuMicros, betweens(without.cpuMicros)).map((ratio) => ratio - 1);
  report.figure("  more CPU time a step, of the run's processes", "×", more);
  return ratios(withThem.perSecond, betweens(without.perSecond)).map((ratio) => 1 - ratio);
}

/** The means of neighbours: what would have been measured between two turns while the machine's speed drifts. */
function betweens(turns: readonly number[]): number[] {
  return turns.slice(1).map((after, i) => ((turns[i] ?? after) + after) / 2);
}

/** A run whose steps are counted while something else goes on. */
export class WatchedRun {
  readonly #coordinator: CoordinatorProcess;

  constructor(coordinator: CoordinatorProcess) {
    this.#coordinator = coordinator;
    // Every turn waits for events of the same process.
    coordinator.child.setMaxListeners(0);
  }

  async warmUp(): Promise<void> {
    await this.#coordinator.event("epoch", ({ epoch }) => Number(epoch) === 20);
  }

  async unwatched(): Promise<Turn> {
    await delay(settleMs);
    return await this.measure();
  }

  async watched(count: number): Promise<Turn> {
    const { joinUrl, dashboardUrl } = await this.#coordinator.event("listening");
    const watching = Array.from({ length: count }, () => new WatchClient(String(joinUrl)));
    const clients = [new WatchClient(String(dashboardUrl)), ...watching];
    try {
      await Promise.all(clients.map(({ caughtUp }) => caughtUp));
      await delay(settleMs);
      return await this.measure();
    } finally {
      for (const client of clients) client.close();
    }
  }

  async drawn(browser: Browser): Promise<Turn> {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    try {
      const { dashboardUrl } = await this.#coordinator.event("listening");
      await page.goto(String(dashboardUrl));
      await page.locator("#workers tbody tr").first().waitFor();
      await delay(settleMs);
      return await this.measure();
    } finally {
      await page.close();
    }
  }

  /** Steps from the end of one epoch to the end of another, by this process's clock. */
  async measure(): Promise<Turn> {
    const before = await this.#nextEpoch();
    await delay(turnMs);
    const after = await this.#nextEpoch();
    const steps = after.step - before.step;
    const cpuMicros =
      before.cpu === undefined || after.cpu === undefined
        ? undefined
        : (after.cpu - before.cpu) / steps;
    return { perSecond: (1000 * steps) / (after.atMs - before.atMs), cpuMicros };
  }

  async #nextEpoch(): Promise<{ step: number; atMs: number; cpu: number | undefined }> {
    const last = this.#coordinator.events.findLast(({ event }) => event === "epoch");
    const { step } = await this.#coordinator.event(
      "epoch",
      ({ step: each }) => Number(each) > Number(last?.["step"] ?? 0),
    );
    const cpu = cpuMicrosOf(this.#coordinator.child.pid ?? 0);
    return { step: Number(step), atMs: performance.now(), cpu };
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

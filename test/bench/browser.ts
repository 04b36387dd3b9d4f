/**
 * @file A page as the only worker, with one thread and with two, beside a Node worker with one thread, on the same
 * large batches, where computing is nearly all of a step.
 */
import type { Browser } from "playwright-core";

import { launchBrowser } from "../support/browser.ts";
import { Cluster } from "../support/cluster.ts";
import { type Contestant, interleave, type Turn } from "./interleave.ts";
import { ratios, type Report } from "./report.ts";
import { datasetArguments, flags } from "./trainer.ts";

const rounds = 3;
const settings = { "batch-size": 4096, layers: "784,64,10", epochs: 30, audit: "none" };

export async function benchBrowser(report: Report): Promise<void> {
  const browser = await launchBrowser();
  if (browser === undefined)
    return report.absent("Chromium", "not found; set CHROMIUM to its path");
  try {
    const contestants: Contestant[] = [
      {
        name: "Node, one thread",
        turn: () => run((cluster, url) => void cluster.worker(url, "--threads", "1")),
      },
      { name: "Chromium, one thread", turn: () => run((_, url) => openPage(browser, url, 1)) },
      { name: "Chromium, two threads", turn: () => run((_, url) => openPage(browser, url, 2)) },
      {
        name: "Node, two threads",
        turn: () => run((cluster, url) => void cluster.worker(url, "--threads", "2")),
      },
    ];
    const turns = await interleave(contestants, rounds, report);
    const [node = [], one = [], two = [], nodeTwo = []] = contestants.map(
      ({ name }) => turns(name).perSecond,
    );
    for (const { name } of contestants) report.figure(name, "samples/s", turns(name).perSecond);
    report.figure("Chromium / Node, one thread", "×", ratios(one, node), { atLeast: 0.7 });
    report.figure("Chromium, two threads / one", "×", ratios(two, one), { atLeast: 1 });
    report.figure("Node, two threads / one", "×", ratios(nodeTwo, node));
  } finally {
    await browser.close();
  }
}

async function run(join: (cluster: Cluster, url: string) => Promise<void> | void): Promise<Turn> {
  const cluster = await Cluster.create();
  try {
    const coordinator = cluster.coordinator(...datasetArguments, ...flags(settings), "--exit");
    const { joinUrl } = await coordinator.event("listening");
    await join(cluster, String(joinUrl));
    const finished = await coordinator.event("finished");
    return { perSecond: Number(finished["samplesPerSecond"]) };
  } finally {
    await cluster.stop();
  }
}

async function openPage(browser: Browser, url: string, threads: number): Promise<void> {
  const page = await browser.newPage();
  await page.goto(url);
  // One is what a page takes on a machine with two cores.
  if (threads > 1) await page.getByLabel("Threads").fill(String(threads));
}

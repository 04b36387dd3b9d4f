/**
 * @file Runs in a network namespace: a coordinator with the built-in digits, and Chromium, which opens the join link with
 * an empty cache. Prints the seconds from opening it to the first accepted block.
 */
import { Cluster } from "../../support/processes/cluster.ts";
import { Arrivals, visit } from "../join.ts";
import { LoneBrowser } from "../tools/lone-page.ts";
import { flags } from "../tools/trainer.ts";

const { chromium, host, rounds }: { chromium: string; host: string; rounds: number } = JSON.parse(
  process.argv[2] ?? "",
);
const settings = { host, "local-workers": 0, epochs: 100_000, "checkpoint-every": 100_000 };

const cluster = await Cluster.create();
const seconds: number[] = [];
try {
  const coordinator = cluster.coordinator("--dataset", "digits", ...flags(settings));
  const { joinUrl } = await coordinator.event("listening");
  const arrivals = new Arrivals(String(joinUrl));
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const browser = await LoneBrowser.launch({ chromium });
    try {
      // oxlint-disable-next-line no-await-in-loop
      seconds.push(await visit(browser, String(joinUrl), arrivals));
    } finally {
      // oxlint-disable-next-line no-await-in-loop
      await browser.close();
    }
  }
  arrivals.close();
} finally {
  await cluster.stop();
}
process.stdout.write(JSON.stringify(seconds));

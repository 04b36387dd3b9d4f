/** @file The tree of relays on the dashboard, with real relays: on a phone and on a desk, in both languages. */
import type { Browser, Page } from "playwright-core";
import { expect, test } from "vitest";

import { launchBrowser } from "../../support/browser/browser.ts";
import { eachWithPage, openPage } from "../../support/browser/dashboard-page.ts";
import type { Cluster } from "../../support/processes/cluster.ts";

const browser: Browser | undefined = await launchBrowser();

let cluster: Cluster;
let page: Page;
const problems = eachWithPage(browser, (stage) => ({ cluster, page } = stage));

test.skipIf(browser === undefined)(
  "a relay below a relay has its row with its workers, at 390 and 1280 pixels, in English and Spanish, and in /metrics",
  async () => {
    const data = ["--dataset", "digits:600,100", "--batch-size", "20", "--epochs", "50000"];
    const coordinator = cluster.coordinator(...data, "--metrics", "anybody");
    const { joinUrl, dashboardUrl, url } = await coordinator.event("listening");
    const above = await cluster.relay(String(joinUrl), "--name", "school");
    const below = await cluster.relay(above.joinUrl, "--name", "back-row");
    for (const door of [above.joinUrl, below.joinUrl, below.joinUrl]) cluster.worker(door);
    const spanish = await browser!.newContext({ locale: "es-MX" });
    const pages = [page, await openPage(spanish, problems)];
    for (const each of pages) await each.goto(String(dashboardUrl));
    const rows = [
      ["school › 3 workers, 1 relay", "└ back-row › 2 workers"],
      ["school › 3 ayudantes, 1 intermediario", "└ back-row › 2 ayudantes"],
    ];
    for (const [i, each] of pages.entries()) {
      for (const width of [390, 1280]) {
        await each.setViewportSize({ width, height: 900 });
        const names = each.locator("#workers tbody tr > :first-child");
        await expect.poll(() => names.allTextContents()).toEqual(rows[i]);
        const seen = await each.locator("#workers .branch").boundingBox();
        expect(seen?.width).toBeGreaterThan(80);
        expect(await each.evaluate("document.documentElement.scrollWidth")).toBe(width);
      }
    }
    await spanish.close();
    const metrics = await (await fetch(`${String(url)}/metrics`)).text();
    expect(metrics).toContain("promedio_workers_behind_relays 3\n");
    expect(metrics).toContain("promedio_relays_behind_relays 1\n");
    expect(problems).toEqual([]);
  },
);

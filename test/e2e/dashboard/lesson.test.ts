/** @file The dashboard in a lesson, in a real headless Chromium: paces, the projector, presets, and what a class sees. */
import type { Browser, Page } from "playwright-core";
import { describe, expect, test } from "vitest";

import { launchBrowser } from "../../support/browser/browser.ts";
import { eachWithPage, openDashboard, phase } from "../../support/browser/dashboard-page.ts";
import type { Cluster } from "../../support/processes/cluster.ts";

const browser: Browser | undefined = await launchBrowser();
const small = ["--dataset", "digits:600,100", "--batch-size", "20"];

let cluster: Cluster;
let page: Page;
const problems = eachWithPage(browser, (stage) => ({ cluster, page } = stage));

describe.skipIf(browser === undefined)("in a lesson, the dashboard", () => {
  test("takes one step a click, shows one panel at a time on a projector, and starts presets", async () => {
    const coordinator = cluster.coordinator(...small, "--local-workers", "1", "--pace", "single");
    await openDashboard(page, coordinator);
    const next = page.getByRole("button", { name: "Next step" });
    await page.getByText("for somebody to press “Next step”").waitFor();
    await next.click();
    await page
      .locator("#figures")
      .getByText(/^1 \/ /u)
      .waitFor();
    await page.getByRole("button", { name: "Presenter view" }).click();
    const shown = page.locator("main > section:visible h1, main > section:visible h2");
    expect(await shown.allTextContents()).toHaveLength(1);
    await page.keyboard.press("ArrowRight");
    await page.reload();
    await page.getByText("Panel 2 of").waitFor();
    await expect.poll(() => shown.allTextContents()).toEqual(["Help with this run"]);
    await page.getByRole("button", { name: "Show it large" }).click();
    await page.getByText("1 device taking part").waitFor();
    await page.keyboard.press("Escape");
    expect(await page.getByText("Panel 2 of").isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    await page.getByRole("radio", { name: "Full speed" }).check({ force: true });
    await phase(page, "Finished");
    // A preset of a lesson, which waits for the class.
    await page.getByLabel("Wait for so many devices").fill("2");
    await page.getByRole("button", { name: "All samples" }).click();
    await page.getByText("for 1 more worker").waitFor();
    await page.getByText("Look at this: one step an epoch.").waitFor();
    cluster.worker(String((await coordinator.event("listening")).joinUrl));
    await page.locator("#runs tr[data-run='2']").filter({ hasText: "6 / 6" }).waitFor();
    await page.locator("#network-title").scrollIntoViewIfNeeded();
    await page.getByText(/^This is \d\. The network reads \d/u).waitFor();
    // A search has no gradients to show, and no learning rate.
    await page.locator("#promedio td").first().waitFor();
    await page.locator("#again [name=optimizer]").selectOption("local-search");
    await page.locator("#again [name=epochs]").fill("1");
    await page.getByRole("button", { name: "Start this run" }).click();
    await page.getByText("tries neighbours and follows no gradient").waitFor();
    expect(await page.locator("#promedio td").count()).toBe(0);
    await page.getByText("Size of the noise, σ").waitFor();
    expect(await page.locator("#learning-rate").isVisible()).toBe(false);
    expect(problems).toEqual([]);
  });
});

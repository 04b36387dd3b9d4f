/** @file The page of a lecturer in a real Chromium: the way there, what it tells those that follow, and what it opens. */
import type { Locator, Page } from "playwright-core";
import { expect, test } from "vitest";

import { launchBrowser } from "../../support/browser/browser.ts";
import { eachWithPage, openDashboard } from "../../support/browser/dashboard-page.ts";
import { ClassClient } from "../../support/classroom/class-client.ts";
import type { Cluster } from "../../support/processes/cluster.ts";

const browser = await launchBrowser();
let cluster: Cluster;
let page: Page;
const problems = eachWithPage(browser, (stage) => ({ cluster, page } = stage));

test.skipIf(browser === undefined)(
  "from the dashboard a lecturer leads in large type: with the cursor, and with a rate each by Adam",
  async () => {
    const coordinator = cluster.coordinator("--dataset", "digits:600,100", "--local-workers", "0");
    const pupil = await ClassClient.enter(String((await coordinator.event("listening")).joinUrl));
    cluster.atEnd(() => pupil.close());
    await openDashboard(page, coordinator);
    const link = page.getByRole("link", { name: "Lead the class through the lecture" });
    await page.goto(new URL((await link.getAttribute("href")) ?? "", page.url()).href);
    await page.locator("html[data-projector]").waitFor();
    const bar = page.locator(".class-bar");
    await bar.getByText("1 person").waitFor();
    expect(page.url()).not.toContain("token");

    await page.setViewportSize({ width: 1280, height: 800 });
    await bar.getByRole("button", { name: "Follow me" }).click();
    await page.locator("#momentum").evaluate((section) => section.scrollIntoView());
    await page.locator("#momentum .betting button").click();
    await expect.poll(() => isAll(page.locator("#momentum .stage"), bar)).toBe(true);
    const player = page.locator("#momentum .player");
    await player.locator("input").fill("11");
    await pupil.until(({ following }) => following?.endsWith("&cursor=momentum.11") === true);
    await player.getByRole("button").click();
    await pupil.until(({ following }) => /&cursor=momentum\.\d+\.plays$/u.test(following ?? ""));

    await bar.getByRole("button", { name: "My column" }).click();
    await page.getByText("held for the class at step").waitFor();
    const chart = page.locator(".class-panel .stage");
    await chart.locator("canvas[aria-label*='no column yet']").waitFor();
    await expect.poll(() => isAll(chart, bar)).toBe(true);
    await bar.getByRole("button", { name: "End" }).click();

    await bar.getByRole("button", { name: "A rate each" }).click();
    await pupil.until(({ activity }) => activity?.number === 2);
    const choice = page.locator(".class-choice");
    await choice.getByLabel("Optimizer").selectOption("adam");
    await choice.getByLabel("Steps").selectOption("25");
    await page.getByRole("button", { name: "Everybody trains like this" }).click();
    const { activity } = await pupil.until((state) => state.activity?.number === 3);
    expect(activity?.activity).toEqual({ kind: "rates", optimizer: "adam", steps: 25 });
    await page.getByText("25 steps of Adam").waitFor();
    expect(problems).toEqual([]);
  },
);

/** Whether all of something is on the screen, above the bar. */
async function isAll(something: Locator, bar: Locator): Promise<boolean> {
  const [box, below] = await Promise.all([something.boundingBox(), bar.boundingBox()]);
  return box !== null && below !== null && box.y >= 0 && box.y + box.height <= below.y;
}

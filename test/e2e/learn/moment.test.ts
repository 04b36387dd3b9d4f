/** @file What a page of a lesson says while the network of the lesson's moment is still on its way. */
import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { drawingText } from "../../../coordinator/learn/state/drawing.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import { eachWithPage } from "../../support/browser/dashboard-page.ts";
import { ClassClient } from "../../support/classroom/class-client.ts";
import type { Cluster } from "../../support/processes/cluster.ts";

const browser = await launchBrowser();
let cluster: Cluster;
let page: Page;
const problems = eachWithPage(browser, (stage) => ({ cluster, page } = stage));

test.skipIf(browser === undefined)(
  "nothing is said of drawings and bets before the network of the moment is there",
  async () => {
    const coordinator = cluster.coordinator("--dataset", "digits:600,100", "--local-workers", "0");
    const { joinUrl, dashboardUrl } = await coordinator.event("listening");
    const teacher = await ClassClient.enter(String(dashboardUrl));
    const pupil = await ClassClient.enter(String(joinUrl));
    cluster.atEnd(() => [teacher, pupil].forEach((each) => each.close()));
    const held = await holdMoments();
    await page.goto(String(joinUrl).replace("/join", "/learn"));
    await teacher.until(({ people }) => people === 2);

    teacher.lead({ kind: "open", activity: { kind: "writing" } });
    await pupil.until(({ activity }) => activity?.activity.kind === "writing");
    pupil.answer({ kind: "writing", picture: drawingText(7, new Float32Array(784).fill(1)) });
    await teacher.until(({ activity }) => activity?.answered === 1);
    teacher.lead({ kind: "close" });
    const drawings = () => page.locator(".class-panel > .numbers").textContent();
    await expect.poll(drawings).toBe("Computing …");
    // The network that the page has already answers meanwhile.
    const weight = page.locator("#one-weight");
    await weight.scrollIntoViewIfNeeded();
    const numbers = () => weight.locator(".numbers").textContent();
    await expect.poll(numbers).toMatch(/cost of 256 digits/u);
    expect(await drawings()).toBe("Computing …");
    held.arrive();
    await expect.poll(drawings).toMatch(/^The network reads \d of our 1 digit right: \d+\s?%/u);

    const bet = { kind: "bet", section: "one-weight", link: "at=one-weight&seed=3" } as const;
    teacher.lead({ kind: "open", activity: bet });
    await pupil.until(({ activity }) => activity?.activity.kind === "bet");
    pupil.answer({ kind: "bet", x: 0, y: 1 });
    await teacher.until(({ activity }) => activity?.answered === 1);
    teacher.lead({ kind: "close" });
    teacher.lead({ kind: "reveal" });
    const said = () => weight.locator(".aside").textContent();
    await expect.poll(said).toBe("Computing …");
    await expect.poll(numbers).toMatch(/cost of 256 digits/u);
    expect(await said()).toBe("Computing …");
    held.arrive();
    await expect.poll(said).toMatch(/near the answer/u);
    expect(problems).toEqual([]);
  },
);

/** Holds back the network of each moment until it may arrive. */
async function holdMoments(): Promise<{ readonly arrive: () => void }> {
  const waiting: (() => void)[] = [];
  await page.route("**/class/parameters", async (route) => {
    await new Promise<void>((resolve) => waiting.push(resolve));
    await route.continue();
  });
  return { arrive: () => waiting.shift()?.() };
}

/**
 * @file A page in Chromium and one in Firefox do the same in a lesson: on the join page one computes, draws and reads its
 * column; on `/learn` it takes part in each of the five parts.
 */
import { afterAll, describe, expect, test } from "vitest";

import { launchBrowser } from "../../support/browser/browser.ts";
import { openFirefoxTab } from "../../support/browser/firefox-tab.ts";
import { findFirefox } from "../../support/browser/firefox.ts";
import { type Tab, tabOf } from "../../support/browser/tab.ts";
import { ClassClient } from "../../support/classroom/class-client.ts";
import { drawsWhileItHelps } from "../../support/classroom/join-page.ts";
import {
  bets,
  entersLesson,
  fillsInColumn,
  follows,
  trains,
  writes,
} from "../../support/classroom/parts.ts";
import type { Cluster } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";

const viewport = { width: 390, height: 844 };
const chromium = await launchBrowser();
const firefox = findFirefox();
let cluster: Cluster;

eachWithCluster((fresh) => (cluster = fresh));
afterAll(async () => await chromium?.close());

describe.skipIf(chromium === undefined)("in Chromium", () => {
  test("a page helps and draws, and takes part in the five parts of a lesson", async () => {
    const context = await chromium!.newContext({ viewport, locale: "en", reducedMotion: "reduce" });
    expect(await takesPartInAll(tabOf(await context.newPage()))).toBe(1);
  });
});

describe.skipIf(firefox === undefined)("in Firefox", () => {
  test("a page helps and draws, and takes part in the five parts of a lesson", async () => {
    const tab = await openFirefoxTab(firefox!, viewport);
    try {
      expect(await takesPartInAll(tab)).toBe(1);
    } finally {
      await tab.close();
    }
  });
});

/** @returns The run at whose moment the lesson looked. */
async function takesPartInAll(tab: Tab): Promise<number | undefined> {
  const settings = ["--dataset", "digits:600,100", "--batch-size", "20", "--epochs", "100000"];
  const coordinator = cluster.coordinator(...settings, "--pace", "slow");
  const { joinUrl, dashboardUrl } = await coordinator.event("listening");
  const teacher = await ClassClient.enter(String(dashboardUrl));
  cluster.atEnd(() => teacher.close());
  await drawsWhileItHelps(tab, String(joinUrl));
  await entersLesson(tab, String(joinUrl));
  await bets(tab, teacher);
  await follows(tab, teacher);
  await fillsInColumn(tab, teacher);
  const run = teacher.state.activity?.moment?.run;
  await trains(tab, teacher);
  await writes(tab, teacher);
  return run;
}

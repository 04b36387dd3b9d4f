/**
 * @file A class of 30 devices over plain sockets and two real pages takes part in a bet, follows the lecturer and fills in
 * the table of averages while a run goes on. The run does not notice: its fingerprint is that of the sequential trainer.
 */
import type { Page } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";

import { drawDigits } from "../../../coordinator/datasets/digits.ts";
import { answersOf } from "../../../coordinator/learn/classroom/class-state.ts";
import { tableParameters } from "../../../coordinator/learn/models/averages.ts";
import { fingerprintOf } from "../../../coordinator/storage/checkpoint.ts";
import { resolveRunConfig } from "../../../shared/run/settings/resolve.ts";
import { violationsIn } from "../../support/browser/accessibility.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import { openPage } from "../../support/browser/dashboard-page.ts";
import { ClassClient } from "../../support/classroom/class-client.ts";
import { AdminSocket } from "../../support/processes/admin-socket.ts";
import type { Cluster } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";
import { trainSequentially } from "../../support/trainers/sequential-trainer.ts";

const devices = 30;
const epochs = 2;
const data = "digits:600,100";
const section = "learning-rate";
const browser = await launchBrowser();
let cluster: Cluster;

eachWithCluster((fresh) => (cluster = fresh));
afterAll(async () => await browser?.close());

describe.skipIf(browser === undefined)("a class of 30 devices and 2 pages", () => {
  test(
    "bets, follows and fills in the table of averages, and the fingerprint of the run is unchanged",
    { timeout: 120_000 },
    async () => {
      const run = ["--dataset", data, "--epochs", String(epochs), "--local-workers", "1", "--exit"];
      // A step is taken when this test says so.
      const paced = ["--pace", "single", "--admin-token", "the-teacher"];
      const coordinator = cluster.coordinator(...run, ...paced);
      const { joinUrl, dashboardUrl, ...listening } = await coordinator.event("listening");
      const url = String(listening["url"]);
      const admin = new AdminSocket(Number(new URL(url).port), "the-teacher");
      cluster.atEnd(() => admin.close());
      const teacher = await ClassClient.enter(String(dashboardUrl));
      const clients = await Promise.all(
        Array.from({ length: devices }, () => ClassClient.enter(String(joinUrl))),
      );
      cluster.atEnd(() => [teacher, ...clients].forEach((each) => each.close()));
      const problems: string[] = [];
      const pages = await Promise.all(
        ["es", "en"].map(async (locale) => await openLesson(locale, String(joinUrl), problems)),
      );
      await teacher.until(({ people }) => people === devices + pages.length);

      // ── a bet, by touch and by keys ──
      await stepTo(2, admin, url);
      teacher.lead({
        kind: "open",
        activity: { kind: "bet", section, link: `at=${section}&seed=3` },
      });
      await Promise.all(clients.map((each) => each.until(({ activity }) => activity !== null)));
      for (const client of clients) client.answer({ kind: "bet", x: 1, y: 1 });
      const [touched, typed] = pages as [Page, Page];
      const ask = (page: Page) => page.locator(`#${section} .aside:not(:empty)`);
      await Promise.all(pages.map((page) => ask(page).waitFor()));
      await touched.locator(`#${section} .stage`).click({ position: { x: 200, y: 150 } });
      await typed.locator(`#${section} .stage input:not([hidden])`).first().focus();
      await typed.keyboard.press("ArrowRight");
      await stepTo(4, admin, url);
      await teacher.until(({ activity }) => activity?.answered === devices + pages.length);
      expect(answersOf(teacher.state, "bet")).toEqual([]);
      teacher.lead({ kind: "close" });
      for (const each of [teacher, clients[0]!]) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await each.until((state) => answersOf(state, "bet").length === devices + pages.length);
      }
      teacher.lead({ kind: "reveal" });
      await touched.locator(`#${section} .outcome:not(:empty)`).waitFor();
      await expect.poll(() => ask(touched).textContent()).toMatch(/^De 32 apuestas, el \d+\s% /u);
      teacher.lead({ kind: "end" });
      await touched.locator(`#${section} .aside:empty`).waitFor({ state: "attached" });

      // ── follow me, and let go ──
      teacher.lead({ kind: "follow", link: "at=momentum&momentum.bet=!" });
      await Promise.all(pages.map((page) => page.locator("#momentum[data-revealed]").waitFor()));
      await typed.getByRole("button", { name: "Go my own way" }).click();
      teacher.lead({ kind: "follow", link: "at=adam&momentum.bet=!&adam.bet=!" });
      await touched.locator("#adam[data-revealed]").waitFor();
      expect(await typed.locator("#adam[data-revealed]").count()).toBe(0);
      await typed.getByRole("button", { name: "Follow again" }).click();
      await typed.locator("#adam[data-revealed]").waitFor();

      // ── my column, of a moment at which the run does not stop ──
      teacher.lead({ kind: "open", activity: { kind: "column" } });
      await teacher.until(({ activity }) => activity !== null);
      expect(teacher.state.activity?.moment).toEqual({ run: 1, step: 4 });
      await stepTo(6, admin, url);
      await Promise.all(clients.map((each) => each.until(({ activity }) => activity !== null)));
      const values = tableParameters.map(() => 0);
      const picture = `3.${"A".repeat(131)}`;
      for (const client of clients) {
        client.answer({ kind: "column", picture, isDrawn: false, values, cosine: 0 });
      }
      await teacher.until((state) => answersOf(state, "column").length === devices + pages.length);
      const computed = answersOf(teacher.state, "column")
        .map(({ answer }) => answer)
        .filter((answer) => answer.cosine !== 0);
      expect(computed).toHaveLength(pages.length);
      for (const { picture: own, values: column } of computed) {
        // The last row is p₉ − y₉, and the first three never learn.
        expect(Math.sign(column.at(-1) ?? NaN)).toBe(own.startsWith("9") ? -1 : 1);
        expect(column.slice(0, 3)).toEqual([0, 0, 0]);
      }
      const numbers = typed.locator(".class-panel .numbers");
      await numbers.filter({ hasText: "the mean of 32 columns" }).waitFor();
      await typed.getByText("held for the class at step 4").waitFor();
      expect(await violationsIn(typed)).toEqual([]);
      for (const width of [320, 768, 1280]) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await typed.setViewportSize({ width, height: 800 });
        // oxlint-disable-next-line no-await-in-loop
        const wide = await typed.evaluate("document.documentElement.scrollWidth");
        expect(wide).toBeLessThanOrEqual(width);
      }

      await admin.command(JSON.stringify({ command: "pace", id: 1, pace: "full" }));
      const { fingerprint } = await coordinator.event("finished");
      expect(fingerprint).toBe(expected());
      expect(problems.filter((problem) => !/WebSocket|ERR_CONNECTION/u.test(problem))).toEqual([]);
    },
  );
});

/** A page of a participant, in the lesson. */
async function openLesson(locale: string, joinUrl: string, problems: string[]): Promise<Page> {
  const viewport = { width: 390, height: 844 };
  const context = await browser!.newContext({ locale, viewport, reducedMotion: "reduce" });
  cluster.atEnd(() => void context.close());
  const page = await openPage(context, problems);
  await page.goto(joinUrl.replace("/join", "/learn"));
  await page.locator(".class-bar strong:not(:empty)").waitFor();
  return page;
}

/** Takes steps until so many are committed. */
async function stepTo(count: number, admin: AdminSocket, url: string): Promise<void> {
  const headers = { Authorization: "Bearer the-teacher" };
  const committed = async () => {
    const answer = await fetch(`${url}/run/parameters`, { headers });
    await answer.arrayBuffer();
    return Number(answer.headers.get("promedio-step"));
  };
  for (let step = await committed(); step < count; step++) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await admin.command(JSON.stringify({ command: "step", id: 1 }));
    // oxlint-disable-next-line no-await-in-loop
    await expect.poll(committed).toBe(step + 1);
  }
}

/** The fingerprint of the same run without a class, by the sequential trainer. */
function expected(): string {
  const { dataset } = drawDigits(600, 100);
  const facts = {
    name: dataset.name,
    sha256: dataset.sha256,
    featureCount: dataset.featureCount,
    target: dataset.target,
    trainCount: dataset.train.count,
    testCount: dataset.test.count,
  };
  const given = { dataset: data, epochs };
  const config = resolveRunConfig({ given, origins: {} }, facts);
  return fingerprintOf(trainSequentially(config, dataset).parameters);
}

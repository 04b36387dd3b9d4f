/**
 * @file A class of 30 devices, some of them real pages and the others plain sockets, takes part in a bet, follows the
 * lecturer and fills in the table of averages while a run goes on. The run does not notice: its fingerprint is that of
 * the sequential trainer.
 */
import type { Page } from "playwright-core";
import { afterAll, describe, expect, test } from "vitest";

import type { Activity } from "../../../coordinator/classroom/messages.ts";
import { drawDigits } from "../../../coordinator/datasets/digits.ts";
import { answersOf, type ClassState } from "../../../coordinator/learn/classroom/class-state.ts";
import { tableParameters } from "../../../coordinator/learn/models/averages.ts";
import { fingerprintOf } from "../../../coordinator/storage/checkpoint.ts";
import { resolveRunConfig } from "../../../shared/run/settings/resolve.ts";
import { violationsIn } from "../../support/browser/accessibility.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import { openPage } from "../../support/browser/dashboard-page.ts";
import { ClassClient } from "../../support/classroom/class-client.ts";
import { cases } from "../../support/fixtures/effort.ts";
import { AdminSocket } from "../../support/processes/admin-socket.ts";
import type { Cluster } from "../../support/processes/cluster.ts";
import { eachWithCluster } from "../../support/processes/each-with-cluster.ts";
import { trainSequentially } from "../../support/trainers/sequential-trainer.ts";

const devices = 30;
/** Pages that are looked at closely: one in Spanish, one in English. */
const locales = ["es", "en"];
/** Other real pages, in small tabs. All 30 cost a minute of computing time: `TEST_EFFORT=10` takes it. */
const tabs = Math.min(cases(4), devices - locales.length);
const sockets = devices - locales.length - tabs;
const epochs = 2;
const data = "digits:600,100";
const section = "learning-rate";
// Tabs of one site that share a few processes start faster than those that have one each.
const browser = await launchBrowser(["--renderer-process-limit=4"]);
let cluster: Cluster;

eachWithCluster((fresh) => (cluster = fresh));
afterAll(async () => await browser?.close());

describe.skipIf(browser === undefined)(
  `a class of ${devices} devices, ${locales.length + tabs} of them pages`,
  () => {
    test("bets, follows and fills in the table of averages, and the fingerprint of the run is unchanged", async () => {
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
        Array.from({ length: sockets }, () => ClassClient.enter(String(joinUrl))),
      );
      cluster.atEnd(() => [teacher, ...clients].forEach((each) => each.close()));
      const problems: string[] = [];
      const [watched, others] = await Promise.all([
        Promise.all(locales.map((locale) => openLesson(locale, String(joinUrl), problems))),
        openTabs(tabs, String(joinUrl), problems),
      ]);
      const [touched, typed] = watched as [Page, Page];
      const pages = [...watched, ...others];
      await teacher.until(({ people }) => people === devices);

      // ── a bet, by touch and by keys ──
      await stepTo(2, admin, url);
      teacher.lead({
        kind: "open",
        activity: { kind: "bet", section, link: `at=${section}&seed=3` },
      });
      await Promise.all(clients.map((each) => each.until(isOn("bet"))));
      for (const client of clients) client.answer({ kind: "bet", x: 1, y: 1 });
      const ask = (page: Page) => page.locator(`#${section} .aside:not(:empty)`);
      await Promise.all(pages.map((page) => ask(page).waitFor()));
      await touched.locator(`#${section} .stage`).click({ position: { x: 200, y: 150 } });
      await Promise.all(
        [typed, ...others].map((page) => {
          const handle = page.locator(`#${section} .stage input:not([hidden])`).first();
          return handle.press("ArrowRight");
        }),
      );
      await stepTo(4, admin, url);
      await teacher.until(({ activity }) => activity?.answered === devices);
      expect(answersOf(teacher.state, "bet")).toEqual([]);
      teacher.lead({ kind: "close" });
      await teacher.until((state) => answersOf(state, "bet").length === devices);
      teacher.lead({ kind: "reveal" });
      await Promise.all(
        pages.map((page) => page.locator(`#${section} .outcome:not(:empty)`).waitFor()),
      );
      await expect.poll(() => ask(touched).textContent()).toMatch(/^De 30 apuestas, el \d+\s% /u);
      teacher.lead({ kind: "end" });
      await touched.locator(`#${section} .aside:empty`).waitFor({ state: "attached" });

      // ── follow me, and let go ──
      teacher.lead({ kind: "follow", link: "at=momentum&momentum.bet=!" });
      await Promise.all(watched.map((page) => page.locator("#momentum[data-revealed]").waitFor()));
      await typed.getByRole("button", { name: "Go my own way" }).click();
      teacher.lead({ kind: "follow", link: "at=adam&momentum.bet=!&adam.bet=!" });
      await touched.locator("#adam[data-revealed]").waitFor();
      expect(await typed.locator("#adam[data-revealed]").count()).toBe(0);
      await typed.getByRole("button", { name: "Follow again" }).click();
      await typed.locator("#adam[data-revealed]").waitFor();
      teacher.lead({ kind: "follow", link: "at=adam&momentum.bet=!&adam.bet=!&cursor=adam.7" });
      for (const page of watched) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await expect.poll(() => page.locator("#adam .player input").inputValue()).toBe("7");
      }

      // ── my column, of a moment at which the run does not stop ──
      teacher.lead({ kind: "open", activity: { kind: "column" } });
      await teacher.until(isOn("column"));
      expect(teacher.state.activity?.moment).toEqual({ run: 1, step: 4 });
      await stepTo(6, admin, url);
      await Promise.all(clients.map((each) => each.until(isOn("column"))));
      for (const client of clients) client.answer(emptyColumn);
      await teacher.until((state) => answersOf(state, "column").length === devices);
      const columns = answersOf(teacher.state, "column")
        .map(({ answer }) => answer)
        .filter(({ cosine }) => cosine !== emptyColumn.cosine);
      for (const { picture, values, cosine } of columns) {
        // The last row is p₉ − y₉, and the first three never learn.
        expect(Math.sign(values.at(-1) ?? NaN)).toBe(picture.startsWith("9") ? -1 : 1);
        expect(values.slice(0, 3)).toEqual([0, 0, 0]);
        expect(cosine).toBeGreaterThan(-1);
      }
      // Everybody was dealt a digit of the batch, and each another one.
      expect(new Set(columns.map(({ picture }) => picture)).size).toBe(pages.length);
      const numbers = typed.locator(".class-panel .numbers");
      await numbers.filter({ hasText: "the mean of 30 columns" }).waitFor();
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
    });
  },
);

/** Whether a page or socket has heard of this activity, and not only of the one before. */
function isOn(kind: Activity["kind"]): (state: ClassState) => boolean {
  return ({ activity }) => activity?.activity.kind === kind;
}

/** Of a device that is only a socket. No real gradient has this cosine. */
const emptyColumn = {
  kind: "column",
  picture: `3.${"A".repeat(131)}`,
  isDrawn: false,
  values: tableParameters.map(() => 0),
  cosine: -1,
} as const;

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

/** Small tabs of one window, which cost little to draw. */
async function openTabs(count: number, joinUrl: string, problems: string[]): Promise<Page[]> {
  const viewport = { width: 320, height: 320 };
  const context = await browser!.newContext({ viewport, reducedMotion: "reduce" });
  cluster.atEnd(() => void context.close());
  return await Promise.all(
    Array.from({ length: count }, async () => {
      const page = await openPage(context, problems);
      await page.goto(joinUrl.replace("/join", "/learn"), { waitUntil: "commit" });
      return page;
    }),
  );
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

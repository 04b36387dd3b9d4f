/**
 * @file What a lesson costs the run beside it: a lecturer and 30 devices that bet, vote again and fill in columns all the
 * time, over plain sockets, as from other machines: what their pages compute and draw is not on these cores. Then the same
 * with 30 real pages in a Chromium on this machine. They take steps from the run by using its cores, so what the
 * coordinator does for them is the CPU time a step.
 */
import { setTimeout as delay } from "node:timers/promises";

import type { Browser, Page } from "playwright-core";

import type { Answer } from "../../../coordinator/classroom/messages.ts";
import { launchBrowser } from "../../support/browser/browser.ts";
import { ClassClient } from "../../support/classroom/class-client.ts";
import { AdminSocket } from "../../support/processes/admin-socket.ts";
import { Cluster } from "../../support/processes/cluster.ts";
import type { Turn } from "../tools/interleave.ts";
import type { Report } from "../tools/report.ts";
import { flags } from "../tools/trainer.ts";
import { compareWatched, WatchedRun, watchedSettings } from "../watchers.ts";

const devices = 30;
const rounds = 24;
/** All that is done with real pages takes this long, with as many rounds as there is time for, and at least two. */
const pagesMs = 240_000;
/** A turn without them. */
const unwatchedMs = 2_000;
const roundsOfPages = { most: 6, least: 2 } as const;
/** Each device answers this often, about as often as it may. */
const answerMs = 600;
/** Part of the steps that a lesson may take. */
const lostMax = 0.05;

export async function benchClassroom(report: Report): Promise<void> {
  const cluster = await Cluster.create();
  try {
    const coordinator = cluster.coordinator(...flags(watchedSettings));
    const run = new WatchedRun(coordinator);
    await run.warmUp();
    const listening = await coordinator.event("listening");
    const [joinUrl, dashboardUrl] = [
      String(listening["joinUrl"]),
      String(listening["dashboardUrl"]),
    ];
    const name = `a lesson of ${devices} devices`;
    const turn = async () => await taught(run, joinUrl, dashboardUrl);
    const lost = await compareWatched(run, report, rounds, { name, turn });
    report.figure("  part of the steps lost", "×", lost, { below: lostMax });
    const { port, hash } = new URL(dashboardUrl);
    const admin = new AdminSocket(Number(port), hash.replace("#token=", ""));
    cluster.atEnd(() => admin.close());
    const pace = async (to: "single" | "full") => {
      await admin.command(JSON.stringify({ command: "pace", id: 1, pace: to }));
    };
    await measurePages(run, report, { joinUrl, dashboardUrl, pace });
  } finally {
    await cluster.stop();
  }
}

/**
 * The same with pages, which stay open: between the turns they have nothing to do. The run waits until all of them are
 * open, because 30 pages that start beside it take minutes.
 */
async function measurePages(
  run: WatchedRun,
  report: Report,
  { joinUrl, dashboardUrl, pace }: Lesson,
): Promise<void> {
  // Tabs of one site that share a few processes start faster than those that have one each.
  const browser = await launchBrowser(["--renderer-process-limit=4"]);
  if (browser === undefined) {
    return report.absent("Chromium", "not found; set CHROMIUM to its path");
  }
  const start = performance.now();
  try {
    await pace("single");
    const pages = await openPages(browser, joinUrl.replace("/join", "/learn"));
    const teacher = await ClassClient.enter(dashboardUrl);
    await teacher.until(({ people }) => people === devices);
    await pace("full");
    const turn = async () => await during(run, (over) => teachPages(teacher, pages, over));
    // The pages train their networks in the first one, and the next ones take about as long.
    const opened = performance.now();
    await turn();
    const name = `a lesson of ${devices} pages on these cores`;
    const pairs = roundsIn(pagesMs - (opened - start), performance.now() - opened);
    const lost = await compareWatched(run, report, pairs, { name, turn });
    report.figure("  part of the steps lost", "×", lost);
    report.figure("  time with pages", "s", [(performance.now() - start) / 1000]);
    teacher.close();
  } finally {
    await browser.close();
  }
}

interface Lesson {
  readonly joinUrl: string;
  readonly dashboardUrl: string;
  readonly pace: (pace: "single" | "full") => Promise<void>;
}

/** Small, and without motion, which costs their devices and not the coordinator. */
async function openPages(browser: Browser, url: string): Promise<readonly Page[]> {
  const viewport = { width: 320, height: 320 };
  const context = await browser.newContext({ viewport, reducedMotion: "reduce" });
  // On busy cores a page may take minutes.
  context.setDefaultTimeout(0);
  return await Promise.all(
    Array.from({ length: devices }, async () => {
      const page = await context.newPage();
      await page.goto(url, { waitUntil: "commit" });
      return page;
    }),
  );
}

/** Rounds that there is time for: after the first turn of pages, one each, and one without them. */
function roundsIn(leftMs: number, turnMs: number): number {
  const fitting = Math.floor((leftMs - turnMs) / (turnMs + unwatchedMs));
  return Math.min(Math.max(fitting, roundsOfPages.least), roundsOfPages.most);
}

/** A bet and a column each, again and again; the pages compute both, and draw what the others answer. */
async function teachPages(
  teacher: ClassClient,
  pages: readonly Page[],
  over: AbortSignal,
): Promise<void> {
  while (!over.aborted) {
    teacher.lead({ kind: "open", activity: bet });
    const handle = "#learning-rate .stage input:not([hidden])";
    // oxlint-disable-next-line no-await-in-loop -- a lesson takes its time
    await Promise.all(pages.map((page) => page.locator(handle).first().press("ArrowRight")));
    // oxlint-disable-next-line no-await-in-loop
    await teacher.until(({ activity }) => activity?.answered === devices);
    teacher.lead({ kind: "reveal" });
    if (over.aborted) break;
    teacher.lead({ kind: "open", activity: { kind: "column" } });
    // oxlint-disable-next-line no-await-in-loop
    await teacher.until(({ activity }) => {
      return activity?.activity.kind === "column" && activity.answered === devices;
    });
  }
  teacher.lead({ kind: "end" });
}

/** One turn of the run, with a lesson beside it. */
async function taught(run: WatchedRun, joinUrl: string, dashboardUrl: string): Promise<Turn> {
  const teacher = await ClassClient.enter(dashboardUrl);
  const clients = await Promise.all(
    Array.from({ length: devices }, () => ClassClient.enter(joinUrl)),
  );
  try {
    return await during(run, (over) => teach(teacher, clients, over));
  } finally {
    for (const each of [teacher, ...clients]) each.close();
  }
}

/** One turn of the run while something else is done. */
async function during(run: WatchedRun, act: (over: AbortSignal) => Promise<void>): Promise<Turn> {
  const lesson = new AbortController();
  const acting = act(lesson.signal);
  try {
    return await run.measure();
  } finally {
    lesson.abort();
    await acting;
  }
}

/** A bet with two votes, then a column each, again and again. */
async function teach(
  teacher: ClassClient,
  clients: readonly ClassClient[],
  over: AbortSignal,
): Promise<void> {
  const answer = async (each: Answer) => {
    await delay(answerMs);
    for (const client of clients) client.answer(each);
    await delay(answerMs);
  };
  while (!over.aborted) {
    teacher.lead({ kind: "open", activity: bet });
    // oxlint-disable-next-line no-await-in-loop -- a lesson takes its time
    await answer({ kind: "bet", x: 1, y: 1 });
    teacher.lead({ kind: "close" });
    teacher.lead({ kind: "again" });
    // oxlint-disable-next-line no-await-in-loop
    await answer({ kind: "bet", x: 2, y: 1 });
    teacher.lead({ kind: "reveal" });
    teacher.lead({ kind: "open", activity: { kind: "column" } });
    // oxlint-disable-next-line no-await-in-loop
    await answer(column);
  }
}

const bet = { kind: "bet", section: "learning-rate", link: "at=learning-rate" } as const;
const column: Answer = {
  kind: "column",
  picture: `3.${"A".repeat(131)}`,
  isDrawn: false,
  values: [0, 0, 0, 0.001, 0.002, 0.003, 0.004],
  cosine: 0.1,
};

/**
 * @file What a lesson costs the run beside it: a lecturer and 30 devices that bet, vote again and fill in columns all the
 * time, over plain sockets, as from other machines: what their pages compute and draw is not on these cores.
 */
import { setTimeout as delay } from "node:timers/promises";

import type { Answer } from "../../../coordinator/classroom/messages.ts";
import { ClassClient } from "../../support/classroom/class-client.ts";
import { Cluster } from "../../support/processes/cluster.ts";
import type { Turn } from "../tools/interleave.ts";
import type { Report } from "../tools/report.ts";
import { flags } from "../tools/trainer.ts";
import { compareWatched, WatchedRun, watchedSettings } from "../watchers.ts";

const devices = 30;
const rounds = 24;
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
    const { joinUrl, dashboardUrl } = await coordinator.event("listening");
    const name = `a lesson of ${devices} devices`;
    const turn = async () => await taught(run, String(joinUrl), String(dashboardUrl));
    const lost = await compareWatched(run, report, rounds, { name, turn });
    report.figure("  part of the steps lost", "×", lost, { below: lostMax });
  } finally {
    await cluster.stop();
  }
}

/** One turn of the run, with a lesson beside it. */
async function taught(run: WatchedRun, joinUrl: string, dashboardUrl: string): Promise<Turn> {
  const teacher = await ClassClient.enter(dashboardUrl);
  const clients = await Promise.all(
    Array.from({ length: devices }, () => ClassClient.enter(joinUrl)),
  );
  const lesson = new AbortController();
  const teaching = teach(teacher, clients, lesson.signal);
  try {
    return await run.measure();
  } finally {
    lesson.abort();
    await teaching;
    for (const each of [teacher, ...clients]) each.close();
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
    const link = "at=learning-rate";
    teacher.lead({ kind: "open", activity: { kind: "bet", section: "learning-rate", link } });
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

const column: Answer = {
  kind: "column",
  picture: `3.${"A".repeat(131)}`,
  isDrawn: false,
  values: [0, 0, 0, 0.001, 0.002, 0.003, 0.004],
  cosine: 0.1,
};

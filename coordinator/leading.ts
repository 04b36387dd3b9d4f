/** @file What a program that leads a cluster has besides: its lease, and what it tells the others of its run. */
import type { Lead } from "./cluster/lead.ts";
import type { LedRun } from "./cluster/shelf.ts";
import { doorOf } from "./cluster/waiting-room.ts";
import type { CurrentRun, Runs } from "./runs.ts";
import type { WorkerSessions } from "./workers/worker-sessions.ts";

export interface LeadingStart {
  readonly lead: Lead;
  /** Origins of the pages of the other coordinators. */
  readonly origins: readonly string[];
}

/** A program that leads listens now; `undefined` for one that is alone. */
export async function beginToLead(
  leading: LeadingStart | undefined,
  joinUrl: string,
  { runs, coordinator }: { readonly runs: Runs; readonly coordinator: WorkerSessions },
): Promise<void> {
  await leading?.lead.begin(doorOf(joinUrl), {
    current: () => ledRunOf(runs.current),
    doors: (term, urls) => coordinator.setDoors(term, urls),
  });
}

/** A run, as the other coordinators of a cluster see it. */
function ledRunOf(current: CurrentRun | undefined): LedRun | undefined {
  if (current === undefined) return undefined;
  const { run, job, prepared } = current;
  const isOver = run.outcome?.kind === "finished" || run.outcome?.kind === "failed";
  return { id: run.id, folder: prepared.folder.path, saved: job.saved, isOver };
}

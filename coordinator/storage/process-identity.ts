/** @file Whether the process that wrote something is still running. Process ids are used again, so the start time counts too. */
import { readFileSync } from "node:fs";

export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the system counts; `null` where the system does not tell. */
  readonly started: string | null;
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, started: startOf(pid) };
}

/** Signal 0 only asks. A process of another user answers with EPERM, and is running too. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  const now = startOf(pid);
  return started === null || now === null || now === started;
}

/** Clock ticks since the machine started (proc(5), field 22 of `stat`). The name before it may hold blanks and brackets. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

/** @file Under which conditions figures were measured: what has to stand beside every one of them. */
import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem, type } from "node:os";

export interface Conditions {
  readonly machine: string;
  readonly system: string;
  readonly node: string;
  /** Short hash; with a `+` when the working tree differs from it in more than results. */
  readonly commit: string;
  readonly date: string;
  /** Processes that wanted a core over the last minute, before the bench began. Well below the cores: quiet. */
  readonly load: number;
}

export function conditionsNow(): Conditions {
  const cores = cpus();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  return {
    machine: `${cores.length} × ${cores[0]?.model.trim() ?? "unknown core"}, ${gibibytes} GiB`,
    system: `${type()} ${release()}`,
    node: process.version,
    commit: commitNow(),
    date: new Date().toISOString(),
    load: Math.round(100 * (loadavg()[0] ?? 0)) / 100,
  };
}

function commitNow(): string {
  try {
    const commit = git("rev-parse", "--short", "HEAD");
    // What earlier benches of the same run have written changes nothing that is measured.
    const others = ["--", ".", ":!test/bench/results"];
    const changes = git("status", "--porcelain", "--untracked-files=no", ...others);
    return changes === "" ? commit : `${commit}+`;
  } catch {
    return "none";
  }
}

function git(...args: string[]): string {
  return execFileSync("git", args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}

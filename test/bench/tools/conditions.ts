/** @file The conditions under which figures were measured; they are reported with every figure. */
import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem, type } from "node:os";

export interface Conditions {
  readonly machine: string;
  readonly system: string;
  readonly node: string;
  /** Short hash, with a `+` if the working tree differs from it in more than results. */
  readonly commit: string;
  readonly date: string;
  /** Processes that wanted a core in the last minute before the bench. Well below the number of cores means quiet. */
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
    // Results written by earlier benches of the same run do not affect the measurement.
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

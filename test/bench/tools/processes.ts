/** @file Processes of a bench: run one to its end, and measure CPU time. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Report } from "./report.ts";

const peers = join(import.meta.dirname, "../peers");
/** Linux reports CPU time in hundredths of a second, whatever the kernel's internal clock. */
const microsPerTick = 10_000;

/**
 * Runs a TypeScript program of `peers/` to its end.
 *
 * @param prefix - A program and its arguments that starts another: `ip netns exec NAME`.
 * @returns Its output as JSON; `undefined` if it cannot run here.
 */
export function runPeer<Result>(
  name: string,
  args: object,
  prefix: readonly string[] = [],
): Promise<Result | undefined> {
  const file = join(peers, name);
  const command = [...prefix, process.execPath, "--import", "tsx", file, JSON.stringify(args)];
  return runToEnd(command[0] ?? "", command.slice(1));
}

/** Like `runPeer`, in Python with Debian's PyTorch, if it is installed. */
export function runPyTorch<Result>(args: object): Promise<Result | undefined> {
  return runToEnd("/usr/bin/python3", [join(peers, "pytorch.py"), JSON.stringify(args)]);
}

/** The same with scikit-learn, in the Python that `PYTHON` names, if it is installed there. */
export function runScikitLearn<Result>(args: object): Promise<Result | undefined> {
  const python = process.env["PYTHON"] ?? "python3";
  return runToEnd(python, [join(peers, "scikit_learn.py"), JSON.stringify(args)]);
}

/** Notes the version of PyTorch. The speed of its matrix products depends on its BLAS. */
export async function notePyTorch(report: Report): Promise<void> {
  const about = await runPyTorch<{ name: string }>({ mode: "about" });
  if (about !== undefined) report.note("PyTorch", about.name);
}

/** `undefined` if the program prints nothing, by which a peer says that it cannot run here. */
function runToEnd<Result>(program: string, args: readonly string[]): Promise<Result | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
    child.once("error", () => resolve(undefined));
    child.once("close", (code) => {
      if (code !== 0) reject(new Error(`${program} ${args.join(" ")} ended with ${code}`));
      // The bench knows the type of its peer's output.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      else resolve(text.trim() === "" ? undefined : (JSON.parse(text) as Result));
    });
  });
}

/** CPU time so far of a process and its children, in microseconds; `undefined` if there is no /proc. */
export function cpuMicrosOf(pid: number): number | undefined {
  try {
    return [pid, ...childrenOf(pid)].reduce((sum, each) => sum + cpuTicks(each), 0) * microsPerTick;
  } catch {
    return undefined;
  }
}

/** Resident memory of one process in bytes; `undefined` if there is no /proc. */
export function residentBytesOf(pid: number): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
    return pages * 4096;
  } catch {
    return undefined;
  }
}

/** The most that it has been so far; `undefined` as above. */
export function mostResidentBytesOf(pid: number): number | undefined {
  try {
    const kibibytes = /^VmHWM:\s+(\d+) kB$/mu.exec(
      readFileSync(`/proc/${pid}/status`, "utf8"),
    )?.[1];
    return kibibytes === undefined ? undefined : 1024 * Number(kibibytes);
  } catch {
    return undefined;
  }
}

export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
  return text === "" ? [] : text.split(" ").map(Number);
}

function cpuTicks(pid: number): number {
  // Fields 14 and 15, utime and stime. The second field, a name in parentheses, may contain spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}

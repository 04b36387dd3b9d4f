/**
 * @file What the terminal's job control has to do with this program: whether it is in the foreground, how it is
 * suspended, and whether its terminal is still there. A program in the background that changes the terminal's mode or
 * reads its keys is stopped by the system, so it must know before it tries.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync } from "node:fs";
import { isatty } from "node:tty";

export interface JobControl {
  /** Whether the terminal's keys and its mode are this program's to use. */
  isForeground(): boolean;
  /** Whether the process still has the terminal that it was started from. */
  hasTerminal(): boolean;
  /**
   * Stops this process as Ctrl-Z does, and returns when it is continued. Does nothing where no shell could continue it.
   *
   * @param listener - The program's own listener for SIGTSTP, which would keep the signal from stopping anything.
   * @param target - This process, or every process of its job.
   */
  suspend(listener: () => void, target: "process" | "job"): void;
}

export const jobControl: JobControl = {
  isForeground() {
    if (process.platform === "win32") return true;
    return foregroundOnLinux() ?? foregroundByPs() ?? true;
  },

  hasTerminal() {
    if (process.platform === "win32") return true;
    try {
      closeSync(openSync("/dev/tty", constants.O_RDONLY | constants.O_NOCTTY));
      return true;
    } catch {
      return false;
    }
  },

  suspend(listener, target) {
    if (process.platform === "win32") return;
    // Without a listener the system decides: it leaves a process alone that nobody could continue, as in a container.
    process.off("SIGTSTP", listener);
    process.kill(target === "job" ? 0 : process.pid, "SIGTSTP");
    process.on("SIGTSTP", listener);
  },
};

/**
 * Lets the process end as it means to when its terminal has been closed: Node restores the terminal's mode at the end, and
 * aborts if that fails. It passes over streams that are closed.
 */
export function surviveLostTerminal(): void {
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  process.once("exit", () => {
    for (const fd of terminals) if (!isatty(fd)) closeSync(fd);
  });
}

/** @see proc(5): the fields of `stat` after the program's name are state, parent, group, session, terminal, its group. */
function foregroundOnLinux(): boolean | undefined {
  try {
    const stat = readFileSync("/proc/self/stat", "latin1");
    const [, , group, , terminal, terminalGroup] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return terminal === "0" || terminalGroup === group;
  } catch {
    return undefined;
  }
}

/** The other systems: `ps` marks a process in the foreground with a plus sign. */
function foregroundByPs(): boolean | undefined {
  try {
    const args = ["-o", "stat=,tty=", "-p", String(process.pid)];
    const [state = "", terminal = "?"] = execFileSync("ps", args, { encoding: "utf8" })
      .trim()
      .split(/\s+/u);
    return state.includes("+") || terminal.startsWith("?");
  } catch {
    return undefined;
  }
}

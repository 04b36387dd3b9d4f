/**
 * @file The terminal's job control, as far as it concerns this program: whether it is in the foreground, how it is
 * suspended, and whether its terminal still exists. The system stops a background program that changes the
 * terminal's mode or reads its keys, so the program must know before it tries.
 */
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync } from "node:fs";
import { isatty } from "node:tty";

export interface JobControl {
  /** Whether this program may use the terminal's keys and mode. */
  isForeground(): boolean;
  /** Whether the process still has the terminal from which it was started. */
  hasTerminal(): boolean;
  /**
   * Stops this process like Ctrl-Z, and returns when it is continued. Does nothing if no shell could continue it.
   *
   * @param listener - The program's own listener for SIGTSTP, which would otherwise prevent the stop.
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
    // Without a listener the system decides. It does not stop a process that nobody could continue, for example in
    // a container.
    process.off("SIGTSTP", listener);
    process.kill(target === "job" ? 0 : process.pid, "SIGTSTP");
    process.on("SIGTSTP", listener);
  },
};

/**
 * Lets the process end normally after its terminal has been closed. Node restores the terminal's mode at the end
 * and aborts if that fails, but it skips closed streams.
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

/** On other systems, `ps` marks a foreground process with a plus sign. */
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

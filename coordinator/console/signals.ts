/**
 * @file The signals that ask the program to end, and the one that may mean something else. No signal loses work:
 * after each of them the program can save its state.
 */
import type { JobControl } from "./job-control.ts";

/** The exit code after a second signal, as a shell reports a program that Ctrl-C ended. */
const impatientCode = 130;

export class Signals {
  /** Resolves at the first signal that asks for the end, with the signal's name. */
  readonly ended: Promise<string>;
  readonly #job: Pick<JobControl, "hasTerminal">;
  readonly #hadTerminal: boolean;
  #reload: (() => void) | undefined;

  /** Starts listening. */
  constructor(job: Pick<JobControl, "hasTerminal">) {
    this.#job = job;
    this.#hadTerminal = job.hasTerminal();
    this.ended = new Promise((resolve) => {
      this.#listenForTheEnd(resolve);
      process.on("SIGHUP", () => {
        if (this.#reload !== undefined && !this.#isTerminalLost) this.#reload();
        else resolve("SIGHUP");
      });
    });
  }

  /**
   * From now on SIGHUP calls `reload`, which is what programs that renew certificates expect. A closed window or a
   * lost ssh connection sends the same signal; then the terminal is gone, and the program ends.
   */
  onReload(reload: () => void): void {
    this.#reload = reload;
  }

  /** The second of these signals ends the process at once. SIGHUP never does: a lost terminal sends it several times. */
  #listenForTheEnd(end: (signal: string) => void): void {
    let asked = false;
    const onSignal = (signal: NodeJS.Signals) => {
      if (asked) process.exit(impatientCode);
      asked = true;
      end(signal);
    };
    // On Windows, SIGBREAK is Ctrl-Break, and SIGHUP means that the console window is being closed.
    for (const signal of ["SIGINT", "SIGTERM", "SIGBREAK"] as const) process.on(signal, onSignal);
  }

  get #isTerminalLost(): boolean {
    return process.platform === "win32" || (this.#hadTerminal && !this.#job.hasTerminal());
  }
}

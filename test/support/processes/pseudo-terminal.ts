/**
 * @file A program on a real terminal that a test can stop reading, type on and close. Made with Python's `pty`,
 * because Node has none. Without Python, the tests that need it say so and are skipped.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";

import { escape } from "../../../coordinator/console/view/style.ts";

const helper = join(import.meta.dirname, "run-on-terminal.py");

const controls = new RegExp(`${escape}\\[[?\\d;]*[A-Za-z]`, "gu");

/** Whether terminals can be created here. Prints one line if they can't. */
export function hasPseudoTerminals(): boolean {
  if (process.platform === "win32") return false;
  const { status } = spawnSync("python3", ["-c", "import pty, termios"]);
  if (status === 0) return true;
  process.stderr.write("no python3 with the module pty: tests on a real terminal are skipped\n");
  return false;
}

export class PseudoTerminal {
  /** Output since the last `forget`. */
  text = "";
  /** The exit code of the program, or minus the signal that ended it. */
  readonly exited: Promise<number>;
  /** Of the program on the terminal. */
  readonly pid: Promise<number>;
  readonly #helper: ChildProcess;

  /**
   * @param options.isRead - Whether the terminal is read from the start.
   * @param options.env - Added to this process's own environment.
   */
  constructor(
    command: readonly string[],
    { isRead = true, env = {} }: { isRead?: boolean; env?: Readonly<Record<string, string>> } = {},
  ) {
    this.#helper = spawn("python3", [helper, isRead ? "1" : "0", ...command], {
      env: { ...process.env, TERM: "xterm-256color", ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    const { stdout, stderr, stdin } = this.#helper;
    stdout?.on("data", (chunk: Buffer) => (this.text += String(chunk)));
    stdin?.on("error", () => {});
    const notes = createInterface({ input: stderr! });
    this.pid = this.#note(notes, "pid");
    this.exited = this.#note(notes, "exit");
  }

  read(isReading: boolean): void {
    this.#order(`read ${isReading ? 1 : 0}`);
  }

  type(keys: string): void {
    this.#order(`type ${JSON.stringify(keys)}`);
  }

  /** Closes the terminal like closing its window. */
  hangUp(): void {
    this.#order("hangup");
  }

  forget(): void {
    this.text = "";
  }

  /** The text without colours and cursor movements. */
  get words(): string {
    return this.text.replaceAll(controls, "");
  }

  /** How often the alternate screen was entered, minus how often it was left. */
  get screens(): number {
    const count = (sequence: string) => this.text.split(`${escape}[${sequence}`).length - 1;
    return count("?1049h") - count("?1049l");
  }

  /** Ends the program and the terminal, whatever they are doing. */
  async stop(): Promise<void> {
    this.#helper.stdin?.end();
    const gone = new Promise<void>((resolve) => {
      if (this.#helper.exitCode !== null) return resolve();
      this.#helper.once("exit", () => resolve());
      return undefined;
    });
    await gone;
  }

  #order(line: string): void {
    this.#helper.stdin?.write(`${line}\n`);
  }

  /** The helper's reports about the program. */
  #note(notes: Interface, name: string): Promise<number> {
    const noted = new Promise<number>((resolve, reject) => {
      notes.on("line", (line) => {
        const [word, value] = line.split(" ");
        if (word === name) resolve(Number(value));
      });
      this.#helper.once("close", (code) => reject(new Error(`${helper} ended with ${code}`)));
    });
    // A test need not wait for it.
    noted.catch(() => undefined);
    return noted;
  }
}

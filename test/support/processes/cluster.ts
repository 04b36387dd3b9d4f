/**
 * @file Real processes for end-to-end tests: a coordinator and workers as a user would start them, over loopback.
 * `stop` ends every process that was started here, whatever the test does.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export type JsonEvent = { readonly event: string } & Readonly<Record<string, unknown>>;

/** `npm run mutants` tests another one. */
const program =
  process.env["PROMEDIO_PROGRAM"] ?? join(import.meta.dirname, "../../../build/promedio.js");

/** One coordinator process with JSON output. */
export class CoordinatorProcess {
  readonly events: JsonEvent[] = [];
  stderr = "";
  readonly exited: Promise<number | null>;
  readonly child: ChildProcess;
  #waiting: { wanted: (event: JsonEvent) => boolean; resolve: (event: JsonEvent) => void }[] = [];

  /** @param prefix - A program and its arguments that starts another: `ip netns exec NAME`. */
  constructor(args: readonly string[], prefix: readonly string[] = []) {
    const command = [...prefix, process.execPath, program, "coordinator", "--json", ...args];
    this.child = spawn(command[0] ?? "", command.slice(1), { stdio: ["ignore", "pipe", "pipe"] });
    this.child.stderr?.on("data", (chunk: Buffer) => (this.stderr += String(chunk)));
    const lines = createInterface({ input: this.child.stdout! });
    lines.on("line", (line) => this.#receive(JSON.parse(line) as JsonEvent));
    this.exited = new Promise((resolve) => this.child.once("exit", (code) => resolve(code)));
  }

  /** The first event, past or future, that is wanted. Rejects if the process ends without it. */
  event(name: string, wanted: (event: JsonEvent) => boolean = () => true): Promise<JsonEvent> {
    const matches = (event: JsonEvent) => event.event === name && wanted(event);
    const found = this.events.find(matches);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ wanted: matches, resolve });
      // Not at "exit": its last lines may still be in the pipe.
      this.child.once("close", (code) => {
        reject(new Error(`coordinator ended (${code}) before '${name}': ${this.stderr}`));
      });
    });
  }

  #receive(event: JsonEvent): void {
    this.events.push(event);
    this.#waiting = this.#waiting.filter(({ wanted, resolve }) => {
      if (!wanted(event)) return true;
      resolve(event);
      return false;
    });
  }
}

/** A relay, and the link for its workers. */
export interface RelayProcess {
  readonly child: ChildProcess;
  readonly joinUrl: string;
}

/** A folder and the processes of one test. */
export class Cluster {
  readonly folder: string;
  readonly #children: ChildProcess[] = [];
  readonly #endings: (() => void)[] = [];

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<Cluster> {
    return new Cluster(await mkdtemp(join(tmpdir(), "promedio-test-")));
  }

  /** Starts a coordinator on a free loopback port, with its runs in the test's folder. */
  coordinator(...args: string[]): CoordinatorProcess {
    return this.coordinatorIn([], ...args);
  }

  /** Starts a coordinator by another program, which is written before its command: in a network namespace. */
  coordinatorIn(prefix: readonly string[], ...args: string[]): CoordinatorProcess {
    const place = ["--host", "127.0.0.1", "--port", "0", "--runs", join(this.folder, "runs")];
    const coordinator = new CoordinatorProcess([...place, ...args], prefix);
    this.#children.push(coordinator.child);
    return coordinator;
  }

  /** Starts a worker process. */
  worker(joinUrl: string, ...args: string[]): ChildProcess {
    return this.workerWith({}, joinUrl, ...args);
  }

  /** Starts a worker process with further environment variables. */
  workerWith(env: Record<string, string>, joinUrl: string, ...args: string[]): ChildProcess {
    const child = spawn(process.execPath, [program, "worker", joinUrl, ...args], {
      stdio: "ignore",
      env: { ...process.env, ...env },
    });
    this.#children.push(child);
    return child;
  }

  /** Starts a worker by another program, which is written before its command. */
  workerIn(prefix: readonly string[], joinUrl: string, ...args: string[]): ChildProcess {
    const worker = [...prefix, process.execPath, program, "worker", joinUrl, ...args];
    const child = spawn(worker[0] ?? "", worker.slice(1), { stdio: "ignore" });
    this.#children.push(child);
    return child;
  }

  /** Starts a relay on a free loopback port. @returns Its process, and the link for its workers. */
  async relay(joinUrl: string, ...more: string[]): Promise<RelayProcess> {
    return await this.relayIn([], joinUrl, ...more);
  }

  /** Starts a relay by another program, which is written before its command. */
  async relayIn(
    prefix: readonly string[],
    joinUrl: string,
    ...more: string[]
  ): Promise<RelayProcess> {
    const place = ["--host", "127.0.0.1", "--port", "0"];
    const relay = [...prefix, process.execPath, program, "relay", joinUrl, ...place, ...more];
    const child = spawn(relay[0] ?? "", relay.slice(1), { stdio: ["ignore", "ignore", "pipe"] });
    this.#children.push(child);
    let said = "";
    for await (const chunk of child.stderr.iterator({ destroyOnReturn: false })) {
      said += String(chunk);
      const link = /join at (?<link>\S+)\n/u.exec(said)?.groups?.["link"];
      if (link === undefined) continue;
      // Its later lines are for nobody.
      child.stderr.resume();
      return { child, joinUrl: link };
    }
    throw new Error(`the relay ended: ${said}`);
  }

  /** Calls this when the test is over, before its processes end. */
  atEnd(end: () => void): void {
    this.#endings.push(end);
  }

  async stop(): Promise<void> {
    for (const end of this.#endings.splice(0)) end();
    for (const child of this.#children) if (child.exitCode === null) child.kill("SIGKILL");
    await Promise.all(this.#children.map(gone));
    await rm(this.folder, { recursive: true, force: true });
  }
}

function gone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

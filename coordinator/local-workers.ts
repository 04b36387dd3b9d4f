/**
 * @file Worker processes on the coordinator's own machine. They are workers like any other: same program, same
 * protocol, over loopback. They end when the coordinator does, because their IPC channel closes.
 */
import { type ChildProcess, spawn } from "node:child_process";

export interface LocalWorkersOptions {
  /** Path of the bundled program. */
  readonly program: string;
  readonly joinUrl: string;
  readonly count: number;
  readonly threads: number | "auto";
  /** A worker process ended that should not have. */
  readonly ended: (message: string) => void;
}

/** Starts the processes; returns what ends them and waits until they are gone. */
export function startLocalWorkers(options: LocalWorkersOptions): () => Promise<void> {
  let stopping = false;
  const children = Array.from({ length: options.count }, (_, i) => {
    const child = spawnWorker(options, i + 1);
    child.once("exit", (code, signal) => {
      if (!stopping)
        options.ended(`local worker ${i + 1} ended (${signal ?? `exit code ${code}`})`);
    });
    child.once("error", (error) => options.ended(`local worker ${i + 1}: ${error.message}`));
    return child;
  });
  return async () => {
    stopping = true;
    await Promise.all(children.map((child) => stop(child)));
  };
}

function spawnWorker(
  { program, joinUrl, threads }: LocalWorkersOptions,
  number: number,
): ChildProcess {
  const settings = ["--threads", String(threads), "--name", `local ${number}`];
  return spawn(
    process.execPath,
    ["--enable-source-maps", program, "worker", joinUrl, ...settings],
    {
      // Nothing a local worker says belongs on the coordinator's screen: its row in the console tells all.
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    },
  );
}

/** How long a worker may take to say goodbye. */
const goodbyeMs = 2_000;

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), goodbyeMs);
  await gone;
  clearTimeout(timer);
}

/** @file The worker in Python, `test/e2e/other-worker`, as a process. */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";

const program = join(import.meta.dirname, "../../e2e/other-worker/worker.py");
const modules = "import msgpack, websockets, numpy";

/** Debian's packages are installed for its own Python, which another one may hide. `undefined`: there is none. */
export const python = ["/usr/bin/python3", "python3"].find((path) => {
  return spawnSync(path, ["-c", modules]).status === 0;
});
if (python === undefined) {
  process.stderr.write(
    "skipped: the worker in Python needs python3-msgpack, python3-websockets and python3-numpy\n",
  );
}

export interface PythonWorker {
  /** What it said on stderr so far. */
  readonly said: string;
  readonly kill: () => void;
}

/** Starts it. It joins as `snake`. */
export function pythonWorker(joinUrl: string): PythonWorker {
  const child = spawn(python ?? "", [program, joinUrl, "snake"], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  const worker = { said: "", kill: () => void child.kill("SIGKILL") };
  child.stderr.on("data", (chunk: Buffer) => (worker.said += String(chunk)));
  return worker;
}

/** @file The worker's part of the command line: what this worker is called. Options arrive parsed; nothing connects here. */
import { workerNameLengthMax } from "../../shared/protocol/limits.ts";
import { type JoinUrl, parseJoinUrl } from "../join-url.ts";

export interface WorkerOptions extends JoinUrl {
  /** Empty if there is none. A coordinator without tokens needs none; any other refuses and says so. */
  readonly token: string;
  readonly threads: number;
  readonly name: string;
}

/**
 * The options of a worker.
 *
 * @param given - The values of the command line; `threads: "auto"` means one thread per core.
 * @param machine - The host's name and its number of cores.
 * @throws OperatorError for a bad URL.
 */
export function resolveWorkerOptions(
  given: {
    readonly url: string;
    readonly threads: number | "auto";
    readonly name: string | undefined;
    readonly joinToken: string | undefined;
  },
  machine: { readonly hostname: string; readonly coreCount: number },
): WorkerOptions {
  const url = parseJoinUrl(given.url);
  const token = url.token ?? given.joinToken ?? "";
  const threads = given.threads === "auto" ? Math.max(1, machine.coreCount) : given.threads;
  return { ...url, token, threads, name: given.name ?? nameOf(machine.hostname) };
}

/** A host's name without the characters that the protocol refuses. */
function nameOf(hostname: string): string {
  return hostname.replaceAll(/\p{C}/gu, "").slice(0, workerNameLengthMax) || "worker";
}

/** @file What a closed socket means to a worker: reconnect, or stay away and say why. Pure. */
import { closeStatus } from "../shared/protocol/errors.ts";
import type { Closure } from "./platform.ts";
import type { WorkerCause } from "./status.ts";

/** What happened: a cause for the program and a sentence for the person. */
export interface Told {
  readonly cause: WorkerCause;
  readonly sentence: string;
}

/** The kernels differ, or the bits that they compute. */
export const kernelRefusal = told(
  "kernel",
  "this machine computes other bits than the coordinator, or has another version: it can't take part",
);

/** The coordinator said goodbye. */
export const coordinatorEnded = told("coordinator-ended", "the coordinator ended");

/** Close statuses after which reconnecting would end the same way, with what the person should know or do. */
const refusals: ReadonlyMap<number, Told> = new Map([
  [
    closeStatus.ERR_TOKEN,
    told(
      "token",
      "the join token is missing or wrong: open the join URL that the coordinator shows now",
    ),
  ],
  [
    closeStatus.ERR_ORIGIN,
    told(
      "origin",
      "the coordinator does not take workers from this address: open its own join URL",
    ),
  ],
  [
    closeStatus.ERR_VERSION,
    told(
      "version",
      "coordinator and worker are of different versions: reload the page, or use the same version",
    ),
  ],
  [closeStatus.ERR_KERNEL, kernelRefusal],
  [
    closeStatus.ERR_REPLACED,
    told("replaced", "this worker connected a second time: only the newer connection goes on"),
  ],
  [
    closeStatus.ERR_MISMATCH,
    told(
      "mismatch",
      "a result of this worker was wrong when it was computed again: it can't take part",
    ),
  ],
  [
    closeStatus.ERR_OFFENCES,
    told("offences", "too many results of this worker were invalid: it can't take part"),
  ],
]);

function told(cause: WorkerCause, sentence: string): Told {
  return { cause, sentence };
}

/** What the person should know if the closure is final; `undefined` if the worker should reconnect. */
export function refusalOf({ status }: Closure): Told | undefined {
  return refusals.get(status);
}

/** Why the connection was lost. */
export function describeClosure({ status, reason }: Closure): Told {
  if (status === closeStatus.ERR_FULL) return told("full", "the coordinator has no place left");
  if (status === 1001) return coordinatorEnded;
  if (reason !== "") return told("other", reason);
  if (status === 1006) return told("unreachable", "the coordinator can't be reached");
  return told("other", `the socket was closed (${status})`);
}

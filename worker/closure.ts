/**
 * @file What a closed socket means to a worker: come back, or stay away and say why. Pure.
 */
import { closeStatus } from "../shared/protocol/errors.ts";
import type { Closure } from "./platform.ts";

/** The kernels or their bits differ. */
export const kernelRefusal =
  "this machine computes other bits than the coordinator, or has another version: it can't take part";

/** Close statuses after which coming back would end the same way, and what a person should know or do. */
const refusals: ReadonlyMap<number, string> = new Map([
  [
    closeStatus.ERR_TOKEN,
    "the join token is missing or wrong: open the join URL that the coordinator shows now",
  ],
  [
    closeStatus.ERR_ORIGIN,
    "the coordinator does not take workers from this address: open its own join URL",
  ],
  [
    closeStatus.ERR_VERSION,
    "coordinator and worker are of different versions: reload the page, or use the same version",
  ],
  [closeStatus.ERR_KERNEL, kernelRefusal],
  [
    closeStatus.ERR_REPLACED,
    "this worker connected a second time: only the newer connection goes on",
  ],
  [
    closeStatus.ERR_MISMATCH,
    "a result of this worker was wrong when it was computed again: it can't take part",
  ],
  [closeStatus.ERR_OFFENCES, "too many results of this worker were invalid: it can't take part"],
]);

/** A sentence for a person when the closure is final; `undefined` when the worker should come back. */
export function refusalOf({ status }: Closure): string | undefined {
  return refusals.get(status);
}

/** Why the connection is gone, in words. */
export function describeClosure({ status, reason }: Closure): string {
  if (status === closeStatus.ERR_FULL) return "the coordinator has no place left";
  if (status === 1001) return "the coordinator ended";
  if (reason !== "") return reason;
  return status === 1006 ? "the coordinator can't be reached" : `the socket was closed (${status})`;
}

/** @file What a closed socket means to a worker: reconnect, or stay away and say why. Pure. */
import { closeStatus } from "../shared/protocol/errors.ts";
import { type Sentence, sentence } from "../shared/words/sentence.ts";
import type { Closure } from "./platform.ts";

/** The kernels differ, or the bits that they compute. */
export const kernelRefusal = sentence("kernel-refused");

/** The coordinator said goodbye. */
export const coordinatorEnded = sentence("coordinator-ended");

/** Close statuses after which reconnecting would end the same way, with what the person should know or do. */
const refusals: ReadonlyMap<number, Sentence> = new Map([
  [closeStatus.ERR_TOKEN, sentence("token-refused")],
  [closeStatus.ERR_ORIGIN, sentence("origin-refused")],
  [closeStatus.ERR_VERSION, sentence("version-refused")],
  [closeStatus.ERR_KERNEL, kernelRefusal],
  [closeStatus.ERR_REPLACED, sentence("session-replaced")],
  [closeStatus.ERR_MISMATCH, sentence("result-was-wrong")],
  [closeStatus.ERR_OFFENCES, sentence("results-were-invalid")],
]);

/** What the person should know if the closure is final; `undefined` if the worker should reconnect. */
export function refusalOf({ status }: Closure): Sentence | undefined {
  return refusals.get(status);
}

/** Why the connection was lost. */
export function describeClosure({ status, reason }: Closure): Sentence {
  if (status === closeStatus.ERR_FULL) return sentence("coordinator-full");
  if (status === 1001) return coordinatorEnded;
  if (status === 1012) return sentence("larger-model-comes");
  const shown = String(status);
  if (status === 1006) return reason ?? sentence("coordinator-unreachable");
  if (reason === null) return sentence("socket-closed", { status: shown });
  return sentence("socket-closed-because", { status: shown, reason });
}

/**
 * @file Decides when a peer that is pinged every `pingIntervalMs` counts as dead. If the coordinator was blocked
 * (for example while it loaded a large model), it has neither read nor pinged, so it must ping again before it
 * declares a peer dead. Pure.
 */
import { pingIntervalMs, silenceMaxMs } from "../../../shared/protocol/limits.ts";

export interface Pinged {
  /** When anything at all last arrived from it. */
  readonly heardMs: number;
  readonly pingedMs: number;
  /** Whether the last ping is still unanswered. */
  readonly pingOutstanding: boolean;
}

/** Whether it sent nothing for `silenceMaxMs`, and had the full time that remains after a ping to answer it. */
export function isSilent({ heardMs, pingedMs, pingOutstanding }: Pinged, nowMs: number): boolean {
  if (!pingOutstanding || nowMs - heardMs <= silenceMaxMs) return false;
  return nowMs - pingedMs > silenceMaxMs - pingIntervalMs;
}

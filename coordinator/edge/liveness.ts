/**
 * @file When a peer that is pinged every `pingIntervalMs` is dead. A coordinator that stood still itself, for it loaded a
 * large model, has heard nobody meanwhile, and pinged nobody: then it asks again before it judges. Pure.
 */
import { pingIntervalMs, silenceMaxMs } from "../../shared/protocol/limits.ts";

export interface Pinged {
  /** When anything at all came from it. */
  readonly heardMs: number;
  readonly pingedMs: number;
  /** The last ping has no answer yet. */
  readonly pingOutstanding: boolean;
}

/** Whether it sent nothing for `silenceMaxMs`, and has had as much of that time to answer as a ping leaves it. */
export function isSilent({ heardMs, pingedMs, pingOutstanding }: Pinged, nowMs: number): boolean {
  if (!pingOutstanding || nowMs - heardMs <= silenceMaxMs) return false;
  return nowMs - pingedMs > silenceMaxMs - pingIntervalMs;
}

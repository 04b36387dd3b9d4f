/** @file A worker's answer for one block. */
import type { ResultMessage } from "../../shared/protocol/messages.ts";
import type { Block } from "../../shared/run/tree.ts";

/** One answer of a worker, as received. */
export interface Answer {
  readonly message: ResultMessage;
  readonly block: Block;
  /** How many samples the worker processed for it. */
  readonly samples: number;
  /** The values: little-endian float32; read only during a call. */
  readonly tensor: Uint8Array;
}

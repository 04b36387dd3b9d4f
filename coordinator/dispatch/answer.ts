/** @file What a worker sends back for one block. */
import type { ResultMessage } from "../../shared/protocol/messages.ts";
import type { Block } from "../../shared/run/tree.ts";

/** One answer of a worker, as it came in. */
export interface Answer {
  readonly message: ResultMessage;
  readonly block: Block;
  /** How many samples its worker went through for it. */
  readonly samples: number;
  /** The values: little-endian float32, read only during a call. */
  readonly tensor: Uint8Array;
}

/**
 * @file One line for every peer that is refused, and few lines for many: a flood of bad peers must not become a flood of
 * output. What is not told one by one is counted, and the count is told. Tokens never come here.
 */
import type { ProtocolErrorCode } from "../shared/protocol/errors.ts";
import { refusalLines } from "../shared/protocol/limits.ts";
import { RateLimit } from "./rate-limit.ts";
import type { CoordinatorEvent } from "./view.ts";

export interface Refusal {
  /** Of the peer. */
  readonly address: string;
  readonly code: ProtocolErrorCode;
  readonly reason: string;
}

type RefusedEvent = Extract<CoordinatorEvent, { event: "worker" }>;

export interface RefusalLogOptions {
  readonly report: (event: CoordinatorEvent) => void;
  /** Connected workers, for the event. */
  readonly workers: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

export class RefusalLog {
  readonly #options: RefusalLogOptions;
  readonly #limit: RateLimit;
  #untold = 0;

  constructor(options: RefusalLogOptions) {
    this.#options = options;
    this.#limit = new RateLimit(refusalLines, options.now());
  }

  /** A peer was refused before it had a name. */
  add({ address, code, reason }: Refusal): void {
    this.pass({
      event: "worker",
      change: "refused",
      name: address,
      kind: "unknown",
      threads: 0,
      reason: `${code}: ${reason}`,
      workers: this.#options.workers(),
    });
  }

  /** As `add`, for an event that is made already. */
  pass(event: RefusedEvent): void {
    if (!this.#limit.take(this.#options.now())) this.#untold += 1;
    else {
      this.#tellCount();
      this.#options.report(event);
    }
  }

  /** To be called now and then: tells of what was not told, once it may be told. */
  flush(): void {
    if (this.#untold > 0 && this.#limit.take(this.#options.now())) this.#tellCount();
  }

  #tellCount(): void {
    if (this.#untold === 0) return;
    const peers = this.#untold === 1 ? "peer was" : "peers were";
    this.#options.report({
      event: "warning",
      message: `and ${this.#untold} more ${peers} refused`,
    });
    this.#untold = 0;
  }
}

/**
 * @file One line for every peer that is refused, joins or leaves, but only a few lines for many: a flood of peers
 * must not become a flood of output. Events that are not reported are counted, and the count is reported. Tokens
 * never appear here.
 */
import type { ProtocolErrorCode } from "../../shared/protocol/errors.ts";
import { comingLines, refusalLines } from "../../shared/protocol/limits.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { CoordinatorEvent } from "../run/view.ts";
import { EventLimit } from "./limits/event-limit.ts";

export interface Refusal {
  /** Address of the peer. */
  readonly address: string;
  readonly code: ProtocolErrorCode;
  readonly reason: Sentence;
}

type WorkerEvent = Extract<CoordinatorEvent, { event: "worker" }>;

export interface RefusalLogOptions {
  readonly report: (event: CoordinatorEvent) => void;
  /** Number of connected workers, for the event. */
  readonly workers: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

export class RefusalLog {
  readonly #options: RefusalLogOptions;
  readonly #refused: EventLimit;
  readonly #others: EventLimit;

  constructor(options: RefusalLogOptions) {
    const { report, now } = options;
    this.#options = options;
    this.#refused = new EventLimit(report, refusalLines, now, (count) => {
      return sentence("more-refused", { count });
    });
    this.#others = new EventLimit(report, comingLines, now, (count) => {
      return sentence("more-came-and-went", { count });
    });
  }

  /** A peer was refused before it had a name. */
  add({ address, code, reason }: Refusal): void {
    this.pass({
      event: "worker",
      change: "refused",
      name: address,
      kind: "unknown",
      threads: 0,
      error: code,
      reason,
      workers: this.#options.workers(),
    });
  }

  /** Something happened to a worker, or to a peer that is not one. */
  pass(event: WorkerEvent): void {
    // A worker that returned a wrong result is always named, so that nobody can hide it behind a crowd. It takes a
    // computed result to get here.
    if (event.change === "left" && event.error === "ERR_MISMATCH") {
      this.#options.report(event);
    } else if (event.change === "refused") this.#refused.pass(event);
    else this.#others.pass(event);
  }

  /** Call this now and then. It reports the counts of unreported events once the limit allows. */
  flush(): void {
    this.#refused.flush();
    this.#others.flush();
  }
}

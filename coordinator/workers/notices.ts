/**
 * @file Notices for the operator during a run: what is wrong with results, and what the run waits for. Workers
 * cause them, so they are limited: no worker can flood the operator's screen.
 */
import { refusalLines } from "../../shared/protocol/limits.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { EventLimit } from "../edge/limits/event-limit.ts";
import { RateLimit } from "../edge/limits/rate-limit.ts";
import type { CoordinatorEvent } from "../run/view.ts";
import type { ServedRun } from "./served-run.ts";

export interface NoticesOptions {
  readonly report: (event: CoordinatorEvent) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

export class Notices {
  readonly #options: NoticesOptions;
  readonly #warnings: EventLimit;
  readonly #waits: RateLimit;
  /** The last reported wait. */
  #saidWait: string | null = null;

  constructor(options: NoticesOptions) {
    const { report, now } = options;
    this.#options = options;
    this.#warnings = new EventLimit(report, refusalLines, now, (count) => {
      return sentence("more-warnings", { count });
    });
    this.#waits = new RateLimit(refusalLines, now());
  }

  warn(message: Sentence): void {
    this.#warnings.pass({ event: "warning", message });
  }

  /** Call this now and then. It reports what the run waits for, once for each thing. */
  tick(run: Pick<ServedRun, "waitingFor"> | undefined): void {
    this.#warnings.flush();
    const nowMs = this.#options.now();
    const reason = run?.waitingFor(nowMs) ?? null;
    const what = reason === null ? null : identityOf(reason);
    if (what === this.#saidWait) return;
    // Then it is reported at a later tick, if it is still true. A worker that keeps coming and going makes no flood
    // of lines.
    if (what !== null && !this.#waits.take(nowMs)) return;
    this.#saidWait = what;
    if (reason !== null) this.#options.report({ event: "waiting", reason });
  }
}

/** What is waited for, without the duration: it stays equal as long as nothing changes. */
function identityOf({ code, values }: Sentence): string {
  return JSON.stringify({ code, values: { ...values, seconds: 0 } });
}

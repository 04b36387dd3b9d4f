/**
 * @file What the operator is told while a run goes on: what is wrong with results, and what the run waits for. Workers
 * cause it, so it is thinned: members can't flood the operator's screen.
 */
import { refusalLines } from "../../shared/protocol/limits.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import { EventLimit } from "../edge/limits/event-limit.ts";
import { RateLimit } from "../edge/limits/rate-limit.ts";
import type { TrainingRun } from "../run/training-run.ts";
import type { CoordinatorEvent } from "../run/view.ts";

export interface NoticesOptions {
  readonly report: (event: CoordinatorEvent) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

export class Notices {
  readonly #options: NoticesOptions;
  readonly #warnings: EventLimit;
  readonly #waits: RateLimit;
  /** What the run waits for, as it was said last. */
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

  /** To be called now and then: says what the run waits for, once for every thing that it waits for. */
  tick(run: Pick<TrainingRun, "waitingFor"> | undefined): void {
    this.#warnings.flush();
    const nowMs = this.#options.now();
    const reason = run?.waitingFor(nowMs) ?? null;
    const what = reason === null ? null : identityOf(reason);
    if (what === this.#saidWait) return;
    // Said at a later tick then, if it is still so: a worker that comes and goes all the time is no flood of lines.
    if (what !== null && !this.#waits.take(nowMs)) return;
    this.#saidWait = what;
    if (reason !== null) this.#options.report({ event: "waiting", reason });
  }
}

/** What is waited for, apart from how long: equal as long as nothing changes. */
function identityOf({ code, values }: Sentence): string {
  return JSON.stringify({ code, values: { ...values, seconds: 0 } });
}

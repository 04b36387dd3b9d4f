/**
 * @file Reports the break-it buttons as they act: what is disturbed, and how the coordinator reacted, as far as
 * that is visible from outside. The coordinator itself does not know about this.
 */
import { shown } from "../../shared/error-text.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { PeerSocket } from "../edge/peer.ts";
import type { CoordinatorEvent } from "../run/view.ts";
import type { Runs } from "../runs.ts";
import type { WorkerSessions } from "../workers/worker-sessions.ts";
import type { BreakIt } from "./break-it.ts";

export interface BreakItEventsOptions {
  readonly runs: Pick<Runs, "current" | "noteDisturbance">;
  readonly coordinator: Pick<WorkerSessions, "connectedWorker" | "worker">;
  readonly breakIt: BreakIt;
  readonly report: (event: CoordinatorEvent) => void;
}

/** A lie that was added to the sums and not found yet. */
interface OpenLie {
  readonly workerId: string;
  readonly name: string;
  readonly run: number;
  readonly step: number;
}

interface Victim {
  readonly id: string;
  readonly name: string;
  readonly socket: PeerSocket;
}

export class BreakItEvents {
  readonly #options: BreakItEventsOptions;
  #lies: OpenLie[] = [];

  constructor(options: BreakItEventsOptions) {
    this.#options = options;
  }

  /** @throws OperatorError if there is no such worker, like the next three. */
  drop(workerId: string): void {
    const { socket, name } = this.#choose(workerId);
    this.#say(sentence("break-it-drop", { worker: name }));
    this.#options.breakIt.drop(socket);
  }

  delay(workerId: string, seconds: number): void {
    const { socket, name } = this.#choose(workerId);
    const before = this.#options.runs.current;
    const step = before?.run.step ?? 0;
    this.#say(sentence("break-it-delay", { worker: name, seconds }));
    this.#options.breakIt.delay(socket, seconds, () => {
      const { current } = this.#options.runs;
      const steps = (current?.run.step ?? 0) - step;
      const isSameRun = current?.number === before?.number;
      this.#say(
        isSameRun
          ? sentence("break-it-delay-over-steps", { worker: name, steps })
          : sentence("break-it-delay-over", { worker: name }),
      );
    });
  }

  /** Puts a value that is not a number into the worker's next gradient. */
  corrupt(workerId: string): void {
    const { socket, name, id } = this.#choose(workerId);
    let offences = 0;
    this.#options.breakIt.spoil(socket, "corrupt", {
      before: (step) => {
        offences = this.#worker(id).offences;
        this.#say(sentence("break-it-corrupt", { worker: name, step }));
      },
      after: (step) => {
        const { isBanned, offences: now } = this.#worker(id);
        if (isBanned) this.#sayFound(name, step);
        else if (now === offences) this.#sayUnneeded(name, step);
        else {
          this.#say(sentence("break-it-nan-refused", { worker: name, step }));
        }
      },
    });
  }

  /** Changes one bit of the worker's next gradient, which then looks as good as any. */
  lie(workerId: string): void {
    const { socket, name, id } = this.#choose(workerId);
    let blocksDone = 0;
    this.#options.breakIt.spoil(socket, "lie", {
      before: (step) => {
        ({ blocksDone } = this.#worker(id));
        this.#say(sentence("break-it-lie", { worker: name, step }));
      },
      after: (step) => {
        const run = this.#options.runs.current?.number ?? 0;
        const isIn = this.#worker(id).isBanned || this.#worker(id).blocksDone > blocksDone;
        if (!isIn) this.#sayUnneeded(name, step);
        else this.#lies.push({ workerId: id, name, run, step });
        this.look();
      },
    });
  }

  /** Call this now and then: it reports what happened to lies. */
  look(): void {
    if (this.#lies.length === 0) return;
    this.#lies = this.#lies.filter((lie) => !this.#isTold(lie));
  }

  #isTold({ workerId, name, run, step }: OpenLie): boolean {
    const { current } = this.#options.runs;
    if (this.#worker(workerId).isBanned) this.#sayFound(name, step);
    else if (current?.number !== run) return true;
    else if (current.run.step <= step) return current.run.outcome !== undefined;
    else {
      this.#say(sentence("break-it-not-found", { step }));
    }
    return true;
  }

  #sayFound(name: string, step: number): void {
    if (this.#options.runs.current?.audit === "quorum") {
      this.#say(sentence("break-it-found-by-quorum", { worker: name, step }));
    } else {
      this.#say(sentence("break-it-found-by-sample", { worker: name, step }));
    }
  }

  #sayUnneeded(name: string, step: number): void {
    this.#say(sentence("break-it-not-needed", { worker: name, step }));
  }

  #choose(workerId: string): Victim {
    const found = this.#options.coordinator.connectedWorker(workerId);
    if (found === undefined) {
      throw new OperatorError(sentence("worker-not-connected", { worker: shown(workerId) }));
    }
    this.#options.runs.noteDisturbance();
    return { ...found, id: workerId };
  }

  /** A worker that was just disturbed may already be forgotten; then nothing more is known of it. */
  #worker(id: string): { offences: number; blocksDone: number; isBanned: boolean } {
    return this.#options.coordinator.worker(id) ?? { offences: 0, blocksDone: 0, isBanned: false };
  }

  #say(message: Sentence): void {
    this.#options.report({ event: "warning", message });
  }
}

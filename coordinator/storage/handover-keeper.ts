/**
 * @file Keeps a run's handover on disk up to date while the coordinator works. What happens within one pause is written
 * once, so a crowd that joins costs one write a second; a process that is killed loses that second of it.
 */
import type { Handover } from "../run/handover.ts";
import type { CoordinatorEvent } from "../run/view.ts";
import type { RunFolder } from "./run-folder.ts";

/** Between a change and its writing. */
const pauseMs = 1_000;

export interface HandoverKeeperOptions {
  /** The folder of the current run. */
  readonly folder: () => RunFolder;
  /** What there is to hand over now. */
  readonly handover: () => Handover;
  readonly report: (event: CoordinatorEvent) => void;
  /** Calls back once after a delay. Returns a function that cancels it. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

export class HandoverKeeper {
  readonly #options: HandoverKeeperOptions;
  #cancel: (() => void) | undefined;
  /** A disk that fails is reported once, until it works again. */
  #hasFailed = false;
  /** The folder of a run that is over. It may belong to another process now. */
  #closed: RunFolder | undefined;

  constructor(options: HandoverKeeperOptions) {
    this.#options = options;
  }

  /** Something changed: it is written soon. */
  changed(): void {
    this.#cancel ??= this.#options.after(pauseMs, () => void this.save());
  }

  /** Writes nothing more into this folder. */
  close(folder: RunFolder): void {
    this.#closed = folder;
  }

  /** Writes what there is to hand over now. */
  async save(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    const { handover, report } = this.#options;
    const folder = this.#options.folder();
    if (folder === this.#closed) return;
    const written = await folder.writeHandover(handover());
    if (!written.ok && !this.#hasFailed) report({ event: "warning", message: written.reason });
    this.#hasFailed = !written.ok;
  }
}

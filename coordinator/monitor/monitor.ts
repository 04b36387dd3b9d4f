/** @file Everything that watches a coordinator with programs that people already have. */
import type { Sentence } from "../../shared/words/sentence.ts";
import type { Route } from "../edge/server.ts";
import type { CoordinatorOptions } from "../options.ts";
import type { CoordinatorEvent, CoordinatorView } from "../run/view.ts";
import type { CurrentRun } from "../runs.ts";
import type { Disk } from "../storage/disk.ts";
import { EventCounts } from "./event-counts.ts";
import { createHealthRoute, createMetricsRoute } from "./monitor-route.ts";
import { isEnd, tellOthers } from "./on-finish.ts";
import { TensorBoard } from "./tensorboard/tensorboard.ts";

export interface MonitorOptions {
  readonly settings: Pick<CoordinatorOptions, "metrics" | "tensorboard" | "onFinish" | "webhook">;
  readonly disk: Pick<Disk, "mkdir" | "append">;
  readonly current: () => CurrentRun | undefined;
  readonly view: () => Pick<CoordinatorView, "run" | "workers">;
  /** An event as one line of JSON. */
  readonly lineOf: (event: CoordinatorEvent) => string;
  readonly warn: (message: Sentence) => void;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
}

export class Monitor {
  readonly #options: MonitorOptions;
  readonly #counts = new EventCounts();
  readonly #tensorBoard: TensorBoard | undefined;
  readonly #startSeconds: number;
  #telling: Promise<unknown> = Promise.resolve();

  constructor(options: MonitorOptions) {
    const { settings, disk, current, warn, wallMs } = options;
    const { tensorboard: folder } = settings;
    this.#options = options;
    this.#startSeconds = wallMs() / 1000 - process.uptime();
    this.#tensorBoard =
      folder === undefined ? undefined : new TensorBoard({ folder, disk, current, warn, wallMs });
  }

  event(event: CoordinatorEvent): void {
    this.#counts.add(event);
    this.#tensorBoard?.event(event);
    if (isEnd(event)) this.#telling = this.#tell(`${this.#options.lineOf(event)}\n`);
  }

  get routes(): readonly Route[] {
    const { settings, current } = this.#options;
    return [
      {
        prefix: "/metrics",
        role: settings.metrics === "anybody" ? "anybody" : "operator",
        handle: createMetricsRoute(() => this.#monitored),
      },
      {
        prefix: "/",
        role: "anybody",
        handle: createHealthRoute(() => {
          const run = current()?.run;
          return run !== undefined && run.outcome?.kind !== "failed";
        }),
      },
    ];
  }

  /** Resolves when nothing is left to be written or said. */
  async close(): Promise<void> {
    await this.#telling;
    await this.#tensorBoard?.flushed();
  }

  get #monitored() {
    const { user, system } = process.cpuUsage();
    return {
      view: this.#options.view(),
      counts: this.#counts,
      process: {
        residentBytes: process.memoryUsage.rss(),
        cpuSeconds: (user + system) / 1e6,
        startSeconds: this.#startSeconds,
      },
    };
  }

  async #tell(summary: string): Promise<void> {
    await this.#telling;
    for (const failure of await tellOthers(this.#options.settings, summary)) {
      this.#options.warn(failure);
    }
  }
}

/**
 * @file `--tensorboard`: a run's curves, figures and weights as TensorBoard event files, one folder per run, written at
 * the end of each epoch. A disk that fails costs a warning and those records, and never the run.
 */
import { join } from "node:path";

import type { ProtobufMessage } from "../../../shared/protobuf.ts";
import { type Sentence, sentence } from "../../../shared/words/sentence.ts";
import { systemReason } from "../../../shared/words/system-reason.ts";
import { historyFields } from "../../run/history.ts";
import { scoreIn, testScoreIn } from "../../run/measures/scores.ts";
import type { CoordinatorEvent, Score } from "../../run/view.ts";
import type { CurrentRun } from "../../runs.ts";
import type { Disk } from "../../storage/disk.ts";
import { OperationQueue } from "../../storage/operation-queue.ts";
import {
  type Instant,
  pictureEvent,
  scalarsEvent,
  startEvent,
  textEvent,
  versionEvent,
} from "./events.ts";
import { recordOf } from "./record.ts";
import { weightsPicture } from "./weights-picture.ts";

/** Points of the training curve per epoch. TensorBoard shows 1,000 of a run by default. */
const pointsPerEpochMax = 1_000;

export interface TensorBoardOptions {
  readonly folder: string;
  readonly disk: Pick<Disk, "mkdir" | "append">;
  readonly current: () => CurrentRun | undefined;
  readonly warn: (message: Sentence) => void;
  /** Milliseconds since 1970. */
  readonly wallMs: () => number;
}

export class TensorBoard {
  readonly #options: TensorBoardOptions;
  readonly #queue = new OperationQueue();
  /** Of the run in progress. */
  #file = "";
  #files = 0;
  /** The last step whose training loss is in the file. */
  #lastStep = 0;
  #hasFailed = false;

  constructor(options: TensorBoardOptions) {
    this.#options = options;
  }

  event(event: CoordinatorEvent): void {
    if (event.event === "started" || event.event === "resumed") this.#begin(event.run, event.step);
    else if (event.event === "epoch") this.#epoch(event);
    else if (event.event === "sample") {
      // Markdown shows an indented text as it is.
      const text = event.text.replaceAll(/^/gmu, "    ");
      this.#write(textEvent(this.#at(event.step), "sample", text));
    } else if (event.event === "finished") {
      this.#write(scalarsEvent(this.#at(event.steps), figures(testScoreIn(event))));
    }
  }

  /** Resolves when everything is on disk, or has failed. */
  async flushed(): Promise<void> {
    await this.#queue.run(() => Promise.resolve());
  }

  #begin(run: string, step: number): void {
    const seconds = Math.floor(this.#options.wallMs() / 1000);
    this.#files += 1;
    const folder = join(this.#options.folder, run);
    this.#file = join(
      folder,
      `events.out.tfevents.${seconds}.promedio.${process.pid}.${this.#files}`,
    );
    this.#lastStep = step;
    this.#hasFailed = false;
    void this.#queue.run(() => this.#try(() => this.#options.disk.mkdir(folder)));
    this.#write(versionEvent(this.#at(step).wallSeconds), startEvent(this.#at(step)));
  }

  #epoch(event: Extract<CoordinatorEvent, { readonly event: "epoch" }>): void {
    const at = this.#at(event.step);
    const { trainAccuracy, learningRate, stepsPerSecond, samplesPerSecond, workers } = event;
    const scalars = {
      ...figures(scoreIn(event)),
      "training/loss per epoch": event.trainLoss,
      ...(trainAccuracy === null ? {} : { "training/accuracy per epoch": trainAccuracy }),
      "training/learning rate": learningRate,
      "speed/steps per second": stepsPerSecond,
      "speed/samples per second": samplesPerSecond,
      "speed/workers": workers,
    };
    const picture = this.#weights();
    const pictures =
      picture === undefined ? [] : [pictureEvent(at, "weights/first layer", picture)];
    this.#write(...this.#curve(), scalarsEvent(at, scalars), ...pictures);
  }

  /** The steps since the last epoch. */
  #curve(): readonly ProtobufMessage[] {
    const points = this.#options.current()?.run.progress.history.points(0) ?? new Float32Array();
    const width = historyFields.length;
    const events: ProtobufMessage[] = [];
    let from = points.length;
    while (from > 0 && (points[from - width] ?? 0) > this.#lastStep) from -= width;
    const stride = Math.ceil((points.length - from) / width / pointsPerEpochMax);
    for (let at = from; at < points.length; at += stride * width) {
      const [step = 0, , loss = Number.NaN, , , gradientNorm = Number.NaN] = points.subarray(at);
      const scalars = {
        "training/loss": loss,
        ...(Number.isNaN(gradientNorm) ? {} : { "training/gradient norm": gradientNorm }),
      };
      events.push(scalarsEvent(this.#at(step), scalars));
      this.#lastStep = step;
    }
    return events;
  }

  #weights() {
    const current = this.#options.current();
    if (current === undefined) return undefined;
    const { run, prepared } = current;
    const { parameters } = run.snapshot().store;
    return weightsPicture(parameters, run.config.model, prepared.dataset.dataset.featureShape);
  }

  #at(step: number): Instant {
    return { wallSeconds: this.#options.wallMs() / 1000, step };
  }

  #write(...events: readonly ProtobufMessage[]): void {
    const file = this.#file;
    const bytes = Buffer.concat(events.map((event) => recordOf(event.encode())));
    void this.#queue.run(() => this.#try(() => this.#options.disk.append(file, bytes)));
  }

  /** A record may be cut short when the disk fails, and nothing after it can be read: the rest of the run is left out. */
  async #try(operation: () => Promise<void>): Promise<void> {
    if (this.#hasFailed) return;
    try {
      await operation();
    } catch (error) {
      this.#hasFailed = true;
      const reason = systemReason(error);
      this.#options.warn(sentence("tensorboard-failed", { path: this.#file, reason }));
    }
  }
}

/** `validation/loss`, `validation/accuracy` … */
function figures(score: Score | null): Readonly<Record<string, number>> {
  if (score === null) return {};
  const { split, loss, metrics } = score;
  const all = Object.entries({ loss, ...metrics }).flatMap(([name, value]) => {
    return value === null ? [] : [[`${split}/${name}`, value] as const];
  });
  return Object.fromEntries(all);
}

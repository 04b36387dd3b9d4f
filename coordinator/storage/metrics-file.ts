/**
 * @file `metrics.jsonl`: one JSON object per line, ordered by `step`, for plots and for people. Lines are gathered
 * in memory and written together, because a run takes thousands of steps per second.
 */
import { dirname } from "node:path";

import * as z from "zod/mini";

import { sentence } from "../../shared/words/sentence.ts";
import { systemReason } from "../../shared/words/system-reason.ts";
import type { EpochRecord } from "../run/progress.ts";
import type { Score } from "../run/view.ts";
import { type Disk, isMissing, type DiskOutcome, replaceFile } from "./disk.ts";
import { OperationQueue } from "./operation-queue.ts";

/**
 * Lines that wait while the disk fails. More are dropped and counted. Enough for some hours of epochs, or 50,000
 * steps.
 */
const waitingCharactersMax = 8 * 2 ** 20;

/** An event. */
export type MetricsLine = Readonly<Record<string, unknown>> & {
  /** Committed steps at the time of the event. */
  readonly step: number;
};

export class MetricsFile {
  readonly path: string;
  readonly #disk: Disk;
  #waiting: string[] = [];
  #waitingCharacters = 0;
  #dropped = 0;
  /** Bytes of whole lines; `undefined` until the file has been read. */
  #sizeBytes: number | undefined;
  /** Whether a failed write may have left a partial line after them. */
  #torn = false;
  /** The step of a trim that has not succeeded yet. Nothing may be appended before it has. */
  #trimDue: number | undefined;
  /** Whether the file's name is known to be flushed. Without that, a crash may lose the whole file. */
  #named = false;
  readonly #queue = new OperationQueue();

  constructor(disk: Disk, path: string) {
    this.path = path;
    this.#disk = disk;
  }

  /** Adds a line for the next `flush`. */
  record(line: MetricsLine): void {
    this.#keep([`${JSON.stringify(line)}\n`]);
  }

  /** Writes the recorded lines. Lines that cannot be written now are kept for the next time. */
  flush(): Promise<DiskOutcome> {
    return this.#queue.run(async () => {
      if (this.#waiting.length === 0) return { ok: true };
      const lines = this.#waiting;
      this.#waiting = [];
      this.#waitingCharacters = 0;
      try {
        await this.#append(new TextEncoder().encode(lines.join("")));
      } catch (error) {
        const newer = this.#waiting;
        this.#waiting = [];
        this.#waitingCharacters = 0;
        this.#keep([...lines, ...newer]);
        return {
          ok: false,
          reason: sentence("cannot-write", { path: this.path, reason: systemReason(error) }),
        };
      }
      const dropped = this.#dropped;
      this.#dropped = 0;
      if (dropped === 0) return { ok: true };
      return {
        ok: false,
        reason: sentence("lines-lost", { path: this.path, count: dropped }),
      };
    });
  }

  /**
   * Removes lines that a run resumed at `step` will record again, and lines that a crash left unfinished, so that
   * each line exists once. Lines recorded but not yet written are kept.
   */
  trim(step: number): Promise<DiskOutcome> {
    return this.#queue.run(async () => {
      this.#trimDue = step;
      try {
        await this.#trimIfDue();
        return { ok: true };
      } catch (error) {
        return {
          ok: false,
          reason: sentence("cannot-trim", { path: this.path, reason: systemReason(error) }),
        };
      }
    });
  }

  /** The epochs recorded so far, in order. Lines that say something else are skipped: people edit files. */
  read(): Promise<EpochRecord[]> {
    return this.#queue.run(async () => {
      const text = new TextDecoder().decode(await this.#bytesThere());
      return text.split("\n").flatMap((line) => epochIn(line) ?? []);
    });
  }

  async #trimIfDue(): Promise<void> {
    const step = this.#trimDue;
    if (step === undefined) return;
    const bytes = await this.#bytesThere();
    const text = new TextDecoder().decode(bytes);
    const kept = text
      .split("\n")
      .filter((line) => stepOf(line) <= step)
      .map((line) => `${line}\n`)
      .join("");
    const keptBytes = new TextEncoder().encode(kept);
    if (kept !== text) await replaceFile(this.#disk, this.path, keptBytes);
    this.#sizeBytes = keptBytes.length;
    this.#torn = false;
    this.#trimDue = undefined;
  }

  async #bytesThere(): Promise<Uint8Array> {
    try {
      return await this.#disk.readFile(this.path);
    } catch (error) {
      if (isMissing(error)) return new Uint8Array(0);
      throw error;
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#trimIfDue();
    this.#sizeBytes ??= (await this.#disk.stat(this.path))?.sizeBytes ?? 0;
    if (this.#torn) await this.#removeTornEnd(this.#sizeBytes);
    this.#torn = true;
    await this.#disk.append(this.path, bytes);
    if (!this.#named) await this.#disk.syncDirectory(dirname(this.path));
    this.#named = true;
    this.#torn = false;
    this.#sizeBytes += bytes.length;
  }

  async #removeTornEnd(sizeBytes: number): Promise<void> {
    const entry = await this.#disk.stat(this.path);
    if (entry !== undefined && entry.sizeBytes > sizeBytes) {
      await this.#disk.truncate(this.path, sizeBytes);
    }
  }

  #keep(lines: readonly string[]): void {
    for (const line of lines) {
      if (this.#waitingCharacters + line.length > waitingCharactersMax) {
        this.#dropped += 1;
      } else {
        this.#waiting.push(line);
        this.#waitingCharacters += line.length;
      }
    }
  }
}

/** The step of a line; ∞ if it is not a valid line, so that it is removed. */
function stepOf(line: string): number {
  try {
    const value: unknown = JSON.parse(line);
    const isLine = typeof value === "object" && value !== null && "step" in value;
    return isLine && typeof value.step === "number" ? value.step : Infinity;
  } catch {
    return Infinity;
  }
}

/** JSON has no NaN and no ∞, which the losses of a diverging run are: they become `null`. */
const anyNumber = z.pipe(
  z.nullable(z.number()),
  z.transform((value) => value ?? Number.NaN),
);
const figures = z.record(z.string(), anyNumber);
const epochSchema = z.object({
  event: z.literal("epoch"),
  step: z.int().check(z.positive()),
  seconds: z.number(),
  trainLoss: anyNumber,
  trainAccuracy: z.nullable(z.number()),
  testLoss: anyNumber,
  testAccuracy: z.nullable(z.number()),
  learningRate: anyNumber,
  /** Earlier versions wrote none of these. */
  testMetrics: z.optional(z.nullable(figures)),
  validationLoss: z.optional(z.nullable(z.number())),
  validationMetrics: z.optional(z.nullable(figures)),
});

function epochIn(line: string): EpochRecord | undefined {
  try {
    const parsed = epochSchema.safeParse(JSON.parse(line));
    if (!parsed.success) return undefined;
    const { step, seconds, trainLoss, trainAccuracy, learningRate } = parsed.data;
    return { step, seconds, trainLoss, trainAccuracy, learningRate, score: scoreAt(parsed.data) };
  } catch {
    return undefined;
  }
}

/** A diverged loss is written as `null`, so the metrics tell which split was evaluated. */
function scoreAt(line: z.infer<typeof epochSchema>): Score {
  const { testLoss, testAccuracy, testMetrics, validationLoss, validationMetrics } = line;
  if (validationMetrics) {
    return { split: "validation", loss: validationLoss ?? Number.NaN, metrics: validationMetrics };
  }
  const accuracy = testAccuracy === null ? {} : { accuracy: testAccuracy };
  return { split: "test", loss: testLoss, metrics: testMetrics ?? accuracy };
}

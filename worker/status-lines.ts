/** @file A worker's state in words: one entry of the log for each sentence, and what a program that started it sees. Pure. */
import type * as Library from "../library-types.d.ts";
import type { LogEntry } from "../shared/log.ts";
import { hasCode, sayAtTerminal, type Sentence, sentence } from "../shared/words/sentence.ts";
import type { WorkerStatus } from "./status.ts";

/** The state for a program: its sentence is one in English. */
export function statusInWords(status: WorkerStatus): Library.WorkerStatus {
  const { detail: _detail, refusal: _refusal, ...plain } = status;
  return { ...plain, message: sayAtTerminal(inFull(status)) };
}

/** Writes one entry for every sentence that differs from the last one. Counts that rise are not reported. */
export class StatusLines {
  readonly #log: (entry: LogEntry) => void;
  #last = "";

  constructor(log: (entry: LogEntry) => void) {
    this.#log = log;
  }

  show(status: WorkerStatus): void {
    const line = lineOf(status);
    if (line === undefined || line === this.#last) return;
    this.#last = line;
    this.#log(entryOf(status, line));
  }
}

function entryOf(status: WorkerStatus, message: string): LogEntry {
  const { phase, failed, detail, name, threads, run, dataset, step } = status;
  const { code, values } = detail;
  const level = failed ? "error" : phase === "retrying" ? "warning" : "info";
  const fields = { event: "status", code, values, phase, name, threads, run, dataset, step };
  return { level, message, fields };
}

function lineOf(status: WorkerStatus): string | undefined {
  const { detail, name, samplesPerSecond, run, threads } = status;
  if (hasCode(detail, "getting-dataset-so-far") || hasCode(detail, "computing")) return undefined;
  const line = `${name}: ${sayAtTerminal(inFull(status))}`;
  if (status.phase !== "training") return line;
  const pace = Math.round(samplesPerSecond).toLocaleString("en-US");
  return `${line}: ${run}, ${pace} samples/s, ${threads === 1 ? "1 thread" : `${threads} threads`}`;
}

function inFull({ phase, detail, refusal }: WorkerStatus): Sentence {
  if (phase === "retrying") return sentence("trying-again", { reason: detail });
  if (phase !== "stopped" || refusal === null) return detail;
  return sentence("refused-because", { refusal: detail, reason: refusal });
}

/** @file How often a run writes a checkpoint: by epochs, by steps or by the clock. Pure: the caller passes the clock. */
import { assertNever } from "../../shared/assert.ts";
import { integer, type Reader } from "../../shared/run/settings/readers.ts";
import { sentence } from "../../shared/words/sentence.ts";

export interface CheckpointInterval {
  readonly every: number;
  readonly unit: "epochs" | "steps" | "minutes";
}

/** Where a run is, or was when it last wrote one. */
export interface Moment {
  /** Committed steps. */
  readonly step: number;
  /** Milliseconds of a monotonic clock. */
  readonly ms: number;
}

/**
 * Whether a checkpoint is due.
 *
 * @param now - The last commit.
 * @param last - When the last one was due, or the process began.
 * @param epochsDone - If an epoch has just ended and been evaluated: how many have. `undefined` within an epoch.
 */
export function isCheckpointDue(
  { every, unit }: CheckpointInterval,
  now: Moment,
  last: Moment,
  epochsDone: number | undefined,
): boolean {
  switch (unit) {
    case "epochs":
      return epochsDone !== undefined && epochsDone % every === 0;
    // A multiple may be the last step of an epoch, whose checkpoint waits for the evaluation.
    case "steps":
      return Math.floor(now.step / every) > Math.floor(last.step / every);
    case "minutes":
      return now.ms - last.ms >= every * 60_000;
    default:
      return assertNever(unit);
  }
}

/** Reads `3` or `3epochs`, `500steps`, `10min`; the value stays a text, as a run file has it. */
export const checkpointInterval: Reader<string> = {
  expects: sentence("expects-checkpoint-interval"),
  words: [],
  read: (given) => (intervalOf(given) === undefined ? undefined : given),
};

/** The interval of a text that `checkpointInterval` accepts, else `undefined`. */
export function intervalOf(given: string): CheckpointInterval | undefined {
  const [, digits = "", word = ""] = /^(\d+)(?: ?([a-z]+))?$/u.exec(given) ?? [];
  const every = integer({ min: 1, max: 10 ** 9 }).read(digits);
  const unit = unitOf(word);
  return every === undefined || unit === undefined ? undefined : { every, unit };
}

function unitOf(word: string): CheckpointInterval["unit"] | undefined {
  switch (word) {
    case "":
    case "epoch":
    case "epochs":
      return "epochs";
    case "step":
    case "steps":
      return "steps";
    case "min":
    case "minute":
    case "minutes":
      return "minutes";
    default:
      return undefined;
  }
}

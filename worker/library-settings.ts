/** @file Checks what a program says of the worker that it starts. Its link is checked where it is parsed. */
import type * as Library from "../library-types.d.ts";
import { checkFunction } from "../shared/check-function.ts";
import { OperatorError } from "../shared/operator-error.ts";
import { threadsMax } from "../shared/protocol/limits.ts";
import { sentence } from "../shared/words/sentence.ts";

/** @throws OperatorError for a value that cannot be. */
export function checkWorkerSettings({
  url,
  threads,
  effort = 1,
  log,
  status,
}: Library.WorkerSettings & Library.WorkerControl): void {
  // A program without types may pass anything.
  const link: unknown = url;
  if (typeof link !== "string")
    throw new OperatorError(sentence("join-url-wrong", { url: String(link) }));
  checkFunction("log", log);
  checkFunction("status", status);
  const count = threads ?? 1;
  if (count !== "auto" && !(Number.isInteger(count) && count >= 1 && count <= threadsMax)) {
    const expects = sentence("expects-integer-between", { min: 1, max: threadsMax });
    throw refusal("threads", expects, count);
  }
  if (!(effort > 0 && effort <= 1)) throw refusal("effort", sentence("expects-effort"), effort);
}

function refusal(setting: string, expects: ReturnType<typeof sentence>, given: unknown) {
  return new OperatorError(sentence("must-be", { setting, expects, given: String(given) }));
}

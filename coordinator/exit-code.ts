/** @file With which code the program ends. */
import type { RunEnd } from "./runs.ts";

/** The exit code of a program that stopped leading, because another coordinator leads. It never ends the process. */
export const steppedDownCode = 75;

/** The exit code of a program whose run was interrupted, as a shell reports one that Ctrl-C ended. */
export const interruptedCode = 130;

/** The code of a program whose last run ended like this; `undefined` if it had none. */
export function codeOf(end: RunEnd | undefined): number {
  if (end === undefined) return interruptedCode;
  if (end.kind === "failed" || !end.isSaved) return 1;
  return end.kind === "stopped" ? interruptedCode : 0;
}

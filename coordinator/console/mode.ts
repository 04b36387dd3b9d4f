/**
 * @file Chooses the console's form: live on a terminal, plain lines in a pipe, JSON lines for programs, or nothing beside a log; with or
 * without colour. Pure: the caller passes the environment.
 */
import type { LogForm } from "../../shared/log.ts";

export type ConsoleMode = "live" | "plain" | "json" | "silent";

export interface ModeQuestion {
  /** `--json` was given. */
  readonly json: boolean;
  /** If `json`, the log on standard error has everything. Absent: `text`. */
  readonly log?: LogForm;
  /** Standard output is a terminal. */
  readonly isTTY: boolean;
  /** Whether this program may draw on the terminal. A program started with `&` prints lines instead. */
  readonly isForeground: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Chooses mode and colour. `FORCE_COLOR` beats `NO_COLOR`, as in Node. A terminal with `TERM=dumb` cannot move its
 * cursor, so it gets plain lines.
 *
 * @see https://no-color.org and https://force-color.org: set and not empty counts; `FORCE_COLOR=0` is "never".
 */
export function chooseMode({ json, log, isTTY, isForeground, env }: ModeQuestion): {
  readonly mode: ConsoleMode;
  readonly color: boolean;
} {
  if (json) return { mode: "json", color: false };
  if (log === "json") return { mode: "silent", color: false };
  const dumb = env["TERM"] === "dumb";
  const mode = isTTY && isForeground && !dumb ? "live" : "plain";
  const force = env["FORCE_COLOR"] ?? "";
  if (force !== "") return { mode, color: force !== "0" && force !== "false" };
  if ((env["NO_COLOR"] ?? "") !== "") return { mode, color: false };
  return { mode, color: isTTY && !dumb };
}

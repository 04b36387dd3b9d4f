/** @file The coordinator's sentences about waiting, in the page's language; others stay as they are. */
import type { Translate } from "../../shared/pages/language.ts";
import type { TextKey } from "./texts.ts";

/** @param reason - As `TrainingRun.waitingFor` words it. */
export function waitingSentence(reason: string, say: Translate<TextKey>): string {
  const count = /^waiting for (\d+) more workers?$/u.exec(reason)?.[1];
  if (count !== undefined) return say(count === "1" ? "waitingOne" : "waitingMore", { count });
  if (reason === "paused by the operator") return say("paused");
  const held = /^block (\S+ \S+) of step (\d+) given to (.+) ([\d.]+) s ago$/u.exec(reason);
  if (held === null) return reason;
  const [, block = "", step = "", name = "", seconds = ""] = held;
  return say("waitingBlock", { block, step, name, seconds });
}

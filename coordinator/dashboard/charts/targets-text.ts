/** @file A sample's targets in a few words: its class, its numbers in the unit of the data, or the flags that it has. */
import type { Target } from "../../../shared/data/dataset.ts";
import { inUnit, nameIn } from "../model/answer.ts";
import { say } from "../texts/language.ts";
import { figures } from "./format.ts";

/** @param targets - The class, or one for each value or flag. */
export function targetsText(target: Target, targets: readonly number[]): string {
  // Numbers of tokens; what they are is in the preprocessing.
  if (target.kind === "tokens") return targets.join(" ");
  if (target.kind === "classes") return nameIn(target, targets[0] ?? 0);
  if (target.kind === "flags") {
    const set = targets.flatMap((flag, index) => (flag > 0 ? [nameIn(target, index)] : []));
    return set.length === 0 ? say("noFlag") : set.join(", ");
  }
  return targets
    .map((value, index) => {
      const text = figures.short(inUnit(target, index, value));
      return target.names === undefined ? text : `${nameIn(target, index)} ${text}`;
    })
    .join(", ");
}

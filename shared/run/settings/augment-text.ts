/** @file The text of how training pictures are changed: `flip,shift=2,crop=4`. */
import type { Augment } from "../../model/augment/augment.ts";
import { sentence } from "../../words/sentence.ts";
import type { Reader } from "./readers.ts";

/** The part of a run config's `augment` that people write. */
type Moves = Pick<Augment, "flip" | "shift" | "crop">;

/** Reads it into its shortest spelling. */
export const moves: Reader<string> = {
  expects: sentence("expects-moves"),
  words: ["flip", "none"],
  read(given) {
    const read = movesOf(given);
    return read === undefined ? undefined : movesText(read);
  },
};

/** @returns `undefined` if it is no such text, or changes nothing. */
export function movesOf(text: string): Moves | undefined {
  const found = { flip: false, shift: 0, crop: 0 };
  const seen = new Set<string>();
  for (const part of text.split(",")) {
    const [, name = "", pixels] =
      /^(flip|shift|crop)(?:=([1-9]\d{0,3}))?$/u.exec(part.trim()) ?? [];
    if (name === "" || seen.has(name) || (name === "flip") !== (pixels === undefined))
      return undefined;
    seen.add(name);
    if (name === "flip") found.flip = true;
    else found[name === "shift" ? "shift" : "crop"] = Number(pixels);
  }
  return found;
}

export function movesText({ flip, shift, crop }: Moves): string {
  const parts = [
    ...(flip ? ["flip"] : []),
    ...(shift > 0 ? [`shift=${shift}`] : []),
    ...(crop > 0 ? [`crop=${crop}`] : []),
  ];
  return parts.join(",");
}

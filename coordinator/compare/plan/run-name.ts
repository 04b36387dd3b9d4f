/** @file The names of a comparison's runs. Pure. */
import { sha256OfParts } from "../../sha256.ts";
import type { Trial } from "./next-trial.ts";
import { rateAt } from "./rates.ts";

/** As long as the name of a run may be in a message. */
const nameLengthMax = 40;

/** The name of a run and of its folder: `sgd-0_316-seed-1`. Messages allow only letters, digits, `-` and `_` in it. */
export function runNameOf({ variant, exponent, seed }: Trial): string {
  const rate = exponent === null ? [] : [rateAt(exponent)];
  const seedText = seed < 0 ? `n${-seed}` : seed;
  const text = [variant.label, ...rate, "seed", seedText].join(" ");
  const name = text.replaceAll(".", "_").replaceAll(/[^A-Za-z0-9_]+/gu, "-");
  if (name.length <= nameLengthMax) return name;
  const hash = sha256OfParts(new TextEncoder().encode(text)).slice(0, 8);
  return `${name.slice(0, nameLengthMax - hash.length - 1)}-${hash}`;
}

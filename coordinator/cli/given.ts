/** @file What a source of settings hands over: texts with the spelling they came by. */
import type { Origin } from "./options.ts";

/** One option as one source gives it. */
export interface Given {
  /** One, or several for a list or a repeated flag. */
  readonly texts: readonly string[];
  readonly origin: Origin;
}

/** What one source gives, by option key. */
export type GivenOptions = ReadonlyMap<string, Given>;

/**
 * @file The page's state in the fragment of its address, so that a link shows what its sender saw: where the page is,
 * the seed of all that is drawn, and of every section the values and the bet that differ from its start.
 * `#at=cost&seed=2&cost.outlier=8&cost.bet=1.2,0!`. An exclamation mark after a value fixes it: `cost.outlier=8!`. Unknown
 * names and impossible values are ignored. Pure.
 */
import { type Bet, betOf, betText, noBet } from "./bet.ts";
import { type Schema, type StateOf, textOf, valueOf } from "./schema.ts";

/** What a link knows of a section. */
export interface Linked {
  readonly id: string;
  readonly schema: Schema;
  readonly initial: StateOf<Schema>;
}

/** One section as its reader left it. */
export interface SectionState {
  readonly state: StateOf<Schema>;
  readonly bet: Bet;
  /** Fields that the link has fixed: whoever opened it cannot change them. In the order of the schema. */
  readonly fixed: readonly string[];
}

/** A section as it opens: without a bet, and only what is fixed is not as it begins. */
export function opened({ initial }: Linked, now?: SectionState): SectionState {
  const fixed = now?.fixed ?? [];
  const kept = fixed.map((name) => [name, now?.state[name] ?? initial[name] ?? ""] as const);
  return { state: { ...initial, ...Object.fromEntries(kept) }, bet: noBet, fixed };
}

export interface PageState {
  /** The section to show first; empty for the top of the page. */
  readonly at: string;
  /** Of everything that is drawn at random. */
  readonly seed: number;
  /** By the section's id. */
  readonly sections: Readonly<Record<string, SectionState>>;
}

const firstSeed = 1;
const seedMax = 9999;

/** Chat programs and QR codes take this much. */
export const linkLengthMax = 2_000;

/** After a value that is fixed; no value ends like this. */
const fixedMark = "!";

/** The fragment for a state, without its `#`. */
export function linkOf(page: PageState, known: readonly Linked[]): string {
  const pairs: string[] = page.at === "" ? [] : [`at=${page.at}`];
  if (page.seed !== firstSeed) pairs.push(`seed=${page.seed}`);
  for (const each of known) {
    const { id, schema, initial } = each;
    const { state, bet, fixed } = page.sections[id] ?? opened(each);
    for (const name of Object.keys(schema)) {
      const value = state[name];
      const isFixed = fixed.includes(name);
      if (value !== undefined && (isFixed || value !== initial[name])) {
        pairs.push(`${id}.${name}=${textOf(value)}${isFixed ? fixedMark : ""}`);
      }
    }
    if (betText(bet) !== "") pairs.push(`${id}.bet=${betText(bet)}`);
  }
  return pairs.join("&");
}

/** The state in a fragment, with or without its `#`. Total: any text gives a state. */
export function stateIn(fragment: string, known: readonly Linked[]): PageState {
  const values = new Map(
    fragment
      .replace(/^#/u, "")
      .split("&")
      .map((pair) => [pair.split("=", 1)[0] ?? "", decoded(pair.slice(pair.indexOf("=") + 1))]),
  );
  const seed = Number(values.get("seed") ?? firstSeed);
  const isSeed = Number.isInteger(seed) && seed >= 1 && seed <= seedMax;
  const at = values.get("at") ?? "";
  return {
    at: known.some(({ id }) => id === at) ? at : "",
    seed: isSeed ? seed : firstSeed,
    sections: Object.fromEntries(known.map((each) => [each.id, sectionIn(values, each)])),
  };
}

function sectionIn(
  values: ReadonlyMap<string, string>,
  { id, schema, initial }: Linked,
): SectionState {
  const state: Record<string, number | string> = { ...initial };
  const fixed: string[] = [];
  for (const [name, field] of Object.entries(schema)) {
    const text = values.get(`${id}.${name}`) ?? "";
    const isFixed = text.endsWith(fixedMark);
    const value = valueOf(field, isFixed ? text.slice(0, -fixedMark.length) : text);
    if (value === undefined) continue;
    state[name] = value;
    if (isFixed) fixed.push(name);
  }
  return { state, bet: betOf(values.get(`${id}.bet`) ?? ""), fixed };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

/** Another seed, for a reader who wants other numbers. */
export function nextSeed(seed: number): number {
  return (seed % seedMax) + 1;
}

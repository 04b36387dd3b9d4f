/**
 * @file What a page shows that follows the lecturer's: the same section, seed, values and shown answers, and the cursor of
 * what is played, but its own bets, and fixed is what its own link has fixed. Pure.
 */
import { noBet } from "../state/bet.ts";
import type { Cursor } from "../state/cursor.ts";
import { linkLengthMax, type PageState, type SectionState } from "../state/link.ts";

/** The state to be followed: without bets, because everybody keeps their own. */
export function withoutPlaces(page: PageState): PageState {
  return withSections(page, ({ state, bet }) => ({
    state,
    bet: { place: undefined, isRevealed: bet.isRevealed },
    fixed: [],
  }));
}

/** The lecturer's state with a page's own bets. */
export function followed(lead: PageState, own: PageState): PageState {
  return withSections(lead, ({ state, bet }, id) => {
    const { bet: { place } = noBet, fixed = [] } = own.sections[id] ?? {};
    return { state, bet: { place, isRevealed: bet.isRevealed }, fixed };
  });
}

/** One section's question, with its values and the page's seed and nothing else. */
export function questionOf(page: PageState, id: string): PageState {
  const { state } = page.sections[id] ?? { state: {} };
  return { at: id, seed: page.seed, sections: { [id]: { state, bet: noBet, fixed: [] } } };
}

/** A page with another state of one section, and another seed. */
export function withSection(
  page: PageState,
  { seed, id, now }: { readonly seed: number; readonly id: string; readonly now: SectionState },
): PageState {
  return { ...page, seed, sections: { ...page.sections, [id]: now } };
}

/** A link to be followed, with the cursor of the section that it leads to; without one where nobody moved it, or if it is too long. */
export function withCursor(link: string, id: string, cursor: Cursor | undefined): string {
  if (cursor === undefined) return link;
  const longer = `${link}&cursor=${id}.${cursor.step}${cursor.isPlaying ? ".plays" : ""}`;
  return longer.length > linkLengthMax ? link : longer;
}

/** The cursor in a link, and of which section it is. */
export function cursorIn(link: string): (Cursor & { readonly id: string }) | undefined {
  const found = /&cursor=(?<id>[a-z-]+)\.(?<step>\d{1,6})(?<plays>\.plays)?$/u.exec(link)?.groups;
  if (found === undefined) return undefined;
  const { id = "", step, plays } = found;
  return { id, step: Number(step), isPlaying: plays !== undefined };
}

function withSections(
  page: PageState,
  change: (now: SectionState, id: string) => SectionState,
): PageState {
  const sections = Object.entries(page.sections).map(([id, now]) => [id, change(now, id)] as const);
  return { ...page, sections: Object.fromEntries(sections) };
}

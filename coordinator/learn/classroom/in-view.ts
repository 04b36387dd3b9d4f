/** @file Which section is before the reader's eyes. */
import type { SectionView } from "../section-view.ts";

/** The share of the screen's height at which a reader looks. */
const eyesAt = 0.45;

/** The section at the height of the eyes, or the last one above it; `undefined` above the first. */
export function sectionInView(views: readonly SectionView[]): SectionView | undefined {
  const height = innerHeight * eyesAt;
  return views.findLast(({ element }) => element.getBoundingClientRect().top <= height);
}

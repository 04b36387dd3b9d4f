/** @file The colours of pictures, by their names in the style sheet, so that they are right in either theme. */

/** Names of colours in the style sheet. */
export const inkNames = [
  "ink",
  "soft",
  "line",
  "edge",
  "card",
  "accent",
  "good",
  "bad",
  "busy",
  "positive",
  "negative",
  "series-1",
  "series-2",
  "series-3",
  "series-4",
  "series-5",
  "series-6",
] as const;
export type Ink = (typeof inkNames)[number];
export type Theme = Readonly<Record<Ink, string>>;

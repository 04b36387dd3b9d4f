/** @file The console's few colours, named by meaning. Without colour, every function returns its text unchanged. */

/** The escape character, which starts every terminal control sequence. */
export const escape = "\u001B";

/** Undoes every style. */
export const resetStyle = `${escape}[0m`;

type Paint = (text: string) => string;

export interface Style {
  readonly color: boolean;
  readonly bold: Paint;
  readonly dim: Paint;
  /** Values above zero: blue, as on the dashboard. */
  readonly positive: Paint;
  /** Values below zero: orange, as on the dashboard. */
  readonly negative: Paint;
  /** Bars, the training curve, names of keys. */
  readonly accent: Paint;
  /** The test curve. */
  readonly test: Paint;
  /** Success. */
  readonly good: Paint;
  /** Something that needs a person's attention. */
  readonly warn: Paint;
  /** Black on white, whatever the terminal's theme, because phones only read QR codes that way round. */
  readonly paper: Paint;
}

/**
 * Blue 32 (#0087d7) and vermilion 166 (#d75f00) are Okabe and Ito's pair for colour-blind readers, and have a
 * contrast of about 4:1 or more on both black and white.
 */
const blue = "38;5;32";
const vermilion = "38;5;166";
const green = "38;5;35";
const purple = "38;5;169";

/** Creates the style with or without colour. */
export function createStyle(color: boolean): Style {
  const paint = (open: string, close: string): Paint =>
    color ? (text) => `${escape}[${open}m${text}${escape}[${close}m` : (text) => text;
  return {
    color,
    bold: paint("1", "22"),
    dim: paint("2", "22"),
    positive: paint(blue, "39"),
    negative: paint(vermilion, "39"),
    accent: paint(blue, "39"),
    test: paint(purple, "39"),
    good: paint(green, "39"),
    warn: paint(vermilion, "39"),
    paper: paint("38;5;16;48;5;231", "39;49"),
  };
}

/** @file What tells compared runs apart: the settings in which they differ, a colour and a dash. Pure. */
import type { RunConfig } from "../../../shared/run/config.ts";
import { belongs, type FormKey, formKeys, formOf } from "../settings.ts";

/** A run, as far as its name needs it. */
export interface NamedRun {
  readonly number: number;
  /** Absent: an earlier version of the program did not remember it. */
  readonly config?: RunConfig | undefined;
}

/** Settings whose values say what they are. */
const wordKeys: ReadonlySet<FormKey> = new Set([
  "dataset",
  "optimizer",
  "loss",
  "activation",
  "wire",
]);
/** Follow from the others, or say the same again. */
const silentKeys: ReadonlySet<FormKey> = new Set(["shardSize", "validation"]);

/**
 * The name of each run: its number and the settings that are not the same in all of them, such as
 * `#2 adam, learning rate 0.001`.
 *
 * @param labelOf - What a setting is called.
 * @param mark - What separates the fraction of a number, in the reader's language.
 */
export function runNames(
  runs: readonly NamedRun[],
  labelOf: (key: FormKey) => string,
  mark: "." | "," = ".",
): ReadonlyMap<number, string> {
  const forms = runs.map(({ config }) => (config === undefined ? undefined : formOf(config)));
  // A setting that only one optimizer has is no difference of its own.
  const valuesOf = (key: FormKey) =>
    forms.flatMap((form) => (form !== undefined && belongs(key, form) ? [form[key] ?? ""] : []));
  const differing = formKeys.filter(
    (key) => !silentKeys.has(key) && new Set(valuesOf(key)).size > 1,
  );
  return new Map(
    runs.map(({ number }, i) => {
      const form = forms[i] ?? {};
      const parts = differing.flatMap((key) => {
        const value = form[key] ?? "";
        if (isNothing(value)) return [];
        return [wordKeys.has(key) ? value : `${labelOf(key)} ${withMark(value, mark)}`];
      });
      return [number, [`#${number}`, parts.join(", ")].join(" ").trim()];
    }),
  );
}

/** A number with the reader's mark; every other text as it is. */
function withMark(value: string, mark: string): string {
  return /^-?\d+\.\d+(?:e-?\d+)?$/u.test(value) ? value.replace(".", mark) : value;
}

/** Whether a value says that the run does without: the others then say what they have. */
function isNothing(value: string): boolean {
  return ["", "0", "none", "constant"].includes(value);
}

/** How a run's curves are drawn. */
export interface RunLook {
  /** A custom property of the style sheet. */
  readonly color: string;
  /** Lengths of lines and gaps, in pixels. */
  readonly dash: readonly number[];
}

const colors = ["--series-3", "--series-4", "--series-5", "--series-6"];
const dashes = [
  [6, 4],
  [2, 3],
  [12, 4, 2, 4],
  [16, 5],
];

/** The look of a run that is over, always the same for its number: sixteen runs in a row all look different. */
export function lookOf(number: number): RunLook {
  const color = colors[number % colors.length] ?? "--series-3";
  const dash = dashes[Math.floor(number / colors.length) % dashes.length] ?? [];
  return { color, dash };
}

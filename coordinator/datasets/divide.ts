/**
 * @file Samples into splits, where the data have fewer splits than wanted: a test split where there is none, a
 * validation split on request. Pure; which samples go where is decided in `shared/data/split.ts`.
 */
import { assert } from "../../shared/assert.ts";
import type { DatasetContent } from "../../shared/data/canonical.ts";
import { type Split, type Target, targetForm } from "../../shared/data/dataset.ts";
import { splitSamples, takeValidation } from "../../shared/data/split.ts";
import { OperatorError } from "../../shared/operator-error.ts";
import { labelOf } from "../../shared/run/settings/complete.ts";
import { type DataKey, isDataKey, splitDefaults } from "../../shared/run/settings/data-settings.ts";
import { valueText } from "../../shared/run/settings/readers.ts";
import { type Sentence, sentence } from "../../shared/words/sentence.ts";
import type { LoadOptions } from "./loader.ts";

/** The settings that {@link divide} reads; a loader that uses it takes them. */
export const divisionKeys = ["validation", "test", "dataSeed"] as const satisfies DataKey[];

export type Settings = Pick<LoadOptions, "data" | "origins">;

/** The splits that the data have. */
export interface FoundSplits {
  readonly train: Split;
  readonly validation?: Split | undefined;
  readonly test?: Split | undefined;
}

/**
 * The splits of a dataset, drawn from `train` where they are missing or wanted.
 *
 * @throws OperatorError if a share is given for a split that the data have.
 */
export function divide(
  found: FoundSplits,
  target: Target,
  { data = {}, origins = {} }: Settings,
): Pick<DatasetContent, "train" | "validation" | "test"> {
  for (const key of ["validation", "test"] as const) {
    if (found[key] === undefined || data[key] === undefined) continue;
    const setting = spelled(key, { data, origins });
    throw new OperatorError(sentence("split-there", { setting, split: key }));
  }
  const { validation: share, test, dataSeed: seed } = { ...splitDefaults, ...data };
  const { train } = found;
  const classes = target.kind === "classes" ? train.targets : undefined;
  const pick = (indices: Uint32Array) => pickSamples(train, indices, target);
  if (found.test === undefined) {
    const validation = found.validation === undefined ? share : 0;
    const drawn = splitSamples({ count: train.count, classes, test, validation, seed });
    return {
      train: pick(drawn.train),
      ...withValidation(found.validation ?? (drawn.validation && pick(drawn.validation))),
      test: pick(drawn.test),
    };
  }
  if (share === 0) return { train, ...withValidation(found.validation), test: found.test };
  const all = Uint32Array.from({ length: train.count }, (_, sample) => sample);
  const { rest, taken } = takeValidation(all, { share, classes, seed });
  return { train: pick(rest), ...withValidation(pick(taken)), test: found.test };
}

function withValidation(validation: Split | undefined): { readonly validation?: Split } {
  return validation === undefined ? {} : { validation };
}

/** A setting as the operator gave it, for an error. */
export function spelled(key: string, { data = {}, origins = {} }: Settings): Sentence {
  const value = isDataKey(key) ? valueText(data[key] ?? null) : "";
  return sentence("setting-with-value", { setting: labelOf(key, origins), value });
}

/** Copies of the samples at these indices. */
function pickSamples(
  { count, features, targets }: Split,
  indices: Uint32Array,
  target: Target,
): Split {
  const { perSample } = targetForm(target);
  const width = features.length / count;
  assert(Number.isInteger(width), "every sample has the same number of features");
  return {
    count: indices.length,
    features: pickRows(features, width, indices),
    targets: pickRows(targets, perSample, indices),
  };
}

type Rows = Uint8Array | Uint16Array | Float32Array;

function pickRows<Kind extends Rows>(rows: Kind, width: number, indices: Uint32Array): Kind {
  const picked = newLike(rows, indices.length * width);
  for (const [to, from] of indices.entries()) {
    picked.set(rows.subarray(from * width, (from + 1) * width), to * width);
  }
  return picked;
}

/** Zeros of the same type. Not `slice`, which for Node's `Buffer` is a view of the same memory. */
export function newLike<Kind extends Rows>(rows: Kind, length: number): Kind {
  const type =
    rows instanceof Float32Array
      ? Float32Array
      : rows instanceof Uint16Array
        ? Uint16Array
        : Uint8Array;
  // A `Buffer` is a `Uint8Array` to everybody here.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return new type(length) as unknown as Kind;
}

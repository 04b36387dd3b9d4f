/** @file Where a dataset comes from, as the operator names it: `--dataset`. */

export type DatasetSource =
  /** Drawn by this program. Counts that are not given are the built-in ones. */
  | { readonly kind: "digits"; readonly trainCount?: number; readonly testCount?: number }
  /** From a folder with the four files, or downloaded. */
  | { readonly kind: "mnist"; readonly folder?: string | undefined }
  /** Any other data in the files and the format of MNIST. */
  | { readonly kind: "idx"; readonly folder: string };

/** What `parseDatasetSource` takes, for help and messages. */
export const datasetSourceForms = "digits, digits:TRAIN,TEST, mnist, mnist:DIR or idx:DIR";

/** Takes `--dataset` apart; `undefined` if it is none of the forms above. */
export function parseDatasetSource(spelled: string): DatasetSource | undefined {
  const [, kind, rest] = /^(digits|mnist|idx)(?::([^\0]+))?$/u.exec(spelled) ?? [];
  if (kind === "mnist") return { kind, folder: rest };
  if (kind === "idx") return rest === undefined ? undefined : { kind, folder: rest };
  if (kind !== "digits") return undefined;
  if (rest === undefined) return { kind };
  const [, train, test] = /^([1-9]\d{0,6}),([1-9]\d{0,6})$/u.exec(rest) ?? [];
  if (train === undefined || test === undefined) return undefined;
  return { kind, trainCount: Number(train), testCount: Number(test) };
}

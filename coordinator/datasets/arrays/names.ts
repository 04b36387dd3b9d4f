/**
 * @file Which arrays are samples and labels of which split, by the names that people give them: `x_train`, `train_images`,
 * `X` and `y`, `data` and `target`. Pure.
 */
import type { SplitName } from "../../../shared/data/dataset.ts";

const sampleWords = "x|images?|data|features?|inputs?|samples?|arr_0";
const labelWords = "y|labels?|targets?|class|classes|outputs?|arr_1";
const splitWords = {
  train: "train|training|tr",
  validation: "val|valid|validation|dev",
  test: "test|testing|t10k|te",
} as const satisfies Record<SplitName, string>;

export type Part = "samples" | "labels";

/** The role of an array. `all`: of samples that are not divided. */
export interface ArrayRole {
  readonly split: SplitName | "all";
  readonly part: Part;
}

const roles: readonly (ArrayRole & { readonly pattern: RegExp })[] = (
  [
    ["samples", sampleWords],
    ["labels", labelWords],
  ] as const
).flatMap(([part, words]) => [
  { part, split: "all", pattern: new RegExp(`^(?:${words})$`, "iu") },
  ...(["train", "validation", "test"] as const).map((split) => {
    const names = splitWords[split];
    const either = `(?:${names})[-_. ]?(?:${words})|(?:${words})[-_. ]?(?:${names})`;
    return { part, split, pattern: new RegExp(`^(?:${either})$`, "iu") };
  }),
]);

/** The role that a name says; `undefined` for any other name. */
export function roleOf(name: string): ArrayRole | undefined {
  const role = roles.find(({ pattern }) => pattern.test(name));
  return role && { split: role.split, part: role.part };
}

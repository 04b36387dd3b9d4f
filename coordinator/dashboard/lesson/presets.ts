/**
 * @file Runs that show one idea each: a preset is a few settings, and its sentence in the texts says what to look at. Those
 * of a group have the same network, the same start and the same samples, so their curves can be compared. Pure.
 *
 * The rates were measured: COMPARISON.md has the best one of each optimizer, on a grid that went beyond it on both sides.
 */
import type { RunConfig } from "../../../shared/run/config.ts";
import { belongs, formKeys, formOf, type FormValues } from "../settings.ts";

const presetIds = [
  "rateLow",
  "rateRight",
  "rateHigh",
  "batchOne",
  "batchSome",
  "batchAll",
  "search",
  "sgd",
  "momentum",
  "nag",
  "rmsprop",
  "adam",
] as const;
export type PresetId = (typeof presetIds)[number];

export const presetGroups = ["rates", "batches", "optimizers"] as const;
export type PresetGroup = (typeof presetGroups)[number];

export interface Preset {
  readonly id: PresetId;
  readonly group: PresetGroup;
  readonly settings: FormValues;
}

/** The lecture's network, without the aids of the recipe that runs by default. */
const lecture = { layers: "784,16,16,10", schedule: "constant", weightDecay: "0" };

/** What the presets of a group have in common. Everything else has its default. */
const common: Readonly<Record<PresetGroup, FormValues>> = {
  rates: { ...lecture, dataset: "digits", optimizer: "sgd", batchSize: "64", epochs: "10" },
  // Few samples, because single ones make as many steps.
  batches: {
    ...lecture,
    dataset: "digits:2000,500",
    optimizer: "sgd",
    learningRate: "0.1",
    epochs: "6",
  },
  optimizers: { ...lecture, dataset: "digits", batchSize: "64", epochs: "5" },
};

const own: Readonly<Record<PresetId, readonly [group: PresetGroup, settings: FormValues]>> = {
  rateLow: ["rates", { learningRate: "0.01" }],
  rateRight: ["rates", { learningRate: "3" }],
  rateHigh: ["rates", { learningRate: "30" }],
  batchOne: ["batches", { batchSize: "1" }],
  batchSome: ["batches", { batchSize: "64" }],
  batchAll: ["batches", { batchSize: "full" }],
  search: ["optimizers", { optimizer: "local-search", sigma: "0.0316" }],
  sgd: ["optimizers", { optimizer: "sgd", learningRate: "3.16" }],
  momentum: ["optimizers", { optimizer: "momentum", learningRate: "3.16" }],
  nag: ["optimizers", { optimizer: "nag", learningRate: "3.16" }],
  rmsprop: ["optimizers", { optimizer: "rmsprop", learningRate: "0.01" }],
  adam: ["optimizers", { optimizer: "adam", learningRate: "0.01" }],
};

export const presets: readonly Preset[] = presetIds.map((id) => {
  const [group, settings] = own[id];
  return { id, group, settings: { ...common[group], ...settings } };
});

/**
 * The settings with which a preset starts while another run is shown. Where that one learns MNIST, so does the preset, except
 * for the batches: there, one sample a step would take an hour.
 *
 * @param shown - The name of the dataset that is shown.
 */
export function settingsOf({ group, settings }: Preset, shown: string): FormValues {
  const keeps = group !== "batches" && shown.startsWith("mnist");
  return keeps ? { ...settings, dataset: shown } : settings;
}

/** Settings that a lecturer may change without leaving the preset. */
const freeKeys: ReadonlySet<string> = new Set(["dataset", "epochs"]);

/**
 * The preset that a run shows. Its length is free, and where the room needs a column for everybody, its batch.
 *
 * @param trainCount - Samples of its training split.
 */
export function presetOf(config: RunConfig, trainCount: number): Preset | undefined {
  const form = formOf(config);
  if (!/^(?:digits|mnist)/u.test(config.dataset.name)) return undefined;
  return presets.find(({ group, settings }) => {
    if (group === "batches" && !config.dataset.name.startsWith(settings.dataset ?? ""))
      return false;
    return formKeys.every((key) => {
      const text = settings[key];
      if (text === undefined || freeKeys.has(key) || !belongs(key, settings)) return true;
      if (key !== "batchSize") return isSame(form[key] ?? "", text);
      return group !== "batches" || config.batchSize === (text === "full" ? trainCount : +text);
    });
  });
}

/** Whether two texts mean the same. Rates become float32 values in a run. */
function isSame(one: string, other: string): boolean {
  return one === other || (one !== "" && Math.fround(Number(one)) === Math.fround(Number(other)));
}
